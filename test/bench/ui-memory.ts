import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { WebSocket } from 'ws';
import { atMost, type BenchRow, figure } from './rows.ts';
import { BenchDesk, provisionOne, quantile, startProgram, until } from './ui-desk.ts';

const sites = 16;
/** `SIGNET_BENCH_RUNS` for a shorter try. */
const late = Number(process.env['SIGNET_BENCH_RUNS'] ?? '10000');
const early = late / 10;
/** Where a disk of memory is, the records lie there: waiting for a real one takes two thirds of the time, and no memory. */
const memoryDisk = '/dev/shm';
/** Readings of one moment: the smallest resident set counts, the rest is what the collector was about to give back. */
const readings = 5;

interface Memory {
  readonly coreHeap: number;
  readonly coreRss: number;
  readonly pageHeap: number;
  readonly pageRss: number;
}

/**
 * Memory of core and window after so many runs with their window open, after a collection in both. Sixteen boards of silicon that takes no
 * time at once: a quarter of an hour on two cores.
 */
export async function benchMemory(browser: Browser, page: Page): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(existsSync(memoryDisk) ? memoryDisk : tmpdir(), 'signet-bench-memory-'));
  const program = await startProgram(folder, ['--inspect=127.0.0.1:0']);
  const inspector = await Inspector.open(/ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(program.said())?.[0] ?? '');
  const desk = await BenchDesk.open(program.address);
  try {
    await desk.call('simulation.start', { sites, part: '608', realTime: false, signer: 'open' });
    await desk.follow();
    await page.goto(program.address);
    await page
      .locator('.tile')
      .nth(sites - 1)
      .waitFor();
    const began = performance.now();
    let done = 0;
    const others = new Map<string, number>();
    const upTo = (count: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: sites }, async (_, i) => {
          while (done < count) {
            done += 1;
            const site = `site-${i + 1}`;
            const kind = await provisionOne(desk, site);
            if (kind === 'PASS') continue;
            // The verdict stands until the next board is started.
            const { verdict } = await desk.site(site, () => true);
            const what = `${kind} ${verdict?.code ?? ''} ${verdict?.errorName ?? ''}: ${verdict?.detail ?? ''}`;
            others.set(what, (others.get(what) ?? 0) + 1);
          }
        }),
      );
    await upTo(early);
    const first = await measure(inspector, browser, page, program.pid);
    const rate = (early * 1000) / (performance.now() - began);
    await upTo(late);
    const second = await measure(inspector, browser, page, program.pid);
    if (others.size > 0) process.stdout.write(`  not PASS: ${JSON.stringify([...others])}\n`);
    const grown = (name: keyof Memory): number => second[name] / first[name];
    const mb = (bytes: number): number => bytes / (1 << 20);
    return [
      atMost(`core: heap at ${late} runs against ${early}`, grown('coreHeap'), 1.05),
      atMost(`core: resident set at ${late} runs against ${early}`, grown('coreRss'), 1.05),
      atMost(`window: heap at ${late} runs against ${early}`, grown('pageHeap'), 1.05),
      atMost(`window: resident set at ${late} runs against ${early}`, grown('pageRss'), 1.05),
      figure(`core: heap at ${late} runs`, mb(second.coreHeap), 'MiB'),
      figure(`core: resident set at ${late} runs`, mb(second.coreRss), 'MiB'),
      figure(`window: heap at ${late} runs`, mb(second.pageHeap), 'MiB'),
      figure(`window: resident set at ${late} runs`, mb(second.pageRss), 'MiB'),
      figure('runs per second, silicon of no time', rate, '/s'),
    ];
  } finally {
    inspector.close();
    desk.close();
    await program.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function measure(inspector: Inspector, browser: Browser, page: Page, pid: number): Promise<Memory> {
  const session = await page.context().newCDPSession(page);
  const whole = await browser.newBrowserCDPSession();
  const { processInfo } = await whole.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const found: Memory[] = [];
  for (let turn = 0; turn < readings; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const coreHeap = await inspector.heap();
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    const pageRss = Math.max(...renderers.map(residentSet));
    found.push({ coreHeap, coreRss: residentSet(pid), pageHeap: usedSize, pageRss });
  }
  await session.detach();
  await whole.detach();
  const least = (name: keyof Memory): number =>
    quantile(
      found.map((memory) => memory[name]),
      0,
    );
  return {
    coreHeap: least('coreHeap'),
    coreRss: least('coreRss'),
    pageHeap: least('pageHeap'),
    pageRss: least('pageRss'),
  };
}

/** Bytes of a process in memory. */
function residentSet(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib ?? 'NaN') * 1024;
}

/** The core's own V8, over its inspector. */
class Inspector {
  readonly #socket: WebSocket;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(address: string): Promise<Inspector> {
    const socket = new WebSocket(address);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return new Inspector(socket);
  }

  /** Bytes in use after a collection. */
  async heap(): Promise<number> {
    await this.#send('HeapProfiler.collectGarbage');
    const usage = await this.#send('Runtime.getHeapUsage');
    return typeof usage === 'object' && usage !== null && 'usedSize' in usage ? Number(usage.usedSize) : Number.NaN;
  }

  close(): void {
    this.#socket.terminate();
  }

  async #send(method: string): Promise<unknown> {
    this.#id += 1;
    const id = this.#id;
    let answer: { readonly result: unknown } | undefined;
    const listen = (data: unknown): void => {
      const frame: unknown = JSON.parse(String(data));
      if (typeof frame === 'object' && frame !== null && 'id' in frame && frame.id === id)
        answer = { result: 'result' in frame ? frame.result : undefined };
    };
    this.#socket.on('message', listen);
    this.#socket.send(JSON.stringify({ id, method }));
    const { result } = await until(() => answer, method);
    this.#socket.off('message', listen);
    return result;
  }
}
