import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { atMost, type BenchRow, figure } from './rows.ts';
import { BenchDesk, provisionOne, quantile, startProgram } from './ui-desk.ts';

const sites = 16;
const rounds = 6;

/** What the window showed: site, its word (`5 of 10`, `PASS`), and when it was painted, ms since 1970. */
interface Sight {
  readonly site: string;
  readonly word: string;
  readonly at: number;
}

/**
 * Sixteen boards at once in real chip times: from the moment a stage began (as the run's own record says) to the first picture that shows
 * it or a later one; and a question of the window with its answer meanwhile. The simulated boards and their files are the work of the very
 * process that serves the window, which real boards are not; that is in the figures, and against us.
 */
export async function benchStages(page: Page): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-bench-stages-'));
  const program = await startProgram(folder);
  const desk = await BenchDesk.open(program.address);
  try {
    await desk.call('simulation.start', { sites, part: '508', realTime: true, signer: 'open' });
    await desk.follow();
    await page.goto(program.address);
    await page
      .locator('.tile')
      .nth(sites - 1)
      .waitFor();
    await watch(page);
    const idle = await roundTrips(page);
    const names = Array.from({ length: sites }, (_, i) => `site-${i + 1}`);
    const work = Promise.all(
      names.map(async (site) => {
        for (let round = 0; round < rounds; round += 1) await provisionOne(desk, site);
      }),
    );
    const busy = await roundTrips(page);
    await work;
    await page.waitForTimeout(500);
    const sights = await page.evaluate(() => (window as Window & { sights?: Sight[] }).sights ?? []);
    const late = await latencies(desk, sights);
    return [
      atMost(`stage event to visible change, ${sites} sites running (99 %)`, quantile(late, 0.99), 100, 'ms'),
      figure('the same, median', quantile(late, 0.5), 'ms'),
      figure('stage events seen', late.length, ''),
      figure('IPC round trip from the page, line idle (median)', quantile(idle, 0.5), 'ms'),
      figure('IPC round trip from the page, line idle (99 %)', quantile(idle, 0.99), 'ms'),
      figure(`IPC round trip from the page, ${sites} sites running (median)`, quantile(busy, 0.5), 'ms'),
      figure(`IPC round trip from the page, ${sites} sites running (99 %)`, quantile(busy, 0.99), 'ms'),
    ];
  } finally {
    desk.close();
    await program.end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Writes down every change of a tile's word once the picture after the one that drew it is done: by then it is on the screen. (The stores take
 * changes with a picture, so that the next one is the first that can be asked for.)
 */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const sights: Sight[] = [];
    const shown = new Map<string, string>();
    (window as Window & { sights?: Sight[] }).sights = sights;
    const look = (): void => {
      const at = performance.timeOrigin + performance.now();
      for (const tile of document.querySelectorAll<HTMLElement>('.tile[data-site]')) {
        const site = tile.dataset['site'] ?? '';
        const word = tile.querySelector('.tile-word')?.textContent ?? '';
        if (shown.get(site) === word) continue;
        shown.set(site, word);
        sights.push({ site, word, at });
      }
    };
    let asked = false;
    new MutationObserver(() => {
      if (asked) return;
      asked = true;
      // The message comes after the frame was drawn.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          asked = false;
          look();
        };
        port2.postMessage(0);
      });
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    look();
  });
}

/** Stage beginnings and verdicts of every run against what was seen. */
async function latencies(desk: BenchDesk, sights: readonly Sight[]): Promise<readonly number[]> {
  const { rows } = await desk.call('records.log', {
    filter: { from: '', to: '', batch: '', station: '', signer: '', result: [], serial: '', text: '' },
    before: null,
    limit: 500,
    descending: true,
  });
  const found: number[] = [];
  for (const serialNumber of new Set(rows.map((row) => row['device_sn'] ?? ''))) {
    const { runs } = await desk.call('records.unit', { serialNumber });
    for (const run of runs) {
      const began = Date.parse(run.startedAt);
      const ended = Date.parse(run.endedAt);
      // A record names the site as people do: Site 3.
      const mine = ofRun(
        sights.filter(({ site }) => site.replace('site-', 'Site ') === run.site),
        began,
      );
      const events = run.stages
        .filter(({ status }) => status !== 'SKIPPED')
        .map(({ stage, startMs }) => ({ number: stageNumber(stage), at: began + startMs }));
      for (const event of [...events, { number: runEnded, at: ended }]) {
        const sight = mine.find(({ word }) => (rank(word) || runEnded) >= event.number);
        if (sight !== undefined) found.push(Math.max(0, sight.at - event.at));
      }
    }
  }
  return found;
}

/**
 * What was seen of a run that began then, from its first word on. The word of the time before may be seen a moment longer, and the first
 * stage's a moment before its beginning was written down. Any other word after the first stage means that the run has ended.
 */
function ofRun(sights: readonly Sight[], began: number): readonly Sight[] {
  const under = sights.findIndex(({ word, at }) => at >= began - 2 && rank(word) > 0);
  if (under < 0) return [];
  const first = sights[under - 1];
  return sights.slice(first !== undefined && rank(first.word) === 1 ? under - 1 : under);
}

const order = [
  'CONFIG_WRITE',
  'CONFIG_LOCK',
  'CONFIG_READ',
  'GEN_KEY',
  'CERTS_REQUEST',
  'CERTS_WRITE',
  'DATA_WRITE',
  'DATA_LOCK',
  'SLOTS_LOCK',
  'VALIDATE_CERTS',
];

function stageNumber(stage: string): number {
  return order.indexOf(stage) + 1;
}

/** What stands after the last stage. */
const runEnded = 11;

/** A stage's number; 11 for a verdict; 0 for what stands before a run. */
function rank(word: string): number {
  const stage = /^(\d+) of 10/.exec(word)?.[1];
  if (stage !== undefined) return Number(stage);
  return /^(?:PASS|FAIL|FAULT)/.test(word) ? runEnded : 0;
}

/** A thousand questions of 76 bytes over the page's own kind of socket, one after the other, ms each. */
async function roundTrips(page: Page): Promise<readonly number[]> {
  return page.evaluate(async () => {
    const token = sessionStorage.getItem('signet.token') ?? '';
    const socket = new WebSocket(`ws://${location.host}/bridge`, ['signet', `signet.${token}`]);
    await new Promise((resolve) => {
      socket.onopen = resolve;
    });
    const times: number[] = [];
    for (let id = 1; id <= 1000; id += 1) {
      const began = performance.now();
      await new Promise<void>((resolve) => {
        socket.onmessage = ({ data }) => {
          if (String(data).includes(`"id":${id},`)) resolve();
        };
        socket.send(JSON.stringify({ id, call: 'ping', input: { text: 'p'.repeat(30) } }));
      });
      times.push(performance.now() - began);
    }
    socket.close();
    return times;
  });
}
