import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
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
    const page = await until(() => firstPage(port), 'a page');
    const stood = await until(() => askPage(page, firstScreen), 'a first screen');
    return stood - began;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** When the first screen stood, ms since 1970, or undefined while it does not. */
const firstScreen = `(() => {
  const [mark] = performance.getEntriesByName('signet-screen');
  return mark === undefined ? undefined : performance.timeOrigin + mark.startTime;
})()`;

const pagesSchema = z.array(z.object({ type: z.string(), url: z.string(), webSocketDebuggerUrl: z.string() }));
const answerSchema = z.object({
  id: z.int(),
  result: z.object({ result: z.object({ value: z.number().optional() }) }),
});

/** Debugger address of the page that shows Signet. */
async function firstPage(port: string): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
  if (answer === undefined) return undefined;
  const pages = pagesSchema.parse(await answer.json());
  return pages.find(({ type, url }) => type === 'page' && url.startsWith('http://127.0.0.1:'))?.webSocketDebuggerUrl;
}

/** One question at a page, over its debugger: a driver that attaches while a page is still made may wait for ever. */
function askPage(address: string, expression: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address);
    const patience = setTimeout(() => socket.close(), 5000);
    socket.onopen = () =>
      socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression, returnByValue: true } }));
    socket.onmessage = ({ data }) => {
      const answer = answerSchema.safeParse(JSON.parse(String(data)));
      socket.close();
      // A page that is just left for another one answers with an error: it is asked again.
      resolve(answer.success ? answer.data.result.result.value : undefined);
    };
    socket.onclose = () => {
      clearTimeout(patience);
      resolve(undefined);
    };
  });
}
