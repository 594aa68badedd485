import { describe, expect, it } from 'vitest';
import { compareSight, Presence, type PresenceEvent, writeConfig } from '../../src-main/device/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import {
  atCommand,
  type Bench,
  type BenchOptions,
  dialects,
  must,
  OTHER_SERIAL,
  openBench,
  packetCount,
  SERIAL,
  target,
} from './bench.ts';

async function watch(
  options: BenchOptions = {},
  pausing: (bench: Bench) => void = () => undefined,
): Promise<{ bench: Bench; presence: Presence; events: PresenceEvent[] }> {
  const bench = await openBench(options);
  bench.lease.release();
  const events: PresenceEvent[] = [];
  const presence = new Presence({
    registry: bench.registry,
    kitId: bench.kit.id,
    onEvent: (event) => events.push(event),
    pause: (ms) => {
      pausing(bench);
      return bench.clock.pass(ms);
    },
  });
  await presence.poll();
  return { bench, presence, events };
}

const kinds = (events: readonly PresenceEvent[]): readonly string[] => events.map((event) => event.kind);

describe.each(dialects)('boards coming and going behind a %s kit', (dialect) => {
  it('the first look reports what the probe found', async () => {
    const { events } = await watch({ dialect });
    expect(events).toMatchObject([{ kind: 'arrived', chips: [{ part: 'ATECC508A' }] }]);
  });

  it('a board that is taken out has left, one that is put in has arrived', async () => {
    const { bench, presence, events } = await watch({ dialect });
    const taken = bench.board.takeOut();
    await presence.poll();
    await presence.poll();
    bench.board.putIn(taken);
    await presence.poll();
    expect(kinds(events)).toEqual(['arrived', 'left', 'arrived']);
    expect(presence.serialNumbers).toEqual([toHex(SERIAL)]);
  });

  it('another chip behind a kit that stays is a new board', async () => {
    const { bench, presence, events } = await watch({ dialect });
    bench.board.putIn([bench.spare]);
    await presence.poll();
    expect(kinds(events)).toEqual(['arrived', 'left', 'arrived']);
    expect(events[1]).toMatchObject({ serialNumbers: [toHex(SERIAL)] });
    expect(presence.serialNumbers).toEqual([toHex(OTHER_SERIAL)]);
  });

  it('a night of polling writes nothing, not even the RNG seed, and never puts the chip to sleep', async () => {
    const { bench, presence, events } = await watch({ dialect });
    const before = bench.chip.snapshot();
    bench.trace.length = 0;
    for (let i = 0; i < 200; i += 1) await presence.poll();
    expect(bench.chip.snapshot()).toEqual(before);
    expect(bench.trace.filter((event) => event.kind === 'sleep')).toEqual([]);
    expect(packetCount(bench)).toBe(200);
    expect(kinds(events)).toEqual(['arrived']);
  });

  it('one lost answer is not a removed board', async () => {
    const { bench, presence, events } = await watch({
      dialect,
      faults: [atCommand(0x02, { do: 'drop-answer' }, { p1: 0x80, from: 6, times: dialect === 'legacy' ? 2 : 1 })],
    });
    for (let i = 0; i < 5; i += 1) await presence.poll();
    expect(kinds(events)).toEqual(['arrived']);
    expect(bench.trace.some((event) => event.kind === 'fault')).toBe(true);
  });
});

describe('a bus that is stuck', () => {
  it('is told once, is not an empty place, and the board is there again when it is free', async () => {
    const { bench, presence, events } = await watch({ dialect: 'signet' });
    bench.board.stickBus(true);
    for (let i = 0; i < 3; i += 1) await presence.poll();
    expect(kinds(events)).toEqual(['arrived', 'left', 'stuck']);
    expect(events[2]).toMatchObject({ failure: { kind: 'kit', failure: { kitStatus: 0xfe } } });
    bench.board.stickBus(false);
    await presence.poll();
    expect(kinds(events)).toEqual(['arrived', 'left', 'stuck', 'freed', 'arrived']);
  });

  it('is over when who held the wire is taken away, with nothing else put in', async () => {
    const { bench, presence, events } = await watch({ dialect: 'signet' });
    bench.board.stickBus(true);
    await presence.poll();
    bench.board.takeOut();
    bench.board.stickBus(false);
    await presence.poll();
    expect(kinds(events)).toEqual(['arrived', 'left', 'stuck', 'freed']);
  });
});

describe('who owns the kit is left alone', () => {
  it('nothing is sent while a run owns the kit; afterwards the state is read again', async () => {
    const { bench, presence, events } = await watch();
    const lease = must(bench.registry.take(bench.kit.id, { role: 'site', name: 'site 1' }));
    const before = packetCount(bench);
    await presence.poll();
    expect(packetCount(bench)).toBe(before);
    must(await writeConfig(lease.chip(), target('ATECC508A')));
    lease.release();
    await presence.poll();
    expect(kinds(events)).toEqual(['arrived', 'updated']);
    const last = events.at(-1);
    if (last?.kind !== 'updated') throw new Error('not updated');
    expect(last.chips[0]?.config.slice(16, 20)).toEqual(target('ATECC508A').image.slice(16, 20));
  });

  it('polls at most twice a second, and reports a kit that goes', async () => {
    let pauses = 0;
    const { bench, presence, events } = await watch({}, (watched) => {
      pauses += 1;
      if (pauses === 10) watched.board.unplug();
    });
    const start = bench.clock.now();
    const before = packetCount(bench);
    await presence.run(new AbortController().signal);
    expect(pauses).toBe(10);
    expect(packetCount(bench) - before).toBe(10);
    expect(bench.clock.now() - start).toBeGreaterThanOrEqual(500 * 9);
    expect(kinds(events)).toEqual(['arrived', 'left']);
  });
});

describe('what a look means', () => {
  const sight = (...entries: [number, string][]) => new Map(entries);
  it.each([
    [sight(), sight(), 'same'],
    [sight([0xc0, 'A']), sight([0xc0, 'A']), 'same'],
    [sight([0xc0, 'A']), sight(), 'empty'],
    [sight(), sight([0xc0, 'A']), 'other'],
    [sight([0xc0, 'A']), sight([0xc0, 'B']), 'other'],
    [sight([0xc0, 'A'], [0xc2, 'B']), sight([0xc0, 'A']), 'other'],
  ] as const)('%o then %o: %s', (known, seen, verdict) => {
    expect(compareSight(known, seen)).toBe(verdict);
  });
});
