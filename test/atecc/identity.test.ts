import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkSerialNumber,
  counterMatchValue,
  padPublicKey,
  publicKeyValidity,
  revisionInfo,
  revisionOf,
  serialNumberOf,
  unpadPublicKey,
} from '../../src-shared/atecc/index.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';

describe('serial number and part (atecc-device.md 5)', () => {
  const block = fromHex('0123 0304 0000 5000 0506 0708 EE00 0100 C000 5500');

  it('are taken from the configuration zone', () => {
    expect(toHex(serialNumberOf(block))).toBe('0123030405060708EE');
    expect(toHex(revisionOf(block))).toBe('00005000');
  });

  it.each([
    ['0123030405060708EE', true, true],
    ['0123CFE1EF17F0B001', true, false],
    ['012300000000000000', false, false],
    ['0123FFFFFFFFFFFFFF', false, false],
    ['0223030405060708EE', false, true],
    ['0123030405060708', false, false],
    ['', false, false],
  ])('%s: plausible %s, ends in EE %s', (sn, plausible, endsInEe) => {
    expect(checkSerialNumber(fromHex(sn))).toEqual({ plausible, endsInEe });
  });

  it.each([
    ['00005000', 'ATECC508A', 'ATECC508A'],
    ['00005004', 'ATECC508A', 'ATECC508A'],
    ['00006002', 'ATECC608', 'ATECC608A'],
    ['00006003', 'ATECC608', 'ATECC608B'],
    ['00006005', 'ATECC608', 'ATECC608B'],
    ['00001005', undefined, 'ATECC108A'],
    ['00000000', undefined, 'unknown'],
    ['0000', undefined, 'unknown'],
  ])('revision %s: part %s, %s', (hex, part, name) => {
    expect(revisionInfo(fromHex(hex))).toEqual({ part, name });
  });
});

describe('stored public keys (atecc-device.md 4)', () => {
  it('lose their pads again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (key) => {
        const stored = padPublicKey(key);
        expect(stored).toHaveLength(72);
        expect([...stored.subarray(0, 4), ...stored.subarray(36, 40)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
        expect(unpadPublicKey(stored)).toEqual(key);
      }),
    );
  });

  it('say whether they are validated', () => {
    const stored = padPublicKey(new Uint8Array(64));
    expect(publicKeyValidity(stored)).toBe('none');
    stored[0] = 0x50;
    expect(publicKeyValidity(stored)).toBe('valid');
    stored[0] = 0xa3;
    expect(publicKeyValidity(stored)).toBe('invalid');
  });

  it('of another length are refused', () => {
    expect(() => padPublicKey(new Uint8Array(65))).toThrow(RangeError);
    expect(() => unpadPublicKey(new Uint8Array(71))).toThrow(RangeError);
  });
});

describe('counter match (608)', () => {
  it('takes multiples of 32 up to the maximum', () => {
    expect(toHex(counterMatchValue(4640) ?? new Uint8Array(0))).toBe('2012000020120000');
    for (const no of [1, 33, -32, 2_097_151, 2_097_152, 0.5]) expect(counterMatchValue(no)).toBeUndefined();
  });
});
