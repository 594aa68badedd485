import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressOfParam2,
  addressParam2,
  configAddress,
  dataAddress,
  eccGeometry,
  otpAddress,
  readAccesses,
  shaGeometry,
  slotBlockCount,
  slotBlocks,
  slotSize,
  writeAccesses,
  type Zone,
  zoneCode,
  zoneOfCode,
  zoneSize,
} from '../../src-shared/atecc/index.ts';

const slot = fc.nat(15);
const zone = fc.constantFrom<Zone>('config', 'otp', 'data');

/** A zone or slot and a range inside it. */
const range = fc.tuple(zone, slot).chain(([where, which]) => {
  const size = zoneSize(where, which) ?? 0;
  return fc.tuple(fc.nat(size), fc.nat(size)).map(([a, b]) => ({
    zone: where,
    slot: which,
    offset: Math.min(a, b),
    length: Math.abs(a - b),
    size,
  }));
});

describe('geometry (atecc-device.md 4)', () => {
  it('slots hold 36, 416 and 72 bytes: 1208 in all', () => {
    const sizes = Array.from({ length: 16 }, (_, index) => slotSize(index));
    expect(sizes).toEqual([36, 36, 36, 36, 36, 36, 36, 36, 416, 72, 72, 72, 72, 72, 72, 72]);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(1208);
    expect(sizes.map((_, index) => slotBlockCount(index))).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 13, 3, 3, 3, 3, 3, 3, 3]);
  });

  it.each([-1, 16, 0.5, Number.NaN])('there is no slot %s', (number) => {
    expect(() => slotSize(number)).toThrow(RangeError);
    expect(eccGeometry.slotSize(number)).toBeUndefined();
    expect(shaGeometry.slotSize(number)).toBeUndefined();
  });

  it('zone codes are P1 bits 1..0, whatever the flags say', () => {
    for (const name of ['config', 'otp', 'data'] as const) {
      for (const flags of [0, 0x40, 0x80, 0xc0]) expect(zoneOfCode(zoneCode(name) | flags)).toBe(name);
    }
    expect(zoneOfCode(3)).toBeUndefined();
  });
});

describe('P2', () => {
  it.each([
    [dataAddress(9, 1, 5), 0x014d],
    [dataAddress(8, 12), 0x0c40],
    [dataAddress(10, 0), 0x0050],
    [dataAddress(12, 2), 0x0260],
    [configAddress(2, 5), 0x0015],
    [configAddress(3), 0x0018],
    [otpAddress(1), 0x0008],
  ])('of %o is %i (atecc-device.md 4, 7.4)', (address, param2) => {
    expect(addressParam2(address)).toBe(param2);
    expect(addressOfParam2(address.zone, param2)).toEqual(address);
  });

  it('goes back to its address', () => {
    const data = fc.tuple(slot, fc.nat(12), fc.nat(7)).map(([s, block, word]) => dataAddress(s, block, word));
    const config = fc.tuple(fc.nat(3), fc.nat(7)).map(([block, word]) => configAddress(block, word));
    fc.assert(
      fc.property(fc.oneof(data, config), (address) => {
        expect(addressOfParam2(address.zone, addressParam2(address))).toEqual(address);
      }),
    );
  });

  it('has room for its fields only', () => {
    expect(() => addressParam2(dataAddress(0, 0, 8))).toThrow(RangeError);
    expect(() => addressParam2(dataAddress(32, 0))).toThrow(RangeError);
    expect(() => addressParam2(dataAddress(0, 256))).toThrow(RangeError);
    expect(() => addressParam2(configAddress(32))).toThrow(RangeError);
  });
});

describe('reading a range', () => {
  it('covers it without a gap or a repetition, inside the zone', () => {
    fc.assert(
      fc.property(range, ({ zone: where, slot: which, offset, length, size }) => {
        const accesses = readAccesses(where, which, offset, length) ?? [];
        expect(accesses.length === 0).toBe(length === 0);
        if (length === 0) return;
        let next = accesses[0]?.start ?? Number.NaN;
        expect(next).toBeLessThanOrEqual(offset);
        for (const access of accesses) {
          expect(access.start).toBe(next);
          expect(access.start).toBe(access.address.block * 32 + access.address.word * 4);
          next += access.size;
          expect(next).toBeLessThanOrEqual(size);
        }
        expect(next).toBeGreaterThanOrEqual(offset + length);
        expect(next - (accesses.at(-1)?.size ?? 0)).toBeLessThan(offset + length);
      }),
    );
  });

  it('takes words only from a short last block', () => {
    expect(readAccesses('data', 10, 0, 72)?.map(({ size, start }) => [start, size])).toEqual([
      [0, 32],
      [32, 32],
      [64, 4],
      [68, 4],
    ]);
    expect(readAccesses('data', 0, 33, 2)?.map(({ size, start }) => [start, size])).toEqual([[32, 4]]);
    expect(readAccesses('data', 8, 400, 16)?.map(({ size, start }) => [start, size])).toEqual([[384, 32]]);
  });

  it.each([
    ['config', 0, 120, 9],
    ['data', 16, 0, 4],
    ['data', 0, -1, 4],
    ['otp', 0, 0.5, 4],
  ] as const)('outside the zone is refused: %s %i %d %i', (where, which, offset, length) => {
    expect(readAccesses(where, which, offset, length)).toBeUndefined();
  });
});

describe('writing a range', () => {
  it('covers every whole word once, but never bytes 84..87 of the configuration zone', () => {
    fc.assert(
      fc.property(range, ({ zone: where, slot: which, offset, length }) => {
        const first = offset - (offset % 4);
        const count = length - (length % 4);
        const accesses = writeAccesses(where, which, first, count);
        if (accesses === undefined) return true;
        const covered = accesses.flatMap(({ start, size }) =>
          Array.from({ length: size }, (_, index) => start + index),
        );
        const wanted = Array.from({ length: count }, (_, index) => first + index);
        const left = where === 'config' ? wanted.filter((at) => at < 84 || at > 87) : wanted;
        expect(covered).toEqual(left);
        return true;
      }),
    );
  });

  it('is refused when it is not in whole words', () => {
    expect(writeAccesses('data', 0, 2, 4)).toBeUndefined();
    expect(writeAccesses('data', 0, 0, 6)).toBeUndefined();
  });

  it('of a slot before data lock goes in whole blocks (provisioning-recipes.md 4)', () => {
    expect(slotBlocks(10).map(addressParam2)).toEqual([0x0050, 0x0150, 0x0250]);
    expect(slotBlocks(8)).toHaveLength(13);
  });
});
