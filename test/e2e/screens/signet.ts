import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from '@playwright/test';
import { Desk } from './desk.ts';

/**
 * The real program in its browser shell, started the way `npm start` starts it, each test with a data folder of its own. The window
 * is Playwright's; a second connection (`Desk`) sets things up and looks at the state behind the screens.
 */
const top = fileURLToPath(new URL('../../..', import.meta.url));

/** Start to address, ms: the screens may have to be built first. */
const startMs = 180_000;

export interface StartOptions {
  readonly folder?: string;
  /** Runs as nobody, so that a folder's permissions count even where the tests are root. */
  readonly asNobody?: boolean;
  readonly environment?: NodeJS.ProcessEnv;
  /** As `npm start` chooses, instead of the browser shell. */
  readonly anyShell?: boolean;
  /** Looks for a browser to open a window with, as it does for people. */
  readonly window?: boolean;
}

/** One running program. */
export class Signet {
  readonly folder: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #said = '';
  #desk: Desk | undefined;
  #address = '';

  private constructor(folder: string, child: ChildProcess) {
    this.folder = folder;
    this.#child = child;
    const hear = (chunk: Buffer): void => {
      this.#said += chunk.toString();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    this.#ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  }

  /** Starts it without a window; gives it once it said where it is. */
  static async start(options: StartOptions = {}): Promise<Signet> {
    const signet = Signet.launch(options.window === true ? [] : ['--no-window'], options);
    signet.#address = await signet.said(/http:\/\/127\.0\.0\.1:\d+\/#token=\S+/);
    return signet;
  }

  /**
   * Starts it with a browser that only writes down which page it was to show and stays open until it is told to end: the page is in
   * `browserPage`.
   */
  static withBrowser(options: StartOptions = {}): Signet {
    const scratch = mkdtempSync(join(tmpdir(), 'signet-browser-'));
    // Whoever the program runs as.
    chmodSync(scratch, 0o777);
    const browser = join(scratch, 'chromium');
    writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$@" > ${scratch}/page\nexec sleep 600\n`);
    chmodSync(browser, 0o755);
    const signet = Signet.launch([], { ...options, environment: { ...options.environment, SIGNET_BROWSER: browser } });
    signet.#browserScratch = scratch;
    return signet;
  }

  #browserScratch: string | undefined;

  static launch(args: readonly string[], options: StartOptions): Signet {
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'signet-e2e-'));
    const command = [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      'src-main/shells/start.ts',
      ...(options.anyShell === true ? [] : ['--shell', 'browser']),
      '--data-folder',
      folder,
      ...args,
    ];
    if (options.asNobody === true && process.getuid?.() === 0)
      command.unshift('setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--');
    const [program = '', ...rest] = command;
    const environment: NodeJS.ProcessEnv = { ...process.env, ...options.environment };
    // The runner sets both; Node would say so in the program's own output.
    delete environment['NO_COLOR'];
    delete environment['FORCE_COLOR'];
    return new Signet(folder, spawn(program, rest, { cwd: top, env: environment, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  get address(): string {
    return this.#address;
  }

  get output(): string {
    return this.#said;
  }

  /** First text it printed that fits. */
  async said(pattern: RegExp): Promise<string> {
    const end = performance.now() + startMs;
    while (performance.now() < end) {
      const found = pattern.exec(this.#said);
      if (found !== null) return found[0];
      if (this.#child.exitCode !== null) throw new Error(`It ended with ${this.#child.exitCode}: ${this.#said}`);
      await pause(25);
    }
    throw new Error(`It never said ${pattern}: ${this.#said}`);
  }

  /** Address that a browser of `withBrowser` was given. */
  async browserPage(): Promise<string> {
    const file = join(this.#browserScratch ?? '', 'page');
    const end = performance.now() + startMs;
    while (performance.now() < end) {
      const page = existsSync(file) ? /--app=(\S+)/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
      if (page !== undefined) return page;
      await pause(25);
    }
    throw new Error(`No browser was started: ${this.#said}`);
  }

  /** A second connection to the same core. */
  async desk(): Promise<Desk> {
    this.#desk ??= await Desk.open(this.#address);
    return this.#desk;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  get ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Ends it and gives its exit code. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#desk?.close();
    this.#desk = undefined;
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
    const code = await this.#ended;
    if (this.#browserScratch !== undefined) rmSync(this.#browserScratch, { recursive: true, force: true });
    return code;
  }

  /** Ends it and removes its folder: for a program that several tests share. */
  async destroy(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface Fixtures {
  /** Starts programs, ends them after the test and removes their folders. */
  readonly start: (options?: StartOptions) => Promise<Signet>;
  readonly startWithBrowser: (options?: StartOptions) => Signet;
  /** What the pages complained of: scripts' errors and whatever the content security policy refused. */
  readonly complaints: string[];
}

export const test = base.extend<Fixtures>({
  // Playwright reads which fixtures are wanted from this pattern; it may not be a plain name.
  start: async ({ browserName: _ }, use) => {
    const all: Signet[] = [];
    await use(async (options) => {
      const signet = await Signet.start(options);
      all.push(signet);
      return signet;
    });
    await clear(all);
  },
  startWithBrowser: async ({ browserName: _ }, use) => {
    const all: Signet[] = [];
    await use((options) => {
      const signet = Signet.withBrowser(options);
      all.push(signet);
      return signet;
    });
    await clear(all);
  },
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        // A program that was ended on purpose is missed by its page.
        if (message.type() === 'error' && !/WebSocket connection to|ERR_CONNECTION/.test(message.text()))
          complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await use(complaints);
      expect(complaints, 'the pages complained').toEqual([]);
    },
    { auto: true },
  ],
});

async function clear(all: readonly Signet[]): Promise<void> {
  for (const signet of all) await signet.destroy();
}

export interface SimulatedLine {
  readonly sites?: number;
  readonly part?: '508' | '608';
  readonly realTime?: boolean;
  readonly signer?: 'unlocked' | 'locked' | 'open';
}

/** A program with a simulated line, and its window on Line. */
export async function simulatedLine(
  signet: Signet,
  page: Page,
  { sites = 1, part = '608', realTime = false, signer = 'open' }: SimulatedLine = {},
): Promise<Desk> {
  const desk = await signet.desk();
  // Boards stay in a simulation that is begun again; a test begins with empty sites.
  for (const place of (await desk.state()).simulation?.sites ?? [])
    if (place.board !== null) await desk.remove(place.site);
  await desk.call('simulation.start', { sites, part, realTime, signer });
  await page.goto(signet.address);
  await expect(
    page.getByRole('region', { name: 'Warnings of this station' }).getByText('SIMULATION', { exact: true }),
  ).toBeVisible();
  return desk;
}

/** Opens one of the places by its tab. */
export async function go(
  page: Page,
  place: 'Line' | 'Signers' | 'Records' | 'Plan' | 'Activity' | 'Settings',
): Promise<void> {
  await page.getByRole('navigation').getByText(place, { exact: true }).click();
}

export { expect };
