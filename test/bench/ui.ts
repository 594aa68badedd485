import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright';
import { findBrowser } from '../../src-main/shells/browser/find-browser.ts';
import { buildScreens, screensStale } from '../../src-main/shells/browser/screens-build.ts';
import type { BenchRow } from './rows.ts';
import { benchMemory } from './ui-memory.ts';
import { benchRecords } from './ui-records.ts';
import { benchStages } from './ui-stages.ts';
import { benchStart } from './ui-start.ts';

/**
 * The desktop application as its user meets it: the real core, the real browser shell, a real Chromium. `SIGNET_BENCH_UI=start,records`
 * runs parts of it (start, stages, records, memory). Without a graphics card the browser draws by itself, on the same cores.
 */
const parts = ['start', 'stages', 'records', 'memory'] as const;

export async function bench(): Promise<readonly BenchRow[]> {
  const asked = process.env['SIGNET_BENCH_UI'];
  const wanted = asked === undefined ? parts : parts.filter((part) => asked.split(',').includes(part));
  const top = fileURLToPath(new URL('../..', import.meta.url));
  if (screensStale(top)) await buildScreens(top);
  const rows: BenchRow[] = [];
  for (const part of wanted) {
    const found = await (part === 'start' ? benchStart() : inBrowser(part));
    rows.push(...found);
  }
  return rows;
}

async function inBrowser(part: 'stages' | 'records' | 'memory'): Promise<readonly BenchRow[]> {
  const found = findBrowser();
  if (found === undefined) throw new Error('There is no Chromium, Chrome or Edge here.');
  const browser: Browser = await chromium.launch({
    executablePath: found.path,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    if (part === 'stages') return await benchStages(page);
    if (part === 'records') return await benchRecords(page);
    return await benchMemory(browser, page);
  } finally {
    await browser.close();
  }
}
