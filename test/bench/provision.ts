import { readFileSync } from 'node:fs';
import { openClient } from '../../src-main/line/client.ts';
import { prepareEntry } from '../../src-main/provisioning/prepared-entry.ts';
import { createBoard } from '../../src-main/simulator/open-board.ts';
import type { Pace } from '../../src-main/simulator/pace.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { readCertInfo } from '../../src-shared/certificates/index.ts';
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
const rounds = 3;
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
  const place = new Workplace();
  try {
    const { server } = await place.line();
    for (const { part, model, option } of parts) {
      for (const dialect of dialects) {
        const name = `${part} behind a ${dialect} kit`;
        const near = await inMemory(world, model, dialect);
        const nearIdeal = await ideal(world, part, charactersPerSecond);
        rows.push(...told(`${name}, in memory, 115200 baud`, near, nearIdeal));
        const far = await overTcp(place, server, option, dialect);
        rows.push(...told(`${name}, kit and server over TCP`, far, await ideal(world, part, 0)));
      }
    }
  } finally {
    await place.close();
    await world.close();
  }
  return rows;
}

function told(name: string, ms: number, least: Ideal): readonly BenchRow[] {
  return [
    figure(`${name}: ideal of ${least.packets} packets`, least.totalMs, 'ms'),
    figure(`${name}: a run (best of ${rounds})`, ms, 'ms'),
    atMost(`${name}: over its ideal`, ms / least.totalMs, goal),
  ];
}

function ideal(world: World, part: Part, characters: number): Promise<Ideal> {
  const { deviceDefinition: device, signerDefinition: signer } = world.identity;
  return idealOf(prepareEntry(world.entry), part, { definitions: { device, signer }, charactersPerSecond: characters });
}

/** Best of several runs in this process; every round has a new board. */
async function inMemory(world: World, model: '508A' | '608A', dialect: Dialect): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const board = createBoard({ kit: { dialect }, chips: [{ part: model }], timing: 'real', pace: serialPace });
    await world.station.lease(board);
    const started = performance.now();
    const { passed, record } = await world.run(board);
    const ms = performance.now() - started;
    if (!passed) throw new Error(JSON.stringify(record.outcome));
    // The look at the board before the run is not the run's: it is timed by the run itself.
    best = Math.min(best, ms, Date.parse(record.endedAt) - Date.parse(record.startedAt));
    await world.station.release(board);
  }
  return best;
}

/** Best of several runs against processes: a board with real timing, the server, our client in this one. */
async function overTcp(place: Workplace, server: Place, part: string, dialect: Dialect): Promise<number> {
  const certinfo = place.certinfo();
  if (!readCertInfo([{ fileName: certinfo, text: readFileSync(certinfo, 'utf8') }]).ok) throw new Error('no certinfo');
  const board = await place.board(`bench-${part}-${dialect}`, ['--part', part, '--dialect', dialect, '--real-time']);
  let best = Number.POSITIVE_INFINITY;
  const client = openClient({
    certinfo,
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
    for (let round = 0; round < rounds; round += 1) {
      const { signal } = new AbortController();
      const chips = await client.waitForBoard({ previous, onEmpty: () => undefined, signal });
      if (chips === undefined) throw new Error('no board');
      previous = chips.map((chip) => client.nameOf(chip));
      const [record] = await client.provision(chips, () => undefined, signal, '');
      if (record?.outcome.kind !== 'PASS') throw new Error(JSON.stringify(record?.outcome));
      best = Math.min(best, Date.parse(record.endedAt) - Date.parse(record.startedAt));
      board.process.kill('SIGUSR2');
    }
  } finally {
    await client.close();
    await board.process.stop();
  }
  return best;
}
