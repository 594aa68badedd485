import { createSignerStick } from '../../src-main/simulator/open-board.ts';
import { HID_IN_MS, HID_OUT_MS, HID_REPORT_BYTES, i2cMs, type Pace, WAKE_MS } from '../../src-main/simulator/pace.ts';
import type { CommandName } from '../../src-shared/atecc/command.ts';
import { executionTime } from '../../src-shared/atecc/timing.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { type KitRequest, writeRequest } from '../../src-shared/kit/requests.ts';
import { device, type Factory, madeStick, openFactory, requestFor, thePassword } from '../signing/factory.ts';
import { password } from '../signing/rig.ts';
import { atLeast, atMost, type BenchRow, figure } from './rows.ts';

/**
 * `npm run bench -- signers`: pooled signer sticks of real timing behind the signing service, every certificate durable, 16 stations
 * that each ask for the next one as soon as they have one. What the server costs besides (frames, sockets) is in `server`.
 */
const STATIONS = 16;
const PER_STICK = 24;
const ROUNDS = 3;

/** HID reports and bits of the bus take their time; the kit looks for answers at the very moment they are there. */
const pace: Pace = { line: { kind: 'hid' }, bus: true, kitPolling: false };

export async function bench(): Promise<readonly BenchRow[]> {
  const authorised = idealMs(authorisedLines);
  const bare = idealMs(bareLines);
  const rows = [
    figure('one authorised signature, ideal: reports, bus and typical times', authorised, 'ms'),
    figure('the same without authorisation, which no module of ours would sign', bare, 'ms'),
    figure('authorisation costs, of the ideal', authorised - bare, 'ms'),
  ];
  rows.push(...(await withoutWaiting(authorised)));
  for (const sticks of [1, 2, 4, 8]) rows.push(...(await pooled(sticks, authorised)));
  return rows;
}

/**
 * What does not depend on how busy the machine is: the time that a stick takes on a clock of its own, and the processor's time for a
 * certificate, the simulated chip's curve included. Where the second is small beside the first, the share is the first alone.
 */
async function withoutWaiting(ideal: number): Promise<readonly BenchRow[]> {
  const { state, root, made } = await madeStick('bench 0', { signerId: 0x0200 });
  const factory = await openFactory({ root, now: () => new Date(), monotonic: () => performance.now() });
  try {
    const board = createSignerStick(state, { timing: 'virtual', pace });
    await factory.plug(board);
    const unlocked = await factory.manager.unlock(toHex(made.identity.serialNumber), [password(thePassword)]);
    if (!unlocked.ok) throw new Error(unlocked.failure.kind);
    await stations({ factory, root, certificates: 20, first: 0 });
    const [time, cpu] = [board.clock.now(), process.cpuUsage()];
    const count = 4 * PER_STICK;
    const requests = Array.from({ length: count }, (_, i) => requestFor(device(1000 + i), root));
    const keys = process.cpuUsage(cpu);
    for (const request of requests) {
      const issued = await factory.service.issue(request, () => undefined);
      if (!issued.ok) throw new Error(issued.failure.code);
    }
    const { user, system } = process.cpuUsage(cpu);
    const perCertificate = (user + system - keys.user - keys.system) / 1000 / count;
    const taken = (board.clock.now() - time) / count;
    return [
      figure('processor time for a certificate, the simulated chip included', perCertificate, 'ms'),
      atMost("a signature on the stick's own clock, over the ideal", taken / ideal, 1.01),
      atLeast('share of the ideal if nothing else ran on this machine', ideal / (taken + perCertificate), 0.95, ''),
    ];
  } finally {
    await factory.close();
  }
}

async function pooled(count: number, ideal: number): Promise<readonly BenchRow[]> {
  const made = [];
  for (let i = 0; i < count; i += 1) made.push(await madeStick(`bench ${i}`, { signerId: 0x0200 + i }));
  const [first] = made;
  if (first === undefined) throw new Error('no sticks');
  const factory = await openFactory({ root: first.root, now: () => new Date(), monotonic: () => performance.now() });
  try {
    for (const { state, made: module } of made) {
      await factory.plug(createSignerStick(state, { timing: 'real', pace }));
      const unlocked = await factory.manager.unlock(toHex(module.identity.serialNumber), [password(thePassword)]);
      if (!unlocked.ok) throw new Error(unlocked.failure.kind);
    }
    const ask = { factory, root: first.root };
    await stations({ ...ask, certificates: 2 * count, first: 0 });
    let best: Asked | undefined;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const asked = await stations({ ...ask, certificates: PER_STICK * count, first: 1000 * round });
      if (best === undefined || asked.totalMs < best.totalMs) best = asked;
    }
    if (best === undefined) throw new Error('no round');
    const name = count === 1 ? 'one stick' : `${count} sticks`;
    const { totalMs, waits } = best;
    const used = factory.manager.modules().map((module) => module.signaturesThisSession);
    // The last round of every stick is not full: what counts is how long the one with the most work must take.
    const rows = [
      figure(`${name}: signatures a second`, (1000 * PER_STICK * count) / totalMs, '/s'),
      atLeast(`${name}: share of what the chips allow`, (ideal * PER_STICK) / totalMs, 0.95, ''),
      figure(`${name}: latency with ${STATIONS} stations, median`, quantile(waits, 0.5), 'ms'),
      figure(`${name}: latency with ${STATIONS} stations, longest`, quantile(waits, 1), 'ms'),
      atMost(
        `${name}: median latency as a multiple of ${STATIONS} stations' turns`,
        quantile(waits, 0.5) / (ideal * Math.max(1, STATIONS / count)),
        1.1,
      ),
    ];
    if (count > 1) rows.push(atMost(`${name}: most used over least used`, Math.max(...used) / Math.min(...used), 1.1));
    return rows;
  } finally {
    await factory.close();
  }
}

interface Asked {
  readonly totalMs: number;
  /** From request to certificate, ms, sorted. */
  readonly waits: readonly number[];
}

async function stations(ask: {
  readonly factory: Factory;
  readonly root: Awaited<ReturnType<typeof madeStick>>['root'];
  readonly certificates: number;
  readonly first: number;
}): Promise<Asked> {
  const { factory, root } = ask;
  // Made before the clock runs: keys of chips are not the server's work.
  const waiting = Array.from({ length: ask.certificates }, (_, i) => requestFor(device(ask.first + i), root));
  const waits: number[] = [];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: Math.min(STATIONS, ask.certificates) }, async () => {
      for (let request = waiting.pop(); request !== undefined; request = waiting.pop()) {
        const asked = performance.now();
        const issued = await factory.service.issue(request, () => undefined);
        if (!issued.ok) throw new Error(issued.failure.code);
        waits.push(performance.now() - asked);
      }
    }),
  );
  return { totalMs: performance.now() - started, waits: waits.sort((a, b) => a - b) };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** A line to the kit: what is asked, bytes that come back, and the chip's command in it. */
type Line = readonly [request: KitRequest, answered: number, command?: CommandName];

const talk = (command: CommandName, sent: number, answered: number): Line => [
  { kind: 'talk', packet: new Uint8Array(sent) },
  answered,
  command,
];

/** Sequence of signer-and-server.md 6.6 on a legacy stick, in one wake window. */
const authorisedLines: readonly Line[] = [
  [{ kind: 'auto-wrap', on: false }, 0],
  [{ kind: 'wake' }, 4],
  talk('Nonce', 27, 35),
  talk('CheckMac', 84, 4),
  talk('Nonce', 39, 4),
  talk('Sign', 7, 67),
  [{ kind: 'idle' }, 0],
  [{ kind: 'auto-wrap', on: true }, 0],
];

const bareLines: readonly Line[] = authorisedLines.filter((line) => line[2] !== 'CheckMac' && line[1] !== 35);

/** The least time of a sequence: reports of 64 bytes at 20 ms out and 4 ms in, the bus, the wake, what the chip typically needs. */
function idealMs(lines: readonly Line[]): number {
  return lines.reduce((sum, [request, answered, command]) => {
    const out = Math.ceil(writeRequest('legacy', request).length / HID_REPORT_BYTES) * HID_OUT_MS;
    // 00(…) LF
    const back = Math.ceil((2 * answered + 5) / HID_REPORT_BYTES) * HID_IN_MS;
    const chip = command === undefined ? 0 : executionTime(command, 'ATECC508A', 'M0').typicalMs;
    const sent = request.kind === 'talk' ? i2cMs(2 + request.packet.length) + i2cMs(1 + answered) : 0;
    const wake = request.kind === 'wake' ? WAKE_MS + i2cMs(1 + answered) : request.kind === 'idle' ? i2cMs(2) : 0;
    return sum + out + back + chip + sent + wake;
  }, 0);
}
