import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HID_IN_MS, HID_OUT_MS, HID_REPORT_BYTES } from '../../src-main/simulator/pace.ts';
import type { CommandName } from '../../src-shared/atecc/command.ts';
import { executionTime } from '../../src-shared/atecc/timing.ts';
import { type KitRequest, writeRequest } from '../../src-shared/kit/requests.ts';
import { openServerSide } from '../provisioning/server-side.ts';
import { softwareSigner } from '../provisioning/software-signer.ts';
import { makeLargeStore } from '../records/large-store.ts';
import { atLeast, atMost, type BenchRow, figure } from './rows.ts';
import { askFor } from './server-load.ts';
import { ServerProcess } from './server-process.ts';

/**
 * `npm run bench -- server`: how many certificates a second the server issues, every one durable, with a signer that costs no time; how
 * much of their ideal simulated sticks of real timing reach; how long a start takes with a million rows in the log.
 */
const CONNECTIONS = 32;
const CERTIFICATES = 2000;
const PER_STICK = 40;
const ROUNDS = 3;
const MILLION = 1_000_000;

export async function bench(): Promise<readonly BenchRow[]> {
  return [...(await withoutDelay()), ...(await sticks()), ...(await recovery())];
}

async function withoutDelay(): Promise<readonly BenchRow[]> {
  const server = await ServerProcess.start(0);
  try {
    const load = { port: server.port, selection: server.selection, connections: CONNECTIONS };
    await askFor({ ...load, certificates: 300, first: 0 });
    let best = Number.POSITIVE_INFINITY;
    let perCertificate = Number.POSITIVE_INFINITY;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const before = server.syncs;
      const ms = await askFor({ ...load, certificates: CERTIFICATES, first: round * 10_000 });
      best = Math.min(best, ms);
      const after = server.syncs;
      if (before !== undefined && after !== undefined)
        perCertificate = Math.min(perCertificate, (after - before) / CERTIFICATES);
    }
    const alone = await askFor({ ...load, connections: 1, certificates: 200, first: 100_000 });
    const rows = [
      figure(`certificates a second, durable, ${CONNECTIONS} connections`, (1000 * CERTIFICATES) / best, '/s'),
      figure('certificates a second, durable, one connection', (1000 * 200) / alone, '/s'),
    ];
    if (Number.isFinite(perCertificate))
      rows.push(figure(`fsyncs for each certificate, ${CONNECTIONS} connections`, perCertificate, ''));
    return rows;
  } finally {
    await server.close();
  }
}

async function sticks(): Promise<readonly BenchRow[]> {
  const ideal = signatureMs();
  const rows = [figure('one signature: typical times and HID reports', ideal, 'ms')];
  for (const count of [1, 2, 4]) {
    const server = await ServerProcess.start(count);
    try {
      const load = { port: server.port, selection: server.selection, connections: Math.min(CONNECTIONS, 8 * count) };
      await askFor({ ...load, certificates: 8 * count, first: 0 });
      let best = Number.POSITIVE_INFINITY;
      let busiest = 0;
      for (let round = 1; round <= ROUNDS; round += 1) {
        const before = await server.workMs();
        const ms = await askFor({ ...load, certificates: PER_STICK * count, first: 1000 * round });
        best = Math.min(best, ms);
        busiest = Math.max(busiest, ((await server.workMs()) - before) / (count * ms));
      }
      const share = (ideal * PER_STICK) / best;
      const name = count === 1 ? 'one stick' : `${count} sticks`;
      rows.push(
        figure(`${name}: certificates a second`, (1000 * PER_STICK * count) / best, '/s'),
        atLeast(`${name}: share of the ideal`, share, 0.95, ''),
        // A busy machine makes the simulated sticks themselves late: this says what the server left of their time.
        atLeast(`${name}: share of the time in which they are at work`, busiest, 0.95, ''),
      );
    } finally {
      await server.close();
    }
  }
  return rows;
}

/**
 * The least time of one signature on a legacy HID stick: the lines of one sequence in one wake window (auto-wrap off, wake, Nonce, CheckMac,
 * Nonce, Sign, idle, auto-wrap on), their reports at 20 ms out and 4 ms in, and what the chip typically needs.
 */
function signatureMs(): number {
  const talk = (name: CommandName, sent: number, answered: number): readonly [KitRequest, number, CommandName] => [
    { kind: 'talk', packet: new Uint8Array(sent) },
    answered,
    name,
  ];
  const plain = 0;
  const lines: readonly (readonly [KitRequest, number, CommandName | undefined])[] = [
    [{ kind: 'auto-wrap', on: false }, plain, undefined],
    [{ kind: 'wake' }, 4, undefined],
    talk('Nonce', 27, 35),
    talk('CheckMac', 84, 4),
    talk('Nonce', 39, 4),
    talk('Sign', 7, 67),
    [{ kind: 'idle' }, plain, undefined],
    [{ kind: 'auto-wrap', on: true }, plain, undefined],
  ];
  return lines.reduce((sum, [request, answered, name]) => {
    const out = Math.ceil(writeRequest('legacy', request).length / HID_REPORT_BYTES) * HID_OUT_MS;
    // 00(…) LF
    const back = Math.ceil((2 * answered + 5) / HID_REPORT_BYTES) * HID_IN_MS;
    return sum + out + back + (name === undefined ? 0 : executionTime(name, 'ATECC508A', 'M0').typicalMs);
  }, 0);
}

async function recovery(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-bench-'));
  try {
    makeLargeStore(folder, MILLION, 10_000);
    const signer = softwareSigner();
    let slowest = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const started = performance.now();
      const side = await openServerSide({ folder, modules: [signer.module], now: () => new Date() });
      slowest = Math.max(slowest, performance.now() - started);
      await side.close();
    }
    return [atMost('start with a million rows in the log, slowest of three', slowest / 1000, 2, 's')];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
