import { describe, expect, it } from 'vitest';
import { Board } from '../../../src-main/simulator/board.ts';
import { virtualClock } from '../../../src-main/simulator/clock.ts';
import { parseFaults } from '../../../src-main/simulator/faults/parse.ts';
import { unhex, wellFormed } from '../../../src-main/simulator/octets.ts';
import type { TraceEvent } from '../../../src-main/simulator/trace.ts';
import { Host } from '../host.ts';
import { packet, TinyChip } from '../tiny-chip.ts';

const INFO = '0730000000035D';
const ANSWER = '00(07000050000391)';
const COUNT = packet(0x24, 1);
const GEN_KEY = packet(0x40, 4);

/** A D21 board: its kit adds nothing of its own, so that every fault shows as it is. */
function setUp(faults: readonly unknown[], seed = 7) {
  const clock = virtualClock();
  const chip = new TinyChip({ clock });
  const spares = [new TinyChip({ clock }), new TinyChip({ clock })];
  const trace: TraceEvent[] = [];
  const board = new Board({
    kit: { dialect: 'd21' },
    chips: [chip],
    clock,
    nextChips: () => spares.splice(0, 1),
    faults: parseFaults(JSON.stringify({ format: 'signet-faults', version: 1, seed, faults })),
    trace: (event) => trace.push(event),
  });
  return { board, host: new Host(board), chip, clock, trace };
}

describe('faults at packets', () => {
  it('drop-command: the chip never sees it', async () => {
    const { host, chip } = setUp([{ at: { packet: 2 }, do: 'drop-command' }]);
    expect(await host.ask(`e:t(${INFO})`)).toBe(ANSWER);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('E7()');
    expect(chip.counter).toBe(0);
    expect(await host.ask(`e:t(${INFO})`)).toBe(ANSWER);
  });

  it('drop-answer: done, and nobody is told', async () => {
    const { host, chip } = setUp([{ at: { opcode: 'Counter' }, do: 'drop-answer' }]);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('E7()');
    expect(chip.counter).toBe(1);
    expect(await host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0702/);
  });

  it('corrupt-command and corrupt-answer: one bit', async () => {
    const command = setUp([{ at: { packet: 1 }, do: 'corrupt-command' }]);
    expect(await command.host.ask(`e:t(${INFO})`)).toBe('00(04FF0142)');
    const answer = setUp([{ at: { packet: 1 }, do: 'corrupt-answer', byte: 1, xor: '80' }]);
    expect(await answer.host.ask(`e:t(${INFO})`)).toBe('00(07800050000391)');
  });

  it('delay: the chip is busy for longer', async () => {
    const { host, clock } = setUp([{ at: { packet: 1 }, do: 'delay', ms: 700 }]);
    expect(await host.ask(`e:t(${INFO})`)).toBe(ANSWER);
    expect(clock.now()).toBeCloseTo(700);
  });

  it('duplicate: done twice', async () => {
    const { host, chip } = setUp([{ at: { packet: 1 }, do: 'duplicate' }]);
    expect(await host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0702/);
    expect(chip.counter).toBe(2);
  });

  it('nack: not done', async () => {
    const { host, chip } = setUp([{ at: { packet: 1 }, do: 'nack' }]);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('E7()');
    expect(chip.counter).toBe(0);
  });

  it('watchdog: before or after it is done', async () => {
    const before = setUp([{ at: { packet: 1 }, do: 'watchdog' }]);
    expect(await before.host.ask(`e:t(${COUNT})`)).toBe('E7()');
    expect(before.chip.counter).toBe(0);
    const after = setUp([{ at: { packet: 1 }, do: 'watchdog', when: 'after' }]);
    expect(await after.host.ask(`e:t(${COUNT})`)).toBe('E7()');
    expect(after.chip.counter).toBe(1);
  });

  it('wrong-key: another point with a right CRC, the same one every time', async () => {
    const faults = [{ at: { opcode: 'GenKey' }, do: 'wrong-key' }];
    const first = await setUp(faults).host.ask(`e:t(${GEN_KEY})`);
    const honest = await setUp([]).host.ask(`e:t(${GEN_KEY})`);
    expect(first).not.toBe(honest);
    const answer = unhex(first.slice(3, -1));
    expect(answer !== undefined && wellFormed(answer)).toBe(true);
    expect(await setUp(faults).host.ask(`e:t(${GEN_KEY})`)).toBe(first);
    expect(await setUp(faults, 8).host.ask(`e:t(${GEN_KEY})`)).not.toBe(first);
  });

  it.each(['before', 'during', 'after'])('power-cut %s: the host sees the cable go', async (when) => {
    const { host, board, chip } = setUp([
      {
        at: { packet: 1 },
        do: 'power-cut',
        when,
        ...(when === 'during' ? { newWords: '0005', key: 'garbage-valid' } : {}),
      },
    ]);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('');
    expect(host.closed).toBe('power lost');
    expect(chip.counter).toBe(when === 'after' ? 1 : 0);
    expect(chip.torn).toEqual(when === 'during' ? [{ newWords: 5, key: 'garbage-valid' }] : []);
    expect(chip.log.at(-1)).toBe('power');
    expect(board.plugged).toBe(true);
    expect(await new Host(board).ask(`e:t(${INFO})`)).toBe(ANSWER);
  });

  it('power-cut of the chip alone: the kit stays', async () => {
    const { host, chip } = setUp([{ at: { packet: 1 }, do: 'power-cut', when: 'after', scope: 'chip' }]);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('E7()');
    expect(chip.counter).toBe(1);
    expect(host.closed).toBeUndefined();
    expect(await host.ask(`e:t(${INFO})`)).toBe(ANSWER);
  });

  it('power-cut during without a pattern: drawn from the seed', async () => {
    const torn = async (seed: number) => {
      const { host, chip } = setUp([{ at: { packet: 1 }, do: 'power-cut', when: 'during' }], seed);
      await host.ask(`e:t(${COUNT})`);
      return chip.torn[0];
    };
    expect(await torn(1)).toEqual(await torn(1));
    expect(await torn(1)).not.toEqual(await torn(2));
  });

  it('unplug that never comes back', async () => {
    const { host, board } = setUp([{ at: { packet: 1 }, do: 'unplug', when: 'after', back: 'never' }]);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('');
    expect(board.plugged).toBe(false);
    expect(() => board.connect()).toThrow('not plugged in');
  });

  it('swap-chip between two packets: the next one goes to another chip', async () => {
    const { host, board, chip } = setUp([{ at: { packet: 2 }, do: 'swap-chip' }]);
    await host.ask(`e:t(${COUNT})`);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('E7()');
    expect(await host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0701/);
    expect(chip.counter).toBe(1);
    expect(board.chips).not.toContain(chip);
    expect(board.state().aside).toEqual([chip.snapshot()]);
  });

  it('needs a next product for swap-chip', () => {
    const faults = parseFaults(
      JSON.stringify({ format: 'signet-faults', version: 1, faults: [{ at: { packet: 1 }, do: 'swap-chip' }] }),
    );
    expect(() => new Board({ kit: { dialect: 'd21' }, chips: [], faults })).toThrow('no next product');
  });

  it('stick-bus: nobody is reached, for so many lines, and the chip is none the worse', async () => {
    const { host, chip } = setUp([{ at: { line: 1 }, do: 'stick-bus', freeAfterLines: 2 }]);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('E7()');
    expect(await host.ask(`e:t(${INFO})`)).toBe('E7()');
    expect(await host.ask(`e:t(${INFO})`)).toBe('E7()');
    expect(chip.counter).toBe(0);
    expect(await host.ask(`e:t(${INFO})`)).toBe(ANSWER);
  });

  it('bit-rot reaches the EEPROM', async () => {
    const { host, chip } = setUp([{ at: { packet: 1 }, do: 'bit-rot', zone: 'data', slot: 8, offset: 40, xor: '10' }]);
    await host.ask(`e:t(${INFO})`);
    expect(chip.rotted).toEqual(['data 8 40 16']);
  });

  it('strikes so many times', async () => {
    const { host } = setUp([{ at: { opcode: 'Info', occurrence: 2 }, times: 2, do: 'nack' }]);
    const answers: string[] = [];
    for (let i = 0; i < 5; i += 1) answers.push(await host.ask(`e:t(${INFO})`));
    expect(answers).toEqual([ANSWER, 'E7()', 'E7()', ANSWER, ANSWER]);
  });

  it('is the same bad day for the same seed', async () => {
    const day = async (seed: number) => {
      const { host } = setUp([{ at: { chance: 0.3, of: 'packet' }, do: 'nack' }], seed);
      let log = '';
      for (let i = 0; i < 60; i += 1) log += (await host.ask(`e:t(${INFO})`)) === ANSWER ? '.' : 'x';
      return log;
    };
    const monday = await day(1);
    expect(await day(1)).toBe(monday);
    expect(await day(2)).not.toBe(monday);
    expect(monday.split('x').length - 1).toBeGreaterThan(8);
    expect(monday.split('x').length - 1).toBeLessThan(30);
  });
});

describe('faults at lines', () => {
  const line = `e:t(${INFO})`;
  const firstReply = async (fault: object) => setUp([{ at: { line: 1 }, ...fault }]).host.say(`${line}\n`);

  it.each([
    ['drop-reply', { do: 'drop-reply' }, ''],
    ['drop-line', { do: 'drop-line' }, ''],
    ['duplicate-reply', { do: 'duplicate-reply' }, `${ANSWER}\n${ANSWER}\n`],
    ['truncate-reply', { do: 'truncate-reply', characters: 5 }, '00(07\n'],
    ['truncate-reply without line feed', { do: 'truncate-reply', characters: 5, lineFeed: false }, '00(07'],
    ['corrupt-reply', { do: 'corrupt-reply', byte: 0, xor: '40' }, `p${ANSWER.slice(1)}\n`],
    ['garbage before', { do: 'garbage', text: 'boot\n' }, `boot\n${ANSWER}\n`],
    ['garbage after', { do: 'garbage', hex: 'FF00', where: 'after' }, `${ANSWER}\n\xff\0`],
    ['garbage instead', { do: 'garbage', text: '??', where: 'instead' }, '??'],
    ['echo', { do: 'echo' }, `${line}\n${ANSWER}\n`],
    ['crlf', { do: 'rewrite-reply', as: 'crlf' }, `${ANSWER}\r\n`],
    ['lower-case', { do: 'rewrite-reply', as: 'lower-case' }, `${ANSWER.toLowerCase()}\n`],
    ['nul-padded', { do: 'rewrite-reply', as: 'nul-padded' }, `\0\0\0${ANSWER}\n\0\0\0`],
    ['split', { do: 'rewrite-reply', as: 'split' }, `${ANSWER}\n`],
  ])('%s', async (_name, fault, expected) => {
    expect(await firstReply(fault)).toBe(expected);
  });

  it('drop-reply: done; drop-line: not done; duplicate-line: done twice', async () => {
    for (const [fault, count] of [
      ['drop-reply', 1],
      ['drop-line', 0],
      ['duplicate-line', 2],
    ] as const) {
      const { host, chip } = setUp([{ at: { line: 1 }, do: fault }]);
      await host.ask(`e:t(${COUNT})`);
      expect([fault, chip.counter]).toEqual([fault, count]);
    }
  });

  it('split: one byte at a time', async () => {
    const { board, host } = setUp([{ at: { line: 1 }, do: 'rewrite-reply', as: 'split' }]);
    const pieces: number[] = [];
    host.channel.setReceiver({ data: (bytes) => pieces.push(bytes.length), closed: () => {} });
    await host.channel.write(Buffer.from(`${line}\n`));
    await board.settled();
    expect(pieces).toEqual(Array.from({ length: ANSWER.length + 1 }, () => 1));
  });

  it('delay-reply: later by the clock', async () => {
    const { host, clock } = setUp([{ at: { line: 1 }, do: 'delay-reply', ms: 4000 }]);
    expect(await host.ask(line)).toBe(ANSWER);
    expect(clock.now()).toBeCloseTo(4000);
  });

  it('silent: until it is plugged in anew', async () => {
    const { host, board } = setUp([{ at: { line: 2 }, do: 'silent' }]);
    expect(await host.ask(line)).toBe(ANSWER);
    expect(await host.ask(line)).toBe('');
    expect(await host.ask(line)).toBe('');
    board.unplug();
    board.plug();
    expect(await new Host(board).ask(line)).toBe(ANSWER);
  });

  it('unplug before: nothing done; after: answered first', async () => {
    const before = setUp([{ at: { line: 1 }, do: 'unplug' }]);
    expect(await before.host.ask(`e:t(${COUNT})`)).toBe('');
    expect(before.host.closed).toBe('cable pulled');
    expect(before.chip.counter).toBe(0);
    const after = setUp([{ at: { line: 1 }, do: 'unplug', when: 'after' }]);
    expect(await after.host.ask(`e:t(${COUNT})`)).toMatch(/^00/);
    expect(after.host.closed).toBe('cable pulled');
  });

  it('remove-chip: gone behind a kit that stays, back after some lines', async () => {
    const { host, chip } = setUp([{ at: { line: 2 }, do: 'remove-chip', backAfterLines: 2 }]);
    const answers: string[] = [];
    for (let i = 0; i < 5; i += 1) answers.push(await host.ask(line));
    expect(answers).toEqual([ANSWER, 'E7()', 'E7()', 'E7()', ANSWER]);
    expect(chip.log).toContain('power');
    expect(host.closed).toBeUndefined();
  });

  it('banner and silence at a connection', async () => {
    const { board, host } = setUp([
      { at: { connection: 1 }, do: 'garbage', text: 'SAMD21 v1\r\n' },
      { at: { connection: 2 }, do: 'silent' },
    ]);
    await board.settled();
    expect(host.received).toBe('SAMD21 v1\r\n');
    expect(await host.ask(line)).toBe(ANSWER);
    await host.channel.close();
    expect(await new Host(board).ask(line)).toBe('');
  });

  it('tells the trace what struck', async () => {
    const { host, trace } = setUp([
      { at: { packet: 1 }, do: 'nack' },
      { at: { line: 2 }, do: 'echo' },
    ]);
    await host.ask(line);
    await host.ask(line);
    expect(trace.filter(({ kind }) => kind === 'fault')).toMatchObject([
      { fault: 1, action: 'nack' },
      { fault: 2, action: 'echo' },
    ]);
    expect(trace.map(({ index }) => index)).toEqual(trace.map((_, i) => i + 1));
  });
});
