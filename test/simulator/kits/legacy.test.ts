import { describe, expect, it } from 'vitest';
import { Board } from '../../../src-main/simulator/board.ts';
import { virtualClock } from '../../../src-main/simulator/clock.ts';
import type { FaultScript } from '../../../src-main/simulator/faults/fault.ts';
import { parseFaults } from '../../../src-main/simulator/faults/parse.ts';
import type { LegacyName } from '../../../src-main/simulator/kits/kit.ts';
import { busPace } from '../../../src-main/simulator/pace.ts';
import { Host } from '../host.ts';
import { packet, TinyChip, type TinyOptions } from '../tiny-chip.ts';

const INFO = '0730000000035D';
const COUNT = packet(0x24, 1);
const NONCE = packet(0x16, 3, 0, '00'.repeat(32));
const SIGN = packet(0x41, 0x80);

function setUp(options: TinyOptions = {}, faults: readonly unknown[] = [], name: LegacyName = 'AT88CK590') {
  const clock = virtualClock();
  const chip = new TinyChip({ clock, ...options });
  const board = new Board({ kit: { dialect: 'legacy', name }, chips: [chip], clock, faults: script(faults) });
  const host = new Host(board);
  return { board, host, chip, clock };
}

function script(faults: readonly unknown[]): FaultScript {
  return parseFaults(JSON.stringify({ format: 'signet-faults', version: 1, seed: 7, faults }));
}

/** After the firmware's own discovery at power-up, with a clean log. */
async function quiet(options: TinyOptions = {}, faults: readonly unknown[] = []) {
  const all = setUp(options, faults);
  await all.host.ask('e:p:s(C0)');
  all.chip.log.length = 0;
  return all;
}

describe('legacy kit, dialogue (kit-protocol.md 7)', () => {
  it('answers the discovery transcript', async () => {
    const { host } = setUp();
    expect(await host.ask('b:f(00)')).toBe('AT88CK590 00(010005)');
    expect(await host.ask('board:device(00)')).toBe('ECC108 TWI 00(C0)');
    for (let i = 1; i < 8; i += 1) expect(await host.ask(`board:device(0${i})`)).toBe('C5()');
    expect(await host.ask('e:physical:select(C0)')).toBe('00()');
    expect(await host.ask('e:w()')).toBe('00(04113343)');
    expect(await host.ask(`e:t(${INFO})`)).toBe('00(07000050000391)');
    expect(await host.ask('e:s()')).toBe('00()');
  });

  it.each([
    ['AT88CK590', 'CK590'],
    ['AT88CK490', 'CK490'],
    ['AT88CKECCROOT', 'ECCROOT'],
    ['AT88CKECCSIGNER', 'ECCSIGN'],
  ] as const)('calls itself %s and %s', async (name, short) => {
    const { host, board } = setUp({}, [], name);
    expect(await host.ask('b:f(00)')).toBe(`${name} 00(010005)`);
    expect(await host.ask('b:v()')).toBe(`${short} ECC108 TWI 00(C0)`);
    board.takeOut();
    expect(await host.ask('b:v()')).toBe(`${short} no_device 00()`);
  });

  it('states library versions, refuses other indices', async () => {
    const { host } = setUp();
    expect(await host.ask('b:f(01)')).toMatch(/^SHA204 00\([0-9A-F]{6}\)$/);
    expect(await host.ask('b:f(03)')).toMatch(/^ECC108 00\([0-9A-F]{6}\)$/);
    expect(await host.ask('b:f(04)')).toBe('C3()');
    expect(await host.ask('b:f')).toBe('C3()');
    expect(await host.ask('b:x()')).toBe('C0()');
    expect(await host.ask('x:w()')).toBe('C0()');
    expect(await host.ask('e:x()')).toBe('C0()');
  });

  it('keeps the module number over a replug', async () => {
    const { host, board } = setUp();
    expect(await host.ask('b:mg()')).toBe('00(FF)');
    expect(await host.ask('b:ms(2A)')).toBe('00()');
    board.unplug();
    board.plug();
    expect(await new Host(board).ask('b:mg()')).toBe('00(2A)');
  });

  it.each(['E:T(', 'e:t(', 's:talk(', 'sha:t(', 'lib8:e:t(', 'ecc:Talk('])('takes %s for a talk', async (start) => {
    const { host } = await quiet();
    expect(await host.ask(`${start}${INFO})`)).toBe('00(07000050000391)');
    expect(await host.ask(`${start}${INFO.toLowerCase()})`)).toBe('00(07000050000391)');
  });

  it('ignores NULs before, after and inside, and carriage returns', async () => {
    const { host } = await quiet();
    expect(await host.say('\0\0e:w()\n\0')).toBe('00(04113343)\n');
    expect(await host.say('\0e:\0w(\0)\r\n\0\0')).toBe('00(04113343)\n');
    expect(await host.say('\n\r\n')).toBe('');
  });

  it('hands device errors on as data', async () => {
    const { host } = await quiet();
    expect(await host.ask(`e:t(${packet(0x45)})`)).toBe('00(040F2342)');
  });

  it('selects any address with 00(), also where nobody is', async () => {
    const { host } = await quiet();
    expect(await host.ask('e:p:s(55)')).toBe('00()');
    expect(await host.ask(`e:t(${INFO})`)).toBe('E7()');
    expect(await host.ask('e:p:s(C0)')).toBe('00()');
    expect(await host.ask(`e:t(${INFO})`)).toBe('00(07000050000391)');
  });

  it('refuses lines beyond its buffer and goes on', async () => {
    const { host } = await quiet();
    expect(await host.say(`e:t(${'0'.repeat(3000)})\n`)).toBe('C1()\n');
    expect(await host.ask('e:w()')).toBe('00(04113343)');
  });
});

describe('legacy kit, wrapping', () => {
  it('wraps every talk in wake and idle, and leaves w and i without effect', async () => {
    const { host, chip } = await quiet();
    await host.ask('e:w()');
    await host.ask('e:i()');
    expect(chip.log).toEqual([]);
    await host.ask(`s:t(${INFO})`);
    expect(chip.log).toEqual(['wake', INFO, 'idle']);
  });

  it('wakes and sleeps for s()', async () => {
    const { host, chip } = await quiet();
    expect(await host.ask('e:s()')).toBe('00()');
    expect(chip.log).toEqual(['wake', 'sleep']);
  });

  it('does neither after a(00), where w, i and s act on the chip', async () => {
    const { host, chip } = await quiet();
    expect(await host.ask('s:a(00)')).toBe('00()');
    expect(await host.ask('e:w()')).toBe('00(04113343)');
    expect(await host.ask(`e:t(${NONCE})`)).toBe('00(04000340)');
    expect(await host.ask(`e:t(${SIGN})`)).toMatch(/^00\(43/);
    expect(await host.ask('e:i()')).toBe('00()');
    expect(await host.ask('s:a(01)')).toBe('00()');
    expect(chip.log).toEqual(['wake', NONCE, SIGN, 'idle']);
  });

  it('forgets a(00) at replug', async () => {
    const { host, board, chip } = await quiet();
    await host.ask('e:a(00)');
    board.unplug();
    board.plug();
    const again = new Host(board);
    await again.ask('e:p:s(C0)');
    chip.log.length = 0;
    await again.ask(`e:t(${INFO})`);
    expect(chip.log).toEqual(['wake', INFO, 'idle']);
  });

  it('says after a(00) what the chip says to a wake: nothing when it was awake already', async () => {
    const { host } = await quiet();
    await host.ask('e:a(00)');
    expect(await host.ask('e:w()')).toBe('00(04113343)');
    await host.ask(`e:t(${INFO})`);
    expect(await host.ask('e:w()')).toBe('E4()');
    expect(await host.ask('e:s()')).toBe('00()');
    expect(await host.ask('e:w()')).toBe('00(04113343)');
  });
});

describe('legacy kit, step by step', () => {
  it('sends and receives apart, CRC untouched', async () => {
    const { host, chip } = await quiet();
    await host.ask('e:a(00)');
    expect(await host.ask('s:p:w()')).toBe('00()');
    expect(await host.ask('s:r(04)')).toBe('00(04113343)');
    expect(await host.ask(`s:c(${INFO})`)).toBe('00()');
    expect(await host.ask('s:p:r(23)')).toBe('00(07000050000391)');
    expect(await host.ask('s:p:r(23)')).toBe('E4()');
    expect(await host.ask('s:p:sy()')).toBe('00()');
    expect(await host.ask('s:r(23)')).toBe('00(07000050000391)');
    expect(await host.ask('s:p:c(0730000000FFFF)')).toBe('00()');
    expect(await host.ask('s:r(04)')).toBe('00(04FF0142)');
    expect(await host.ask('s:p:s')).toBe('00()');
    expect(chip.log).toEqual(['wake', INFO, '0730000000FFFF', 'sleep']);
    expect(await host.ask('s:r(04)')).toBe('E7()');
    expect(await host.ask('s:p:sy()')).toBe('F0()');
    expect(await host.ask(`s:c(${INFO})`)).toBe('F0()');
  });

  it('finds nobody on the single-wire interface', async () => {
    const { host } = await quiet();
    expect(await host.ask('s:p:i:s')).toBe('00()');
    expect(await host.ask(`s:t(${INFO})`)).toBe('E7()');
    expect(await host.ask('b:d(00)')).toBe('C5()');
    expect(await host.ask('s:p:i:i2c')).toBe('00()');
    expect(await host.ask(`s:t(${INFO})`)).toBe('00(07000050000391)');
  });

  it.each([
    ['e', '00()'],
    ['e:t', 'C3()'],
    ['e:t()', '00()'],
    ['e:a', 'C3()'],
    ['e:c', 'C3()'],
    ['e:p:c', 'C3()'],
    ['e:p:x', 'C0()'],
    ['e:p:e', '00()'],
    ['a:t(00)', 'C5()'],
    ['i:x', 'C0()'],
    ['b', 'C0()'],
    ['b:d', 'C3()'],
    ['b:d()', 'C5()'],
    ['b:d(zz)', 'ECC108 TWI 00(C0)'],
    ['b:f()', 'C3()'],
    ['b:ms', 'C3()'],
  ])('answers %s with %s', async (line, reply) => {
    const { host } = await quiet();
    expect(await host.ask(line)).toBe(reply);
  });
});

describe('legacy kit, silent habits (kit-protocol.md 2)', () => {
  it('signs a damaged packet off as good', async () => {
    const { host, chip } = await quiet();
    expect(await host.ask('e:t(0730000000FFFF)')).toBe('00(07000050000391)');
    expect(chip.log).toContain(INFO);
  });

  it('runs a command twice when the answer did not come', async () => {
    const { host, chip } = await quiet({}, [{ at: { opcode: 'Counter' }, do: 'drop-answer' }]);
    expect(await host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0702/);
    expect(chip.counter).toBe(2);
    expect(chip.log).toEqual(['wake', COUNT, COUNT, 'idle']);
  });

  it('reads a spoilt answer again before it sends again', async () => {
    const once = await quiet({}, [{ at: { opcode: 'Counter' }, do: 'corrupt-answer', byte: 2 }]);
    expect(await once.host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0701/);
    expect(once.chip.counter).toBe(1);
    const twice = await quiet({}, [{ at: { opcode: 'Counter' }, do: 'corrupt-answer', byte: 2, reads: 2 }]);
    expect(await twice.host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0702/);
    expect(twice.chip.counter).toBe(2);
  });

  it('sends again when the chip saw a bad CRC', async () => {
    const { host, chip } = await quiet({}, [{ at: { opcode: 'Counter' }, do: 'corrupt-command', byte: 3 }]);
    expect(await host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0701/);
    expect(chip.log.filter((entry) => entry.length > 10)).toHaveLength(2);
  });

  it('sends again after a NACK', async () => {
    const { host, chip } = await quiet({}, [{ at: { opcode: 'Counter' }, do: 'nack' }]);
    expect(await host.ask(`e:t(${COUNT})`)).toMatch(/^00\(0701/);
    expect(chip.log).toEqual(['wake', COUNT, 'idle']);
  });

  it('sends no command a third time', async () => {
    const { host, chip } = await quiet({}, [{ at: { opcode: 'Counter' }, do: 'drop-answer', times: 0 }]);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('00()');
    expect(chip.counter).toBe(2);
  });

  it('gets in step with Sleep and wake when the chip does not acknowledge: TempKey is gone', async () => {
    const { host, chip } = await quiet({}, [{ at: { opcode: 'Sign' }, do: 'watchdog', when: 'before' }]);
    await host.ask(`e:t(${NONCE})`);
    expect(chip.tempKey).toBe(true);
    expect(await host.ask(`e:t(${SIGN})`)).toBe('00(040F2342)');
    expect(chip.tempKey).toBe(false);
    expect(chip.log.filter((entry) => entry === SIGN)).toHaveLength(1);
  });

  it('prints the wake answer of a failed resynchronisation as an answer', async () => {
    const { host, chip } = await quiet({}, [{ at: { opcode: 'Counter' }, do: 'watchdog', when: 'after', times: 0 }]);
    expect(await host.ask(`e:t(${COUNT})`)).toBe('00(04113343)');
    expect(chip.counter).toBe(2);
  });

  it('prints F0() when the chip was still busy and refused the Idle', async () => {
    const { host, chip, clock } = await quiet({ times: { 64: 653 } });
    expect(await host.ask(`e:t(${packet(0x40, 4)})`)).toBe('F0()');
    expect(chip.log.filter((entry) => entry.startsWith('0740'))).toHaveLength(1);
    expect(clock.now()).toBeLessThan(300);
    clock.advance(700);
    expect(await host.ask(`e:t(${INFO})`)).toMatch(/^(00\(07000050000391\)|E4\(\))$/);
  });

  it('allows an opcode it does not know 200 ms', async () => {
    const fits = await quiet({ times: { 64: 200 } });
    expect(await fits.host.ask(`e:t(${packet(0x40, 4)})`)).toMatch(/^00\(43/);
    const late = await quiet({ times: { 64: 215 } });
    expect(await late.host.ask(`e:t(${packet(0x40, 4)})`)).toBe('F0()');
  });

  it('prints a real kit status only when the wake before the talk failed, or after a(00)', async () => {
    const { host, board } = await quiet();
    board.takeOut();
    expect(await host.ask(`e:t(${INFO})`)).toBe('E7()');
    const open = await quiet();
    await open.host.ask('e:a(00)');
    await open.host.ask('e:w()');
    open.board.takeOut();
    expect(await open.host.ask(`e:t(${INFO})`)).toBe('F0()');
  });

  it('takes a failed self-test for a failed wake', async () => {
    const { host, clock } = await quiet({ wakeAnswer: '040740C2' });
    // Discovery found nobody and left the chip awake: until its watchdog ends that the wake pulse means nothing to it.
    await host.ask('b:di(00)');
    expect(await host.ask(`e:t(${INFO})`)).toBe('E4()');
    clock.advance(1400);
    expect(await host.ask(`e:t(${INFO})`)).toBe('F0()');
  });
});

describe('legacy kit, discovery (kit-protocol.md 2)', () => {
  it.each(['b:v()', 'b:d(00)', 'board:device(00)'])('%s puts every chip to sleep', async (line) => {
    const { host, chip } = await quiet();
    await host.ask(`e:t(${NONCE})`);
    expect(chip.tempKey).toBe(true);
    await host.ask(line);
    expect(chip.log.at(-1)).toBe('sleep');
    expect(chip.tempKey).toBe(false);
  });

  it('runs once a second until something was found, unless it is switched off', async () => {
    const { host, board, chip, clock } = setUp();
    board.takeOut();
    await host.ask('e:p:s(C0)');
    board.putIn([chip]);
    chip.log.length = 0;
    await host.ask('e:w()');
    expect(chip.log).toEqual([]);
    clock.advance(1000);
    await host.ask('e:w()');
    expect(chip.log).toContain('sleep');
    chip.log.length = 0;
    clock.advance(5000);
    await host.ask('e:w()');
    expect(chip.log).toEqual([]);
  });

  it('does not run after b:di(00)', async () => {
    const { host, board, chip, clock } = setUp();
    board.takeOut();
    expect(await host.ask('b:di(00)')).toBe('00()');
    board.putIn([chip]);
    chip.log.length = 0;
    clock.advance(5000);
    await host.ask('e:w()');
    expect(chip.log).toEqual([]);
    expect(await host.ask('b:d?')).toBe('00(00)');
    expect(await host.ask('b:di(01)')).toBe('00()');
    clock.advance(5000);
    await host.ask('e:w()');
    expect(chip.log).toContain('sleep');
  });

  it('finds C0 and C8 and no other address, which select still reaches', async () => {
    const clock = virtualClock();
    const chips = [0xc0, 0xc8, 0x6a].map((address) => new TinyChip({ address, clock }));
    const board = new Board({ kit: { dialect: 'legacy' }, chips, clock });
    const host = new Host(board);
    expect(await host.ask('b:d(00)')).toBe('ECC108 TWI 00(C0)');
    expect(await host.ask('b:d(01)')).toBe('ECC108 TWI 00(C8)');
    expect(await host.ask('b:d(02)')).toBe('C5()');
    await host.ask('e:p:s(6A)');
    expect(await host.ask(`e:t(${INFO})`)).toBe('00(07000050000391)');
    await host.ask('e:p:s(C0)');
    expect(await host.ask(`e:t(${INFO})`)).toBe('00(07000050000391)');
  });

  it('keeps talking to several chips, whose wake pulses everybody hears', async () => {
    const clock = virtualClock();
    const chips = [0xc0, 0x6a].map((address) => new TinyChip({ address, clock }));
    const board = new Board({ kit: { dialect: 'legacy' }, chips, clock, pace: busPace });
    const host = new Host(board);
    for (let round = 0; round < 20; round += 1) {
      for (const address of ['C0', '6A']) {
        await host.ask(`e:p:s(${address})`);
        expect(await host.ask(`e:t(${INFO})`)).toBe('00(07000050000391)');
      }
    }
  });
});
