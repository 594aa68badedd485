import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asSignetError, SignetError } from '../../../src-shared/base/error.ts';
import { claimDataFolder, type DataFolder } from '../../line/data-folder.ts';
import { problemFragment } from '../problem.ts';
import { browserArguments, type FoundBrowser, findBrowser } from './find-browser.ts';
import { buildScreens, screensStale } from './screens-build.ts';
import { type ShellServer, startShellServer } from './shell-server.ts';
import type { ShellCore } from './windows.ts';

/** What the shell needs of the line. */
export interface BrowserShellLine extends ShellCore {
  readonly busy: boolean;
  close(): Promise<void>;
}

export interface BrowserShellOptions {
  /** The project's or the installed program's folder. */
  readonly top: string;
  readonly dataFolder: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Prints the address instead of opening a window. */
  readonly noWindow: boolean;
  readonly print: (line: string) => void;
  /** Opens the line over a claimed folder, which is the line's from then on; rejects when it cannot start. Default: the real one. */
  readonly openLine?: (folder: DataFolder) => Promise<BrowserShellLine>;
}

/** How often a closed window's process looks whether the last run has ended, ms. */
const busyPollMs = 200;
/** A window without a connection for so long is closed, ms: less than a reload takes would end the process under it. */
const windowGraceMs = 1_500;

/**
 * The browser shell from start to end: builds the screens where they are stale, opens a window of an installed browser and, while that
 * one starts, the line behind it; ends with that window, but not in the middle of a run. Gives the exit code.
 *
 * The data folder is claimed before anything is shown: a second program on the same folder has no line's window of its own.
 */
export async function runBrowserShell(options: BrowserShellOptions): Promise<number> {
  const { top, print } = options;
  if (screensStale(top)) {
    print('Building the screens, once …');
    await buildScreens(top);
  }
  const browser = options.noWindow ? undefined : findBrowser();
  const stop = stopSignal();
  let folder: DataFolder;
  try {
    folder = claimDataFolder(options.dataFolder);
  } catch (thrown) {
    const problem = asSignetError(thrown);
    print(problem.message);
    if (browser !== undefined) await explain(problem, browser, options, stop);
    return 1;
  }
  return work(folder, browser, options, stop);
}

/** The window and the line over a claimed folder. */
async function work(
  folder: DataFolder,
  browser: FoundBrowser | undefined,
  options: BrowserShellOptions,
  stop: Promise<void>,
): Promise<number> {
  const { print, openLine = openRealLine } = options;
  const promised = Promise.withResolvers<ShellCore>();
  const profile = join(folder.path, 'window');
  let server: ShellServer;
  try {
    // The line's window keeps its size and place beside the data.
    if (browser !== undefined) mkdirSync(profile, { recursive: true, mode: 0o700 });
    server = await startShellServer({ core: promised.promise, screens: screensOf(options), port: options.port });
  } catch (thrown) {
    folder.release();
    throw thrown;
  }
  // The browser takes as long to start as the line does; the window waits for it.
  const tried = promised.promise.then(nothing, nothing);
  const shown: Shown = { address: server.address, profile, server, tried };
  const window = browser === undefined ? undefined : show(browser, shown, print, stop);
  const opened = await openLine(folder).catch((thrown: unknown) => asSignetError(thrown));
  try {
    if (opened instanceof SignetError) {
      promised.reject(opened);
      print(opened.message);
      await window;
      return 1;
    }
    promised.resolve(opened);
    if (window === undefined) {
      if (!options.noWindow)
        print('No Chromium, Chrome or Edge was found; open this address in a browser of your choice:');
      print(server.address);
      await stop;
      return 0;
    }
    const ended = await window;
    if (ended === 'unseen') {
      print(
        'The browser ended without showing Signet: is there a screen? Open this address in a browser of your choice:',
      );
      print(server.address);
      await stop;
    } else if (ended === 'closed') await afterRun(opened, print, stop);
    return 0;
  } finally {
    await server.close();
    if (!(opened instanceof SignetError)) await opened.close();
  }
}

/** Loaded only now: it is most of the program. What serves windows comes along. */
async function openRealLine(folder: DataFolder): Promise<BrowserShellLine> {
  try {
    const { Line } = await import('../../line/line.ts');
    const { defaultClaimsFolder } = await import('../../line/signer-claims.ts');
    await import('./windows.ts');
    return await Line.open({ folder, claimsFolder: defaultClaimsFolder() });
  } catch (thrown) {
    folder.release();
    throw thrown;
  }
}

/** A window that only says why nothing runs: not in the profile of the line's window, which the program that runs may have open. */
async function explain(
  problem: SignetError,
  browser: FoundBrowser,
  options: BrowserShellOptions,
  stop: Promise<void>,
): Promise<void> {
  // At a port of its own: the one that was asked for may be that of the program that runs.
  const server = await startShellServer({ core: undefined, screens: screensOf(options), port: 0 });
  const profile = mkdtempSync(join(tmpdir(), 'signet-window-'));
  try {
    const address = `${server.origin}/#${problemFragment(problem)}`;
    await show(browser, { address, profile, server, tried: Promise.resolve() }, options.print, stop);
  } finally {
    await server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}

function screensOf({ top }: BrowserShellOptions): string {
  return join(top, 'dist', 'renderer');
}

interface Shown {
  readonly address: string;
  /** Folder of the browser's own files. */
  readonly profile: string;
  readonly server: ShellServer;
  /** The line is open, or cannot be opened. */
  readonly tried: Promise<void>;
}

function nothing(): void {}

/**
 * Resolves when the window was closed, or the process is asked to stop. `unseen` = the browser failed before it showed anything, as it
 * does where there is no screen.
 */
async function show(
  browser: FoundBrowser,
  { address, profile, server, tried }: Shown,
  print: (line: string) => void,
  stop: Promise<void>,
): Promise<'closed' | 'stopped' | 'unseen'> {
  const asRoot = process.getuid?.() === 0;
  const child = spawn(browser.path, browserArguments(address, profile, { asRoot }), { stdio: 'ignore' });
  const closed = new Promise<'closed' | 'unseen'>((resolve) => {
    // A line that is just being opened answers no page: until then nobody knows whether one is there.
    child.once('exit', (code) => {
      const gone = tried.then(() => windowsGone(server, stop));
      void gone.then(() => resolve(code === 0 || server.shown ? 'closed' : 'unseen'));
    });
    child.once('error', (error) => {
      print(`${browser.name} cannot be started: ${error.message}. Open this address instead:`);
      print(address);
      void stop.then(() => resolve('closed'));
    });
  });
  const ended = await Promise.race([closed, stop.then(() => 'stopped' as const)]);
  if (ended === 'stopped') child.kill();
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
async function afterRun(line: BrowserShellLine, print: (text: string) => void, stop: Promise<void>): Promise<void> {
  if (!line.busy) return;
  print('The window was closed while a board is being worked on; Signet ends when its run has ended.');
  let stopped = false;
  void stop.then(() => {
    stopped = true;
  });
  while (line.busy && !stopped) await new Promise((resolve) => setTimeout(resolve, busyPollMs));
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
