import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16, crcBytes } from '../../src-shared/atecc/index.ts';
import { concat, fromHex, utf8 } from '../../src-shared/base/bytes.ts';

/** The definition of atecc-device.md 2, bit by bit: what the table-driven one must agree with. */
function crcByDefinition(bytes: Uint8Array): number {
  let register = 0;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit += 1) {
      const top = register >> 15;
      register = (register << 1) & 0xffff;
      if (((byte >> bit) & 1) !== top) register ^= 0x8005;
    }
  }
  return register;
}

describe('CRC', () => {
  it.each([
    ['', 0x0000],
    [Buffer.from('123456789').toString('hex'), 0xbcdd],
    ['0730000000', 0x5d03],
    ['00'.repeat(40), 0x0000],
  ])('check value of %s (atecc-device.md 2)', (hex, register) => {
    expect(crc16(fromHex(hex))).toBe(register);
  });

  it('is sent low byte first', () => {
    expect(crcBytes(utf8('123456789'))).toEqual(fromHex('DD BC'));
  });

  it('agrees with its definition', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => crc16(bytes) === crcByDefinition(bytes)));
  });

  it('can be continued: the pieces give the CRC of the whole', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => crc16(b, crc16(a)) === crc16(concat(a, b))));
  });

  it('does not see leading zeros', () => {
    fc.assert(
      fc.property(fc.nat(64), fc.uint8Array(), (n, bytes) => crc16(concat(new Uint8Array(n), bytes)) === crc16(bytes)),
    );
  });

  it('notices every single flipped bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 155 }), fc.nat(), fc.nat(7), (bytes, position, bit) => {
        const damaged = Uint8Array.from(bytes);
        const at = position % bytes.length;
        damaged[at] = (bytes[at] ?? 0) ^ (1 << bit);
        return crc16(damaged) !== crc16(bytes);
      }),
    );
  });
});
