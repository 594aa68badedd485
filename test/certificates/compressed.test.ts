import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';
import {
  applyTransforms,
  type CompressedCertificate,
  decodeCompressed,
  encodeCompressed,
  generateSerialNumber,
  keyId,
  padPublicKey,
  signatureBitString,
  signatureFromBitString,
  undoTransforms,
  unpadPublicKey,
} from '../../src-shared/certificates/index.ts';
import { bytesOf } from './arbitraries.ts';

const nibble = fc.integer({ min: 0, max: 15 });
const fields: fc.Arbitrary<CompressedCertificate> = fc
  .record({
    signature: bytesOf(64),
    issue: fc.record({
      year: fc.integer({ min: 2000, max: 2127 }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.constant(0),
      second: fc.constant(0),
    }),
    expireYears: fc.integer({ min: 0, max: 127 }),
    signerId: bytesOf(2),
    templateId: nibble,
    chainId: nibble,
    snSource: nibble,
    formatVersion: fc.constantFrom(0, 1, 2),
    reserved: nibble,
  })
  .map((any) =>
    any.formatVersion === 0
      ? { ...any, issue: { ...any.issue, year: 2000 + (any.issue.year % 32) }, expireYears: any.expireYears % 32 }
      : any,
  );

describe('the 72 bytes (compressed-certificates.md 1)', () => {
  it('read back what was written', () => {
    fc.assert(
      fc.property(fields, (compressed) => {
        const bytes = encodeCompressed(compressed);
        if (!bytes.ok) throw new Error(bytes.failure.reason);
        expect(bytes.value).toHaveLength(72);
        expect(decodeCompressed(bytes.value)).toEqual({ ok: true, value: compressed });
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ['2000-01-01 00', 0, '008400', 0, '00'],
    ['2031-12-31 23', 31, 'FE7EFF', 0, '00'],
    ['2021-03-07 10', 28, 'A99D5C', 0, '00'],
    ['2014-10-28 20', 20, '757294', 0, '00'],
    ['2015-07-31 00', 20, '7BFC14', 0, '00'],
    ['2032-01-01 00', 1, '008401', 1, '40'],
    ['2127-01-01 00', 1, 'F88401', 1, 'C0'],
    ['2000-01-01 00', 127, '00841F', 1, '30'],
  ])('%s + %i years', (text, expireYears, dates, formatVersion, last) => {
    const [year = 0, month = 0, day = 0, hour = 0] = text.split(/[- ]/).map(Number);
    const issue = { year, month, day, hour, minute: 59, second: 59 };
    const compressed = {
      issue,
      expireYears,
      formatVersion,
      signature: new Uint8Array(64),
      signerId: new Uint8Array(2),
    };
    const bytes = encodeCompressed({ ...compressed, templateId: 0, chainId: 0, snSource: 0, reserved: 0 });
    expect(bytes.ok && toHex(bytes.value.slice(64, 67))).toBe(dates);
    expect(bytes.ok && toHex(bytes.value.slice(71))).toBe(last);
  });

  it('refuses format versions 3 and up, and too few bytes', () => {
    const bytes = new Uint8Array(72);
    bytes[70] = 0x03;
    for (const wrong of [bytes, new Uint8Array(71)]) {
      const decoded = decodeCompressed(wrong);
      expect(decoded.ok ? '' : decoded.failure.kind).toBe('decoding');
    }
  });
});

describe('signatures as BIT STRING (compressed-certificates.md 6)', () => {
  it('come back whatever leading zeros R and S have', () => {
    const half = fc.oneof(
      bytesOf(32),
      fc.nat({ max: 31 }).chain((zeros) => bytesOf(32).map((b) => b.fill(0, 0, zeros))),
      fc.constant(new Uint8Array(32)),
    );
    fc.assert(
      fc.property(half, half, (r, s) => {
        const signature = Uint8Array.of(...r, ...s);
        const der = signatureBitString(signature);
        expect(signatureFromBitString(der)).toEqual({ ok: true, value: signature });
        const pads = [r, s].filter((half) => (half[0] ?? 0) >= 0x80).length;
        if (r[0] !== 0 && s[0] !== 0) expect(der).toHaveLength(73 + pads);
      }),
      { numRuns: 300 },
    );
  });

  const good = signatureBitString(new Uint8Array(64).fill(0x81));
  it.each([
    ['too short', good.slice(0, 8)],
    ['another tag', Uint8Array.of(0x04, ...good.slice(1))],
    ['a byte behind it', Uint8Array.of(...good, 0)],
    ['an integer of 33 real bytes', fromHex(`0349003046022101${'11'.repeat(32)}0221 01${'11'.repeat(32)}`)],
    ['a negative integer', fromHex('030900300602018102017f')],
    ['an integer with a zero too many', fromHex('030b003008020200110202 0011')],
    ['an empty integer', fromHex('03080030050200020101')],
    ['three integers', fromHex('030c0030090201010201010201 01')],
  ])('refuses %s', (_what, bytes) => {
    const decoded = signatureFromBitString(bytes);
    expect(decoded.ok ? '' : decoded.failure.kind).toBe('decoding');
  });
});

describe('keys', () => {
  it('are padded and unpadded', () => {
    fc.assert(
      fc.property(bytesOf(64), (key) => {
        const padded = padPublicKey(key);
        expect(toHex(padded.slice(0, 4)) + toHex(padded.slice(36, 40))).toBe('0000000000000000');
        expect(unpadPublicKey(padded)).toEqual(key);
      }),
    );
    expect(() => keyId(new Uint8Array(65))).toThrow(RangeError);
  });
});

describe('serial numbers (compressed-certificates.md 2)', () => {
  const compressed = fromHex(`${'00'.repeat(64)}7BFC14000000B000`);
  const publicKey = fromHex(
    '27DC86E9CC59A1FAF8E602B34489D1704A3B440452AA119335A9BE6F6832DC59CE5E7473B844BD084D5D3DE5DE21C34F8DC1614F1727AF6DC49C4283EE36E231',
  );
  const deviceSn = fromHex('123456789ABCDEF012');
  it.each([
    [11, '7351A979D7CACCA4A7D2'],
    [10, '7269B4597663FDD5BD45'],
    [12, '3269B4597663FDD5BD45'],
  ])('source %i', (source, expected) => {
    const serial = generateSerialNumber(source, { compressed, publicKey, deviceSn }, 10);
    expect(serial.ok && toHex(serial.value)).toBe(expected);
  });

  it.each([8, 9, 10, 11, 12, 13, 14, 15])('source %i says what it lacks', (source) => {
    const length = source === 8 ? 10 : source === 9 ? 3 : 16;
    const serial = generateSerialNumber(source, {}, length);
    expect(serial.ok ? '' : serial.failure.kind).toBe('parameters');
  });
});

describe('transforms', () => {
  it('can be undone', () => {
    const kinds = fc.constantFrom(0, 1, 2, 3, 6, 7);
    fc.assert(
      fc.property(kinds, kinds, fc.uint8Array({ maxLength: 20 }), (a, b, data) => {
        const there = applyTransforms([a, b], data);
        if (!there.ok) throw new Error(there.failure.reason);
        expect(undoTransforms([a, b], there.value)).toEqual({ ok: true, value: data });
      }),
    );
  });

  it('refuse text that is not hex', () => {
    const result = applyTransforms([4, 0], Uint8Array.of(0x31));
    expect(result.ok ? '' : result.failure.kind).toBe('decoding');
  });
});
