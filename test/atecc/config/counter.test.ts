import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counterMaximum, decodeCounter, encodeCounter } from '../../../src-shared/atecc/config/index.ts';
import { fromHex } from '../../../src-shared/base/bytes.ts';

/** config-zone.md 1. */
const published: readonly (readonly [number, string])[] = [
  [0, 'FFFFFFFF 00000000'],
  [1, '7FFFFFFF 00000000'],
  [10, '003FFFFF 00000000'],
  [16, '0000FFFF 00000000'],
  [31, '00000001 00000000'],
  [32, 'FFFF0000 00010000'],
  [88, '000000FF 00020002'],
];

describe('a counter in the configuration zone', () => {
  it.each(published)('%i is %s', (value, hex) => {
    expect(encodeCounter(value)).toEqual(fromHex(hex));
    expect(decodeCounter(fromHex(hex))).toBe(value);
  });

  it('every count comes back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: counterMaximum }), (value) => {
        expect(decodeCounter(encodeCounter(value))).toBe(value);
      }),
    );
    for (let value = 0; value < 200; value += 1) expect(decodeCounter(encodeCounter(value))).toBe(value);
    expect(decodeCounter(encodeCounter(counterMaximum))).toBe(counterMaximum);
  });

  it('no two counts look the same', () => {
    const seen = new Set(Array.from({ length: 4096 }, (_, value) => encodeCounter(value).join()));
    expect(seen.size).toBe(4096);
  });

  it('other bytes are no count', () => {
    for (const hex of [
      '0000000000000000',
      'FFFFFFFFFFFFFFFF',
      'FEFFFFFF00000000',
      'FFFF000000000000',
      'FFFFFFFF00010000',
    ]) {
      expect(decodeCounter(fromHex(hex))).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        const value = decodeCounter(bytes);
        if (value !== undefined) expect(encodeCounter(value)).toEqual(bytes);
      }),
    );
  });

  it('refuses what is no count', () => {
    for (const value of [-1, 0.5, counterMaximum + 1, Number.NaN])
      expect(() => encodeCounter(value)).toThrow(RangeError);
    expect(() => decodeCounter(new Uint8Array(7))).toThrow(RangeError);
  });
});
