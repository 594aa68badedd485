import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import type { CallInput } from '../../src-shared/ipc/contract.ts';
import { makeLargeStore } from '../records/large-store.ts';
import { atMost, type BenchRow, figure } from './rows.ts';
import { BenchDesk, quantile, startProgram } from './ui-desk.ts';

type Filter = CallInput<'records.logAt'>['filter'];

const rows = 1_000_000;
const none: Filter = { from: '', to: '', batch: '', station: '', signer: '', result: [], serial: '', text: '' };

/** What QA asks of a million rows: every kind of filter, rare and common, alone and together. */
function filters(): readonly Filter[] {
  const found: Filter[] = [none];
  for (let i = 0; i < 12; i += 1) {
    const n = Math.floor((rows / 12) * i) + 7;
    const serial = `0123${n.toString(16).toUpperCase().padStart(12, '0')}`;
    found.push(
      { ...none, batch: `batch ${Math.floor(n / 1000)}` },
      { ...none, station: `Linie ${i}` },
      { ...none, serial },
      { ...none, serial: serial.slice(0, 10 + (i % 4)) },
      { ...none, text: serial.slice(6, 14) },
      { ...none, text: `batch ${Math.floor(n / 1000)}` },
      { ...none, station: `Linie ${i}`, batch: `batch ${Math.floor(n / 1000)}` },
      { ...none, result: ['SIGNED'], station: `Linie ${i}` },
      { ...none, result: ['REFUSED', 'FAILED'] },
      { ...none, from: new Date((1_600_000_000 + n * 60) * 1000).toISOString() },
      {
        ...none,
        from: new Date((1_600_000_000 + n * 60) * 1000).toISOString(),
        to: new Date((1_600_000_000 + (n + 1440) * 60) * 1000).toISOString(),
        text: 'A5',
      },
    );
  }
  return found;
}

/** Records over a million rows: answers to filters, and how evenly the list scrolls. */
export async function benchRecords(page: Page): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-bench-records-'));
  makeLargeStore(folder, rows, 10);
  const program = await startProgram(folder);
  const desk = await BenchDesk.open(program.address);
  try {
    await desk.call('station.setUp', { name: 'Bench' });
    await desk.call('records.logAt', { filter: none, position: 0, limit: 200, descending: true });
    const answers: number[] = [];
    for (const filter of filters()) {
      const began = performance.now();
      await desk.call('records.logAt', { filter, position: 0, limit: 200, descending: true });
      answers.push(performance.now() - began);
    }
    const jumps: number[] = [];
    for (let i = 0; i < 100; i += 1) {
      const began = performance.now();
      const position = (i * 7_919_417) % rows;
      await desk.call('records.logAt', { filter: none, position, limit: 200, descending: true });
      jumps.push(performance.now() - began);
    }
    await page.goto(program.address);
    await page.locator('.frame').waitFor();
    await page.keyboard.press('Control+3');
    await page.locator('#row-5').waitFor();
    const wheel = await scrollFrames(page, 'wheel');
    const bar = await scrollFrames(page, 'bar');
    const still = await stillFrames(page);
    return [
      atMost(
        `answer to a filter over ${rows} rows, ${answers.length} filters (95 %)`,
        quantile(answers, 0.95),
        50,
        'ms',
      ),
      figure('the same, median', quantile(answers, 0.5), 'ms'),
      figure('the same, slowest', quantile(answers, 1), 'ms'),
      figure('200 rows at any place of the log (95 %)', quantile(jumps, 0.95), 'ms'),
      atMost('frame while scrolling by wheel (95 %)', quantile(wheel, 0.95), 20, 'ms'),
      figure('the same, median', quantile(wheel, 0.5), 'ms'),
      atMost('frame while dragging the scroll bar from end to end (95 %)', quantile(bar, 0.95), 20, 'ms'),
      figure('frame of this browser when nothing moves (95 %)', quantile(still, 0.95), 'ms'),
    ];
  } finally {
    desk.close();
    await program.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Times between frames, ms, while the list is moved in every one of them. */
function scrollFrames(page: Page, how: 'wheel' | 'bar'): Promise<readonly number[]> {
  return page.evaluate(async (means) => {
    const list = document.querySelector('.big-list');
    if (list === null) throw new Error('no list');
    const frames: number[] = [];
    let last = 0;
    for (let turn = 0; turn < 400; turn += 1) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      if (turn > 1) frames.push(now - last);
      last = now;
      if (means === 'wheel')
        list.dispatchEvent(new WheelEvent('wheel', { deltaY: 120, bubbles: true, cancelable: true }));
      else list.scrollTop = (list.scrollHeight * turn) / 400;
    }
    return frames;
  }, how);
}

function stillFrames(page: Page): Promise<readonly number[]> {
  return page.evaluate(async () => {
    const frames: number[] = [];
    let last = 0;
    for (let turn = 0; turn < 200; turn += 1) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      if (turn > 1) frames.push(now - last);
      last = now;
    }
    return frames;
  });
}
