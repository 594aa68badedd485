import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openClient } from '../../src-main/line/client.ts';
import { prepareEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { createBoard } from '../../src-main/simulator/open-board.ts';
import type { Pace } from '../../src-main/simulator/pace.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { type Dialect, dialects, type Place, Workplace } from '../headless/workplace.ts';
import { makeWorld, type World } from '../provisioning/world.ts';
import { type Ideal, idealOf } from './ideal.ts';
import { atMost, type BenchRow, figure } from './rows.ts';

/**
 * How long a run takes, and how long it must. Ideal = typical execution times of the packets that the plan needs + 1.56 ms a wake + their
 * bits on I2C at 400 kHz + the kit's characters at the line's rate. Twice: kit and server over TCP, each a process of its own, as on a
 * line (characters cost nothing); and everything in one process, behind a kit at 115200 baud.
 */
const goal = 1.05;
/** Best of so many; the first ones of a process are slower. */
const rounds = { ATECC508A: 5, ATECC608: 3 } as const;
/** 115200 baud, 8N1 */
const charactersPerSecond = 11_520;
const serialPace: Pace = { line: { kind: 'characters', perSecond: charactersPerSecond }, bus: true, kitPolling: false };

const parts = [
  { part: 'ATECC508A', model: '508A', option: '508' },
  { part: 'ATECC608', model: '608A', option: '608' },
] as const;

export async function bench(): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  const world = await makeWorld();
  // Real chips do not wait for this computer's disk: where there is memory to write to, the state of simulated ones goes there.
  const memory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'signet-bench-'));
  const place = new Workplace();
  try {
    await place.createSigner();
    copyFileSync(place.at('signer.json'), join(memory, 'signer.json'));
    const signer = await place.signer('signer', ['--state', join(memory, 'signer.json')]);
    const server = await place.server([signer]);
    await server.process.said(/password accepted, ready\./);
    for (const { part, model, option } of parts) {
      for (const dialect of dialects) {
        const serial = await ideal(world, part, dialect, charactersPerSecond);
        const bare = await ideal(world, part, dialect, 0);
        const name = `${part} behind a ${dialect} kit`;
        rows.push(
          ...told(`${name}, in memory, 115200 baud`, await inMemory(world, model, dialect, rounds[part]), serial),
        );
        const options = ['--part', option, '--dialect', dialect, '--real-time'];
        const over = (more: readonly string[]): Promise<number> =>
          overTcp(place, server, memory, [...options, ...more], rounds[part]);
        rows.push(...told(`${name}, kit and server over TCP, 115200 baud`, await over(['--baud', '115200']), serial));
        if (dialect === 'modern') {
          const ms = await over([]);
          rows.push(
            figure(`${name}, kit and server over TCP, characters for nothing: a run`, ms, 'ms'),
            figure(`${name}, kit and server over TCP, characters for nothing: over its ideal`, ms / bare.totalMs, '×'),
          );
        }
      }
    }
  } finally {
    await place.close();
    await world.close();
    rmSync(memory, { recursive: true });
  }
  return rows;
}

function told(name: string, ms: number, least: Ideal): readonly BenchRow[] {
  return [
    figure(`${name}: ideal of ${least.packets} packets`, least.totalMs, 'ms'),
    figure(`${name}: a run`, ms, 'ms'),
    atMost(`${name}: over its ideal`, ms / least.totalMs, goal),
  ];
}

function ideal(world: World, part: Part, dialect: Dialect, characters: number): Promise<Ideal> {
  const { deviceDefinition: device, signerDefinition: signer } = world.identity;
  const definitions = { device, signer };
  return idealOf(prepareEntry(world.entry), part, { definitions, charactersPerSecond: characters, dialect });
}

/** Best of several runs in this process; every round has a new board. */
async function inMemory(world: World, model: '508A' | '608A', dialect: Dialect, times: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < times; round += 1) {
    const board = createBoard({ kit: { dialect }, chips: [{ part: model }], timing: 'real', pace: serialPace });
    await world.station.lease(board);
    const { passed, record } = await world.run(board);
    if (!passed) throw new Error(JSON.stringify(record.outcome));
    // The station's look at the board before the run is not the run's.
    best = Math.min(best, Date.parse(record.endedAt) - Date.parse(record.startedAt));
    await world.station.release(board);
  }
  return best;
}

/** Best of several runs against processes: from the start to the verdict that a person sees. */
async function overTcp(
  place: Workplace,
  server: Place,
  memory: string,
  options: readonly string[],
  times: number,
): Promise<number> {
  const state = mkdtempSync(join(memory, 'board-'));
  const board = await place.board('bench', [...options, '--state', join(state, 'board.json')]);
  let best = Number.POSITIVE_INFINITY;
  const client = openClient({
    certinfo: place.certinfo(),
    validate: true,
    host: '127.0.0.1',
    port: String(server.port),
    board: board.path,
    station: 'bench',
    operator: '',
    batch: '',
    runs: place.at('bench-runs'),
  });
  try {
    await client.connect();
    let previous: readonly string[] = [];
    for (let round = 0; round < times; round += 1) {
      const { signal } = new AbortController();
      const chips = await client.waitForBoard({ previous, onEmpty: () => undefined, signal });
      if (chips === undefined) throw new Error('no board');
      previous = chips.map((chip) => client.nameOf(chip));
      const started = performance.now();
      const [record] = await client.provision(chips, () => undefined, signal, '');
      best = Math.min(best, performance.now() - started);
      if (record?.outcome.kind !== 'PASS') throw new Error(JSON.stringify(record?.outcome));
      board.process.kill('SIGUSR2');
    }
  } finally {
    await client.close();
    await board.process.stop();
  }
  return best;
}
