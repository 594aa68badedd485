import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { findBrowser } from '../../src-main/shells/browser/find-browser.ts';
import { makeLargeStore } from '../records/large-store.ts';
import { atMost, type BenchRow, figure } from './rows.ts';
import { BenchDesk, quantile, startProgram, until } from './ui-desk.ts';

const top = fileURLToPath(new URL('../..', import.meta.url));
const starts = 7;

/**
 * From the process's start to the first screen that can be used, in a window that the program opens itself: an installed Chromium in app
 * mode, only without a display. The page marks when its first screen stands; clocks of page and process are the same.
 */
export async function benchStart(): Promise<readonly BenchRow[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'signet-bench-start-'));
  try {
    const browser = headlessBrowser(scratch);
    const fresh: number[] = [];
    for (let turn = 0; turn < starts; turn += 1) fresh.push(await startOnce(join(scratch, `fresh-${turn}`), browser));
    const old = join(scratch, 'old');
    makeLargeStore(old, 1_000_000, 20_000);
    const program = await startProgram(old);
    const desk = await BenchDesk.open(program.address);
    await desk.call('station.setUp', { name: 'Bench' });
    desk.close();
    await program.end();
    const aged: number[] = [];
    for (let turn = 0; turn < starts; turn += 1) aged.push(await startOnce(old, browser));
    return [
      atMost('start to first usable screen, nothing configured (median)', quantile(fresh, 0.5), 1200, 'ms'),
      figure('the same, slowest of seven', quantile(fresh, 1), 'ms'),
      atMost('start to first usable screen, 1 000 000 rows in the log (median)', quantile(aged, 0.5), 1200, 'ms'),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The browser that Signet would open, told to draw without a display and to let itself be asked. */
function headlessBrowser(scratch: string): string {
  const found = findBrowser();
  if (found === undefined) throw new Error('There is no Chromium, Chrome or Edge here.');
  const script = join(scratch, 'chromium');
  writeFileSync(script, `#!/bin/sh\nexec ${found.path} --headless=new --remote-debugging-port=0 "$@"\n`);
  chmodSync(script, 0o755);
  return script;
}

async function startOnce(folder: string, browser: string): Promise<number> {
  const portFile = join(folder, 'window', 'DevToolsActivePort');
  rmSync(portFile, { force: true });
  const began = Date.now();
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      'src-main/shells/start.ts',
      '--shell',
      'browser',
      '--data-folder',
      folder,
    ],
    { cwd: top, stdio: 'ignore', env: { ...process.env, SIGNET_BROWSER: browser } },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const [port = ''] = await until(() => {
      const lines = existsSync(portFile) ? readFileSync(portFile, 'utf8').split('\n') : [];
      return lines.length > 1 ? lines : undefined;
    }, 'a browser');
    const connection = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, { timeout: 120_000 });
    const stood = await until(async () => {
      const page = connection
        .contexts()
        .flatMap((context) => context.pages())
        .find((candidate) => candidate.url().startsWith('http://127.0.0.1:'));
      return page?.evaluate(() => {
        const [mark] = performance.getEntriesByName('signet-screen');
        return mark === undefined ? undefined : performance.timeOrigin + mark.startTime;
      });
    }, 'a first screen');
    await connection.close();
    return stood - began;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
