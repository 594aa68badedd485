import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asSignetError, type SignetError } from '../../../src-shared/base/error.ts';
import { Line } from '../../line/line.ts';
import { defaultClaimsFolder } from '../../line/signer-claims.ts';
import { browserArguments, findBrowser } from './find-browser.ts';
import { buildScreens, screensStale } from './screens-build.ts';
import { type ShellServer, startShellServer } from './shell-server.ts';

export interface BrowserShellOptions {
  /** The project's or the installed program's folder. */
  readonly top: string;
  readonly dataFolder: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Prints the address instead of opening a window. */
  readonly noWindow: boolean;
  readonly print: (line: string) => void;
}

/** How often a closed window's process looks whether the last run has ended, ms. */
const busyPollMs = 200;
/** A window without a connection for so long is closed, ms: less than a reload takes would end the process under it. */
const windowGraceMs = 1_500;

/**
 * The browser shell from start to end: builds the screens where they are stale, opens the line, serves it to a window of an installed
 * browser, and ends with that window, but not in the middle of a run. Gives the exit code.
 */
export async function runBrowserShell(options: BrowserShellOptions): Promise<number> {
  const { top, print } = options;
  if (screensStale(top)) {
    print('Building the screens, once …');
    await buildScreens(top);
  }
  const opened = await open(options.dataFolder);
  const server = await startShellServer({
    core: opened instanceof Line ? opened : undefined,
    screens: join(top, 'dist', 'renderer'),
    port: options.port,
  });
  const stop = stopSignal();
  try {
    if (!(opened instanceof Line)) {
      print(opened.message);
      await show(`${server.origin}/#${problemFragment(opened)}`, server, options, stop, false);
      return 1;
    }
    const window = await show(server.address, server, options, stop, true);
    if (window === 'closed') await afterRun(opened, print, stop);
    return 0;
  } finally {
    await close(opened, server);
  }
}

async function open(folder: string): Promise<Line | SignetError> {
  try {
    return await Line.open({ folder, claimsFolder: defaultClaimsFolder() });
  } catch (thrown) {
    return asSignetError(thrown);
  }
}

/** What the start page reads: the error's name, and its particulars. */
function problemFragment(error: SignetError): string {
  const detail = typeof error.details['path'] === 'string' ? error.details['path'] : error.message;
  return new URLSearchParams({ problem: error.code, detail }).toString();
}

/**
 * Resolves when the window was closed, or the process is asked to stop. `working` = the line runs: without a browser the address is
 * printed and waited upon; a page that only says why nothing runs is shown and that is all.
 */
async function show(
  address: string,
  server: ShellServer,
  options: BrowserShellOptions,
  stop: Promise<void>,
  working: boolean,
): Promise<'closed' | 'stopped'> {
  const { print } = options;
  const browser = options.noWindow ? undefined : findBrowser();
  const tell = (): void => print(address);
  if (browser === undefined) {
    if (!working) return 'closed';
    if (!options.noWindow)
      print('No Chromium, Chrome or Edge was found; open this address in a browser of your choice:');
    tell();
    await stop;
    return 'stopped';
  }
  // The line's window keeps its size and place; a page that only explains must not meet the window of the program that runs.
  const profile = working ? join(options.dataFolder, 'window') : mkdtempSync(join(tmpdir(), 'signet-window-'));
  if (working) mkdirSync(profile, { recursive: true, mode: 0o700 });
  const asRoot = process.getuid?.() === 0;
  const child = spawn(browser.path, browserArguments(address, profile, { asRoot }), { stdio: 'ignore' });
  const closed = new Promise<'closed'>((resolve) => {
    child.once('exit', () => void windowsGone(server, stop).then(() => resolve('closed')));
    child.once('error', (error) => {
      print(`${browser.name} cannot be started: ${error.message}. Open this address instead:`);
      tell();
      void stop.then(() => resolve('closed'));
    });
  });
  const ended = await Promise.race([closed, stop.then(() => 'stopped' as const)]);
  if (ended === 'stopped') child.kill();
  if (!working) rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  return ended;
}

/**
 * A browser that was open already takes the window over and its new process ends at once: the window counts as closed when no page
 * has been connected for a while.
 */
async function windowsGone(server: ShellServer, stop: Promise<void>): Promise<void> {
  let stopped = false;
  void stop.then(() => {
    stopped = true;
  });
  let since = performance.now();
  while (!stopped && performance.now() - since < windowGraceMs) {
    await new Promise((resolve) => setTimeout(resolve, busyPollMs));
    if (server.windows > 0) since = performance.now();
  }
}

/** A board that is being worked on is finished before the process ends. */
async function afterRun(line: Line, print: (text: string) => void, stop: Promise<void>): Promise<void> {
  if (!line.busy) return;
  print('The window was closed while a board is being worked on; Signet ends when its run has ended.');
  let stopped = false;
  void stop.then(() => {
    stopped = true;
  });
  while (line.busy && !stopped) await new Promise((resolve) => setTimeout(resolve, busyPollMs));
}

async function close(opened: Line | SignetError, server: ShellServer): Promise<void> {
  await server.close();
  if (opened instanceof Line) await opened.close();
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
