import { describe, expect, it } from 'vitest';
import { commandCeilingMs, windowCeilingMs, windowLimitMs } from '../../src-main/device/budget.ts';
import { ask, askStatus, type ChipFacts, describeFailure, idleWake, unknownChip } from '../../src-main/device/index.ts';
import { configAddress } from '../../src-shared/atecc/address.ts';
import {
  genKeyCreate,
  genKeyPublic,
  infoRevision,
  noncePassThrough,
  random,
  read,
  signExternal,
} from '../../src-shared/atecc/commands/index.ts';
import { executionTime } from '../../src-shared/atecc/timing.ts';
import { atCommand, dialects, lines, must, mustFail, OTHER_SERIAL, openBench, packetCount, SERIAL } from './bench.ts';
import { provision } from './flow.ts';

const chip508: ChipFacts = { part: 'ATECC508A', divider: 'M0', longWatchdog: false };

describe('what a sequence refuses', () => {
  it('a command that was not declared, or more often than declared, is a mistake of ours', async () => {
    const bench = await openBench();
    const plan = { commands: ['Info'], end: 'idle' } as const;
    const undeclared = bench.session.sequence(plan, () => ask(random()));
    await expect(undeclared).rejects.toThrow('without declaring');
    const twice = bench.session.sequence(plan, function* body() {
      yield* ask(infoRevision());
      return yield* ask(infoRevision());
    });
    await expect(twice).rejects.toThrow('without declaring');
    must(await bench.session.run(infoRevision()));
  });

  it('a chip with another serial number, before the first command of the body', async () => {
    const bench = await openBench();
    let began = false;
    const failure = mustFail(
      await bench.session.sequence({ commands: ['Info'], end: 'idle', expectSerial: OTHER_SERIAL }, function* body() {
        began = true;
        return yield* ask(infoRevision());
      }),
    );
    expect(failure.kind).toBe('board-changed');
    expect(began).toBe(false);
  });

  it('a window that the shortest watchdog may end: nothing is sent', async () => {
    const bench = await openBench({ dialect: 'legacy' });
    bench.trace.length = 0;
    const commands = Array<'GenKey'>(7).fill('GenKey');
    const failure = mustFail(
      await bench.session
        .withFacts(chip508)
        .sequence({ commands, end: 'idle', window: 'single' }, () => ask(genKeyPublic(0))),
    );
    expect(failure).toEqual({ kind: 'watchdog-budget', neededMs: 807, allowedMs: 700 });
    expect(lines(bench)).toEqual([]);
    const long = bench.session.withFacts({ ...chip508, longWatchdog: true });
    expect(
      mustFail(await long.sequence({ commands, end: 'idle', window: 'single' }, () => ask(genKeyPublic(0)))).kind,
    ).toBe('status');
  });
});

describe('the budget of a window (atecc-device.md 1 and 3)', () => {
  it('is the slowest of every command, its lines, and one wake', () => {
    expect(windowCeilingMs(['Nonce', 'Sign'], chip508, 'simulated')).toBeCloseTo(1.56 + 29 + 60);
    expect(commandCeilingMs('Sign', chip508, 'hid')).toBe(60 + 20 + 3 * 4);
    expect(commandCeilingMs('CheckMac', chip508, 'hid')).toBe(13 + 3 * 20 + 4);
    expect(commandCeilingMs('Read', chip508, 'serial')).toBeCloseTo(5 + 1.5 + (20 + 76) * 0.087, 5);
  });

  it('counts on the slowest part as long as the part is unknown', () => {
    expect(commandCeilingMs('Verify', unknownChip, 'simulated')).toBe(
      executionTime('Verify', 'ATECC608', 'M0').maximumMs,
    );
    expect(commandCeilingMs('HMAC', unknownChip, 'simulated')).toBe(23);
    expect(windowLimitMs(unknownChip)).toBe(700);
    expect(windowLimitMs({ ...chip508, longWatchdog: true })).toBeGreaterThan(5000);
  });
});

describe('how a sequence ends', () => {
  it.each(dialects)('%s kit: idle by default, sleep where asked', async (dialect) => {
    const bench = await openBench({ dialect });
    must(await bench.session.run(infoRevision()));
    expect(bench.chip.inspect().mode).toBe('idle');
    must(await bench.session.run(infoRevision(), { end: 'sleep' }));
    expect(bench.chip.inspect().mode).toBe('asleep');
  });

  it('TempKey crosses an idle and wake in the middle of a legacy window', async () => {
    const bench = await openBench({ dialect: 'legacy' });
    must(await provision(bench.session, 'ATECC508A'));
    bench.trace.length = 0;
    const plan = { commands: ['Nonce', 'Sign'], end: 'idle', window: 'single' } as const;
    must(
      await bench.session.withFacts(chip508).sequence(plan, function* body() {
        yield* ask(noncePassThrough(new Uint8Array(32).fill(7)));
        yield* idleWake();
        return yield* ask(signExternal(0));
      }),
    );
    expect(lines(bench).filter((line) => /^e:[wi]/.test(line))).toEqual(['e:w()', 'e:i()', 'e:w()', 'e:i()']);
    expect(lines(bench).at(-1)).toBe('e:a(01)');
  });

  it('a body that fails by mistake leaves kit and chip in order', async () => {
    const bench = await openBench({ dialect: 'legacy' });
    const plan = { commands: ['Info'], end: 'idle', window: 'single' } as const;
    const failing = bench.session.sequence(plan, function* body(): Generator<never, never> {
      yield* [];
      throw new Error('a mistake');
    });
    await expect(failing).rejects.toThrow('a mistake');
    expect(lines(bench).slice(-2)).toEqual(['e:s()', 'e:a(01)']);
    expect(bench.chip.inspect().mode).toBe('asleep');
  });
});

describe('waking in a window of our own (signer-and-server.md 6.6 step 0)', () => {
  it('a chip that was left awake is put to sleep and woken once more', async () => {
    const bench = await openBench({ dialect: 'legacy' });
    must(await bench.transport.setAutoWrap(false));
    must(await bench.transport.wake(0xc0));
    bench.trace.length = 0;
    const plan = { commands: ['Info', 'Info'], end: 'idle', window: 'single' } as const;
    must(await bench.session.withFacts(chip508).sequence(plan, () => ask(infoRevision())));
    expect(lines(bench).filter((line) => line.startsWith('e:'))).toEqual([
      'e:w()',
      'e:s()',
      'e:w()',
      'e:t(0730000000035D)',
      'e:i()',
      'e:a(01)',
    ]);
  });

  it('no chip: said so, and the kit gets its wrapping back', async () => {
    const bench = await openBench({ dialect: 'legacy' });
    bench.board.takeOut();
    bench.trace.length = 0;
    const plan = { commands: ['Info', 'Info'], end: 'idle', window: 'single' } as const;
    const failure = mustFail(await bench.session.withFacts(chip508).sequence(plan, () => ask(infoRevision())));
    expect(failure).toEqual({ kind: 'no-chip', address: 0xc0, answeredBefore: true });
    expect(lines(bench).at(-1)).toBe('e:a(01)');
  });
});

describe('never one step repeated', () => {
  it.each(dialects)('%s kit: a lost answer in the middle begins the whole anew', async (dialect) => {
    const faults = [atCommand(0x1b, { do: 'drop-answer' }, { times: dialect === 'legacy' ? 2 : 1 })];
    const bench = await openBench({ dialect, faults });
    bench.events.length = 0;
    must(
      await bench.session.sequence({ commands: ['Info', 'Random', 'Read'], end: 'idle' }, function* body() {
        yield* ask(infoRevision());
        yield* ask(random());
        return yield* ask(read(configAddress(0), 32));
      }),
    );
    const sent = bench.events.flatMap((event) => (event.kind === 'sent' ? [event.packet.name] : []));
    expect(sent).toEqual(['Info', 'Random', 'Info', 'Random', 'Read']);
  });

  it('at most three times, then the failure', async () => {
    const bench = await openBench({
      faults: [atCommand(0x1b, { do: 'corrupt-answer', byte: 4, xor: 1, reads: 9 }, { times: 99 })],
    });
    const before = packetCount(bench);
    const failure = mustFail(await bench.session.run(random()));
    expect(failure.kind).toBe('no-answer');
    expect(packetCount(bench) - before).toBe(3);
    expect(mustFail(await bench.session.run(random(), { attempts: 1 })).kind).toBe('no-answer');
    expect(packetCount(bench) - before).toBe(4);
  });

  it('what may have been done for good is not done again: the sequence ends in doubt', async () => {
    const bench = await openBench({ faults: [atCommand(0x40, { do: 'drop-answer' }, { p1: 4, from: 2 })] });
    must(await provision(bench.session, 'ATECC508A'));
    const failure = mustFail(await bench.session.run(genKeyCreate(0)));
    expect(failure).toMatchObject({ kind: 'uncertain', name: 'GenKey', kitLost: false });
    expect(bench.chip.counters.genKeys).toBe(2);
  });

  it('a later loss does not hide that something was done before it', async () => {
    const bench = await openBench({ faults: [atCommand(0x40, { do: 'drop-answer' }, { p1: 0, from: 2 })] });
    must(await provision(bench.session, 'ATECC508A'));
    const failure = mustFail(
      await bench.session.sequence({ commands: ['GenKey', 'GenKey'], end: 'idle' }, function* body() {
        yield* ask(genKeyCreate(0));
        return yield* ask(genKeyPublic(0));
      }),
    );
    expect(failure).toMatchObject({ kind: 'uncertain', name: 'GenKey', command: 'create a private key in slot 0' });
    expect(describeFailure(failure)).toContain('create a private key in slot 0');
    expect(bench.chip.counters.genKeys).toBe(2);
  });

  it('a status that the body wants to judge is no trouble', async () => {
    const bench = await openBench();
    const refused = must(
      await bench.session.sequence({ commands: ['GenKey'], end: 'idle', expectSerial: SERIAL }, () =>
        askStatus(genKeyPublic(0), [0x0f]),
      ),
    );
    expect(refused).toEqual({ ok: false, failure: 0x0f });
  });
});
