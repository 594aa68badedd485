import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunResult } from '../../src-main/provisioning/run.ts';
import type { OpenStream } from '../../src-main/provisioning/stream-channel.ts';
import { openRunStore, openStore, type RunStore, type Store } from '../../src-main/records/index.ts';
import type { Board } from '../../src-main/simulator/board.ts';
import { type Chip, seededRandom } from '../../src-main/simulator/chip/index.ts';
import { createBoard } from '../../src-main/simulator/open-board.ts';
import type { SeededRandom } from '../../src-main/simulator/random.ts';
import type { PlanEntry } from '../../src-shared/model/plan.ts';
import type { Outcome } from '../../src-shared/model/run-record.ts';
import { NoBoard, Station } from '../provisioning/station.ts';
import { journalIn } from '../provisioning/world.ts';
import { chipOf } from '../sweep/sweep.ts';
import { boardFaults, type Rates } from './faults.ts';

/** What outlives a station's process: its records. */
export interface StationBooks {
  readonly name: string;
  readonly runs: RunStore;
  readonly store: Store;
}

export function openStations(folder: string, count: number): readonly StationBooks[] {
  return Array.from({ length: count }, (_, i) => {
    const store = openStore(join(folder, `station-${i + 1}.db`));
    return { name: `station ${i + 1}`, runs: openRunStore(store), store };
  });
}

/** One product of the soak and what became of it. */
export interface Product {
  readonly chip: Chip;
  readonly part: '508A' | '608A';
  readonly dialect: 'legacy' | 'd21' | 'modern';
  /** Ended runs in order: `none` = no board was seen, `killed` = nobody was left to say. */
  readonly history: readonly (Outcome | 'none' | 'killed')[];
  readonly passed: boolean;
}

/** What stations count while they work. */
export interface Tally {
  /** Runs that were begun in a station's journal, by run id. */
  readonly begun: Map<string, string>;
  readonly ended: Map<string, Outcome['kind']>;
  readonly killed: Set<string>;
  packets: number;
  faults: number;
}

export interface SiteOptions {
  readonly number: number;
  readonly stations: readonly StationBooks[];
  readonly open: (station: string) => OpenStream;
  readonly entry: PlanEntry;
  readonly rates: Rates;
  readonly random: SeededRandom;
  readonly now: () => Date;
  readonly tally: Tally;
}

/** Tries with faults before a board is brought to a quiet bench. */
const mostBadTries = 12;
const mostQuietTries = 6;
/** Times that a board waits for a server that is down. */
const mostWaits = 400;

/** One product from a new chip to its end, through whatever happens. */
export async function makeProduct(options: SiteOptions, n: number): Promise<Product> {
  const { random } = options;
  const part = random.chance(0.5) ? '508A' : '608A';
  const dialect = (['legacy', 'd21', 'modern'] as const)[random.below(3)] ?? 'legacy';
  const serialNumber = Uint8Array.of(1, 0x23, options.number, part === '508A' ? 1 : 2, 0, n >> 16, n >> 8, n, 0xee);
  const history: (Outcome | 'none' | 'killed')[] = [];
  let content: Chip | undefined;
  let home = options.number % options.stations.length;
  let waits = 0;
  for (let tries = 0; tries < mostBadTries + mostQuietTries; tries += 1) {
    const quiet = tries >= mostBadTries;
    const board = createBoard({
      kit: { dialect },
      chips: [{ part, serialNumber }],
      timing: 'none',
      random: seededRandom(`soak ${options.number} ${n} ${tries}`),
      faults: { seed: random.next(), faults: quiet ? [] : boardFaults(options.rates, random) },
      trace: (event) => {
        if (event.kind === 'packet') options.tally.packets += 1;
        if (event.kind === 'fault') options.tally.faults += 1;
      },
    });
    if (content !== undefined) chipOf(board).restore(content.snapshot());
    content = onlyChip(board) ?? content;
    // Boards travel: the next run may be at another station, which knows nothing of the one before.
    if (random.chance(0.25)) home = random.below(options.stations.length);
    const books = options.stations[home];
    if (books === undefined) throw new Error(`no station ${home}`);
    const killAt = !quiet && random.chance(options.rates.kill) ? 1 + random.below(20) : undefined;
    const ended = await runOnce(options, books, board, killAt);
    history.push(ended);
    if (ended === 'none' || ended === 'killed') continue;
    if (ended.kind === 'PASS') break;
    // A server that is down is no try: people wait for it.
    if (ended.code.startsWith('SERVER_') && waits < mostWaits) {
      waits += 1;
      tries -= 1;
      await pause(250);
    }
  }
  if (content === undefined) throw new Error('the board had no chip');
  const last = history.at(-1);
  const passed = last !== undefined && last !== 'none' && last !== 'killed' && last.kind === 'PASS';
  return { chip: content, part, dialect, history, passed };
}

function onlyChip(board: Board): Chip | undefined {
  return board.chips.length === 1 ? chipOf(board) : undefined;
}

async function runOnce(
  options: SiteOptions,
  books: StationBooks,
  board: Board,
  /** The process ends at this note in its journal, counted from 1. */
  killAt: number | undefined,
): Promise<Outcome | 'none' | 'killed'> {
  const { tally } = options;
  const journal = journalIn(books.runs);
  let dead = false;
  let notes = 0;
  const station = new Station({
    name: books.name,
    open: options.open(books.name),
    entry: options.entry,
    now: options.now,
    kitTimeoutMs: 2000,
    journal: {
      begin: async (run) => {
        if (dead) return;
        tally.begun.set(run.runId, books.name);
        await journal.begin(run);
      },
      stage: async (...args) => {
        notes += 1;
        // A killed process writes nothing more, and its kit is free for the next one.
        if (killAt !== undefined && notes >= killAt) {
          dead = true;
          void station.release(board);
        }
        if (!dead) await journal.stage(...args);
      },
      end: async (record) => {
        if (dead) return;
        await journal.end(record);
        tally.ended.set(record.runId, record.outcome.kind);
      },
    },
  });
  let result: RunResult | undefined;
  try {
    result = await station.run(board, { action: 'resume' });
  } catch (thrown) {
    if (!(thrown instanceof NoBoard)) throw thrown;
  } finally {
    await station.release(board);
    station.close();
  }
  if (dead) {
    if (result !== undefined) tally.killed.add(result.record.runId);
    return 'killed';
  }
  return result === undefined ? 'none' : result.record.outcome;
}
