import { describe, expect, it } from 'vitest';
import { describeFailure, failureToError, lockConfig, writeConfig } from '../../src-main/device/index.ts';
import type { Fault } from '../../src-main/simulator/faults/fault.ts';
import { equalBytes } from '../../src-shared/base/bytes.ts';
import { verifyDigest } from '../../src-shared/certificates/p256.ts';
import {
  atCommand,
  atPacket,
  type Bench,
  type BenchOptions,
  type Dialect,
  dialects,
  must,
  mustFail,
  openBench,
  packetCount,
  target,
} from './bench.ts';
import { CHALLENGE, provision } from './flow.ts';

const PART = 'ATECC508A';

/** Packets of a clean run behind a kit: the first and the last after the probe. */
async function packetsOfRun(dialect: Dialect): Promise<readonly [first: number, last: number]> {
  const bench = await openBench({ dialect });
  const first = packetCount(bench) + 1;
  must(await provision(bench.session, PART));
  return [first, packetCount(bench)];
}

/** Every `every`-th packet of a run, so that the dialects together see all of them. */
async function sample(dialect: Dialect, every = dialects.length): Promise<readonly number[]> {
  const [first, last] = await packetsOfRun(dialect);
  const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return numbers.filter((n) => n % every === dialects.indexOf(dialect) % every);
}

/** Kits without a name take a moment to be opened, so the boards are run side by side. */
async function atEach(packets: readonly number[], check: (packet: number) => Promise<void>): Promise<void> {
  await Promise.all(packets.map(check));
}

async function runWith(options: BenchOptions): Promise<{ readonly bench: Bench; readonly outcome: string }> {
  const bench = await openBench(options);
  const result = await provision(bench.session, PART);
  if (!result.ok) return { bench, outcome: `${result.failure.kind}: ${describeFailure(result.failure)}` };
  const right = verifyDigest(result.value.publicKey, CHALLENGE, result.value.signature);
  return { bench, outcome: right ? 'done' : 'signature of another key' };
}

/** One lost, damaged or doubled packet anywhere in a run: the run still ends well, by redoing or by reading back. */
const survivable: readonly (readonly [what: string, action: Fault['action'], dialects: readonly Dialect[]])[] = [
  ['answer lost', { do: 'drop-answer' }, dialects],
  ['command lost', { do: 'drop-command' }, dialects],
  ['answer damaged', { do: 'corrupt-answer', byte: 2, xor: 0x40, reads: 1 }, ['d21', 'modern']],
  ['answer damaged for good', { do: 'corrupt-answer', byte: 2, xor: 0x40, reads: 99 }, ['legacy']],
  ['not acknowledged', { do: 'nack' }, dialects],
  ['watchdog before the command', { do: 'watchdog', side: 'before' }, dialects],
  ['watchdog before the answer is read', { do: 'watchdog', side: 'after' }, dialects],
  ['command repeated by the kit', { do: 'duplicate' }, ['legacy']],
];

describe.each(survivable)('%s, at any packet', (_, action, kinds) => {
  it.each(kinds)('%s kit: the run ends well', async (dialect) => {
    const every = action.do === 'drop-answer' ? dialects.length : 2 * dialects.length;
    await atEach(await sample(dialect, every), async (n) => {
      const { bench, outcome } = await runWith({ dialect, faults: [atPacket(n, action)] });
      expect(outcome, `packet ${n}`).toBe('done');
      const seen = bench.chip.inspect();
      expect(seen.configLocked && seen.dataLocked, `packet ${n}`).toBe(true);
    });
  });
});

describe('power cut in the middle of a write, at any packet', () => {
  const torn = [
    { newWords: 0b0101, key: 'garbage-valid' },
    { newWords: 0b1010, key: 'garbage-invalid' },
    { newWords: 0xffff, key: 'new' },
  ] as const;
  it.each(dialects)('%s kit: the run ends well once the chip has power again', async (dialect) => {
    await atEach(await sample(dialect), async (n) => {
      const cut: Fault['action'] = {
        do: 'power-cut',
        when: 'during',
        scope: 'chip',
        back: { kind: 'at-once' },
        torn: torn[n % torn.length] ?? {},
      };
      const { outcome } = await runWith({ dialect, faults: [atPacket(n, cut)] });
      expect(outcome, `packet ${n}`).toBe('done');
    });
  });
});

describe('a chip that is taken out, at any packet', () => {
  it.each(dialects)('%s kit: the run says so and nothing is thrown', async (dialect) => {
    await atEach(await sample(dialect), async (n) => {
      const action: Fault['action'] = { do: 'remove-chip', side: 'before', backAfterLines: undefined };
      const bench = await openBench({ dialect, faults: [atPacket(n, action)] });
      const failure = mustFail(await provision(bench.session, PART));
      expect(failureToError(failure).code, `packet ${n}: ${JSON.stringify(failure)}`).toBe('BOARD_REMOVED');
    });
  });
});

describe('another board in the fixture, at any packet', () => {
  it.each(dialects)('%s kit: nothing irreversible is done to it', async (dialect) => {
    await atEach(await sample(dialect), async (n) => {
      const bench = await openBench({ dialect, faults: [atPacket(n, { do: 'swap-chip', side: 'before' })] });
      const result = await provision(bench.session, PART);
      const seen = bench.spare.inspect();
      expect(seen.configLocked || seen.dataLocked, `packet ${n}`).toBe(false);
      expect(bench.spare.counters.genKeys, `packet ${n}`).toBe(0);
      // Reads that change nothing do not ask who answers; every change does.
      if (!result.ok) expect(['board-changed', 'status'], `packet ${n}`).toContain(result.failure.kind);
    });
  });

  it('between two sequences: BOARD_CHANGED, and not one write reached it', async () => {
    const bench = await openBench();
    const before = bench.spare.snapshot();
    bench.board.putIn([bench.spare]);
    const failure = mustFail(await writeConfig(bench.session, target(PART)));
    expect(failure).toEqual({ kind: 'board-changed', expected: '0123030405060708EE', found: '01236CD82CA57131EE' });
    expect(bench.spare.snapshot()).toEqual(before);
  });

  it('a lock meant for one chip does not lock another, even right after the serial number was read', async () => {
    const bench = await openBench({ faults: [atCommand(0x17, { do: 'swap-chip', side: 'before' })] });
    const readBack = must(await writeConfig(bench.session, target(PART)));
    const failure = mustFail(await lockConfig(bench.session, target(PART), readBack));
    expect(failure.kind).toBe('board-changed');
    expect(bench.spare.inspect().configLocked).toBe(false);
  });
});

describe('a kit that is gone in the middle', () => {
  it.each([
    ['at a Lock', 0x17],
    ['at GenKey', 0x40],
  ])('%s: uncertain, and a fault of the station', async (_, opcode) => {
    const action: Fault['action'] = { do: 'unplug', side: 'after', back: { kind: 'never' } };
    const bench = await openBench({ faults: [atCommand(opcode, action)] });
    const failure = mustFail(await provision(bench.session, PART));
    expect(failure).toMatchObject({ kind: 'uncertain', kitLost: true });
    expect(failureToError(failure).code).toBe('KIT_LOST');
  });

  it('at a read: the kit is lost, nothing is in doubt', async () => {
    const action: Fault['action'] = { do: 'unplug', side: 'after', back: { kind: 'never' } };
    const bench = await openBench({ faults: [atCommand(0x02, action, { from: 12 })] });
    const failure = mustFail(await provision(bench.session, PART));
    expect(failure.kind).toBe('kit');
  });
});

describe('GenKey create with a lost answer (provisioning-recipes.md 2)', () => {
  it('makes another key, and certifies no key that was there before', async () => {
    const bench = await openBench({ faults: [atCommand(0x40, { do: 'drop-command' }, { p1: 4, times: 1 })] });
    const result = must(await provision(bench.session, PART));
    expect(bench.chip.counters.genKeys).toBe(1);
    expect(verifyDigest(result.publicKey, CHALLENGE, result.signature)).toBe(true);
  });

  it('when no answer ever comes but the key is seen to change, that key is taken', async () => {
    const bench = await openBench({ faults: [atCommand(0x40, { do: 'drop-answer' }, { p1: 4, times: 2 })] });
    const result = must(await provision(bench.session, PART));
    expect(bench.chip.counters.genKeys).toBe(2);
    expect(verifyDigest(result.publicKey, CHALLENGE, result.signature)).toBe(true);
  });

  it('when no answer ever comes and nothing changes, nobody guesses', async () => {
    const bench = await openBench({ faults: [atCommand(0x40, { do: 'drop-command' }, { p1: 4, times: 9 })] });
    const failure = mustFail(await provision(bench.session, PART));
    expect(failure).toMatchObject({ kind: 'uncertain', name: 'GenKey', kitLost: false, readBack: 'no valid key' });
  });

  it('a kit that repeats the create: the key in force is what GenKey public says', async () => {
    const bench = await openBench({
      dialect: 'legacy',
      faults: [atCommand(0x40, { do: 'corrupt-answer', byte: 3, xor: 1, reads: 9 }, { p1: 4 })],
    });
    const result = must(await provision(bench.session, PART));
    expect(bench.chip.counters.genKeys).toBe(2);
    expect(verifyDigest(result.publicKey, CHALLENGE, result.signature)).toBe(true);
  });
});

describe('data lock (provisioning-recipes.md 5)', () => {
  it('one flipped bit: refused, everything written once more, locked', async () => {
    const rot: Fault['action'] = { do: 'bit-rot', zone: 'data', slot: 13, offset: 5, xor: 1 };
    const bench = await openBench({ faults: [atCommand(0x17, rot, { p1: 1 })] });
    must(await provision(bench.session, PART));
    expect(equalBytes(bench.chip.inspect().slots[13] ?? new Uint8Array(), new Uint8Array(72))).toBe(true);
  });

  it('silicon that counts short blocks otherwise: one rewrite, then DATA_CRC, and the board stays resumable', async () => {
    const bench = await openBench({ chip: { rules: { dataCrc: 'blocks32' } } });
    const failure = mustFail(await provision(bench.session, PART));
    expect(failureToError(failure).code).toBe('DATA_CRC');
    expect(bench.chip.inspect().dataLocked).toBe(false);
    const locks = bench.events.filter((event) => event.kind === 'sent' && event.packet.name === 'Lock');
    expect(locks).toHaveLength(3);
  });
});
