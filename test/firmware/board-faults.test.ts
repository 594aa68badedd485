import { afterEach, describe, expect, test } from 'vitest';
import type { BoardChip } from '../../src-main/simulator/board-chip.ts';
import { ChipBus } from '../../src-main/simulator/bus.ts';
import { virtualClock } from '../../src-main/simulator/clock.ts';
import type { FaultAction } from '../../src-main/simulator/faults/fault.ts';
import { FaultPlayer } from '../../src-main/simulator/faults/player.ts';
import { boardBus } from '../../src-main/simulator/i2c-bus.ts';
import { busPace } from '../../src-main/simulator/pace.ts';
import { type TraceEvent, Tracer } from '../../src-main/simulator/trace.ts';
import { benchChip } from './bench-chip.ts';
import { startHostKit } from './host-kit.ts';
import { openSerialLine } from './serial-line.ts';

/** The simulated board's bus and its faults, with the C kit host in the place of a simulated kit. */
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const GENKEY = 0x40;
const RANDOM = 0x1b;

async function boardWith(action: FaultAction, opcode: number) {
  const clock = virtualClock();
  const chip = benchChip(clock);
  const trace: TraceEvent[] = [];
  const bus = new ChipBus({
    clock,
    pace: busPace,
    tracer: new Tracer(
      () => clock.now(),
      (event) => trace.push(event),
    ),
    faults: new FaultPlayer({
      seed: 1,
      faults: [{ at: { on: 'packet', filter: { opcode }, from: 1 }, times: 1, action }],
    }),
    owner: { commandDone: () => Promise.resolve(), scene: () => Promise.resolve() },
    counts: { packets: 0 },
  });
  const chips: readonly BoardChip[] = [chip];
  bus.place(chips);
  const kit = await startHostKit(boardBus(bus), clock);
  open.push(() => kit.close());
  const serial = await openSerialLine(kit.pty);
  open.push(() => serial.close());
  expect(await serial.ask('board:device(00)\n')).toBe('ECC508A TWI 00(C0)');
  const sent = (): number => trace.filter((event) => event.kind === 'packet' && event.bytes[1] === opcode).length;
  return { kit, serial, chip, sent };
}

const RANDOM_LINE = 'e:t(071B00000024CD)\n';
const RANDOM_ANSWER = /^00\(23(FFFF0000){8}[0-9A-F]{4}\)$/;
const GENKEY_LINE = 'e:t(07400400008387)\n';

describe('a bad day on the bus of a board', () => {
  test('an answer spoilt once is read again, not asked for again', async () => {
    const { serial, sent } = await boardWith({ do: 'corrupt-answer', byte: 5, xor: 0x10, reads: 1 }, RANDOM);
    expect(await serial.ask(RANDOM_LINE)).toMatch(RANDOM_ANSWER);
    expect(sent()).toBe(1);
  });

  test('an answer spoilt for good is E5, and the command was sent once', async () => {
    const { serial, sent } = await boardWith({ do: 'corrupt-answer', byte: 5, xor: 0x10, reads: 99 }, RANDOM);
    expect(await serial.ask(RANDOM_LINE)).toBe('E5()');
    expect(sent()).toBe(1);
    expect(await serial.ask(RANDOM_LINE)).toMatch(RANDOM_ANSWER);
  });

  test('an answer that never comes is F1, and the command was sent once', async () => {
    const { serial, sent } = await boardWith({ do: 'drop-answer' }, GENKEY);
    expect(await serial.ask(GENKEY_LINE)).toBe('F1()');
    expect(sent()).toBe(1);
    expect(await serial.ask(GENKEY_LINE)).toBe('00(040F2342)');
    expect(sent()).toBe(2);
  });

  test('a chip a little slower than its data sheet is waited for', async () => {
    const { serial } = await boardWith({ do: 'delay', ms: 120 }, GENKEY);
    expect(await serial.ask(GENKEY_LINE)).toBe('00(040F2342)');
  });

  test('a chip much slower than its data sheet is F1', async () => {
    const { serial } = await boardWith({ do: 'delay', ms: 500 }, GENKEY);
    expect(await serial.ask(GENKEY_LINE)).toBe('F1()');
  });

  test('not acknowledged is E7: nothing was done', async () => {
    const { serial, sent } = await boardWith({ do: 'nack' }, RANDOM);
    expect(await serial.ask(RANDOM_LINE)).toBe('E7()');
    expect(sent()).toBe(1);
    expect(await serial.ask(RANDOM_LINE)).toMatch(RANDOM_ANSWER);
  });

  test('the chip alone loses its power in mid-command: no answer, and the kit goes on', async () => {
    const { serial } = await boardWith(
      { do: 'power-cut', when: 'after', scope: 'chip', back: { kind: 'at-once' }, torn: {} },
      RANDOM,
    );
    expect(await serial.ask(RANDOM_LINE)).toBe('F1()');
    expect(await serial.ask(RANDOM_LINE)).toMatch(RANDOM_ANSWER);
  });

  test.each(['before', 'during', 'after'] as const)('the whole board loses its power %s a command', async (when) => {
    const { serial, kit } = await boardWith(
      { do: 'power-cut', when, scope: 'board', back: { kind: 'never' }, torn: {} },
      RANDOM,
    );
    await serial.send(RANDOM_LINE);
    expect(await kit.program.ended).toBe(0);
    expect(serial.rest).toBe('');
  });
});
