import { describe, expect, it } from 'vitest';
import { Board } from '../../../src-main/simulator/board.ts';
import { virtualClock } from '../../../src-main/simulator/clock.ts';
import { Host } from '../host.ts';
import { packet, TinyChip, type TinyOptions } from '../tiny-chip.ts';

const INFO = '0730000000035D';

function setUp(options: TinyOptions = {}) {
  const clock = virtualClock();
  const chip = new TinyChip({ clock, ...options });
  const board = new Board({ kit: { dialect: 'd21' }, chips: [chip], clock });
  return { board, host: new Host(board), chip };
}

describe('SAMD21 host (kit-protocol.md 2)', () => {
  it('answers its dialogue', async () => {
    const { host } = setUp();
    expect(await host.ask('b:v()')).toBe('C0()');
    expect(await host.ask('b:f(00)')).toBe('AT88CK101STK 00(010005)');
    expect(await host.ask('e:p:s(C0)')).toBe('00()');
    expect(await host.ask('e:w()')).toBe('00()');
    expect(await host.ask(`e:t(${INFO})`)).toBe('00(07000050000391)');
    expect(await host.ask('e:i()')).toBe('00()');
    expect(await host.ask('e:s()')).toBe('00()');
    expect(await host.ask('b:a(0000000000)')).toBe('00()');
    expect(await host.ask('x')).toBe('C0()');
  });

  it('shows its one chip under every index', async () => {
    const { host } = setUp();
    for (let i = 0; i < 8; i += 1) expect(await host.ask(`board:device(0${i})`)).toBe('ECC108 TWI 00(C0)');
  });

  it('scans B0 to C6 in steps of 2 and follows a changed address', async () => {
    const near = setUp({ address: 0xc6 });
    expect(await near.host.ask('b:d(00)')).toBe('ECC108 TWI 00(C6)');
    expect(await near.host.ask(`e:t(${INFO})`)).toBe('00(07000050000391)');
    const far = setUp({ address: 0xc8 });
    expect(await far.host.ask('b:d(00)')).toBe('no_device C5()');
  });

  it('ignores select: it talks to the chip it found', async () => {
    const { host } = setUp();
    expect(await host.ask('e:p:s(6A)')).toBe('00()');
    expect(await host.ask(`e:t(${INFO})`)).toBe('00(07000050000391)');
  });

  it('always wraps, a(00) or not', async () => {
    const { host, chip } = setUp();
    expect(await host.ask('e:a(00)')).toBe('C0()');
    await host.ask('e:w()');
    expect(chip.log).toEqual([]);
    await host.ask(`e:t(${INFO})`);
    expect(chip.log).toEqual(['wake', INFO, 'idle']);
  });

  it('puts the chip to sleep for s()', async () => {
    const { host, chip } = setUp();
    await host.ask(`e:t(${packet(0x16, 3, 0, '00'.repeat(32))})`);
    expect(chip.tempKey).toBe(true);
    await host.ask('e:s()');
    expect(chip.tempKey).toBe(false);
  });

  it('does not touch the CRC and sends nothing twice', async () => {
    const { host, chip } = setUp();
    expect(await host.ask('e:t(0730000000FFFF)')).toBe('00(04FF0142)');
    expect(chip.log).toEqual(['wake', '0730000000FFFF', 'idle']);
  });

  it('says E7 when nobody answers', async () => {
    const { board, host } = setUp();
    board.takeOut();
    expect(await host.ask(`e:t(${INFO})`)).toBe('E7()');
    expect(await host.ask('e:s()')).toBe('00()');
  });

  it('outlasts a slow 608', async () => {
    const { host } = setUp({ times: { 119: 2324 }, watchdogMs: 10_000 });
    expect(await host.ask(`e:t(${packet(0x77, 0x3d)})`)).toBe('00(040F2342)');
  });
});
