import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  buildPacket,
  buildResponse,
  describeDefect,
  MAX_PACKET_LENGTH,
  parsePacket,
  parseResponse,
} from '../../src-shared/atecc/index.ts';
import { concat, fromHex } from '../../src-shared/base/bytes.ts';

const parts = fc.record({
  opcode: fc.nat(0xff),
  param1: fc.nat(0xff),
  param2: fc.nat(0xffff),
  data: fc.uint8Array({ maxLength: MAX_PACKET_LENGTH - 7 }),
});

describe('command packets', () => {
  it('come back as they were made', () => {
    fc.assert(
      fc.property(parts, (given) => {
        expect(parsePacket(buildPacket(given))).toEqual({ ok: true, value: given });
      }),
    );
  });

  it('count themselves and their CRC', () => {
    fc.assert(fc.property(parts, (given) => buildPacket(given)[0] === given.data.length + 7));
  });

  it('of more than 155 bytes, or with a part outside its field, are refused', () => {
    const none = new Uint8Array(0);
    expect(() => buildPacket({ opcode: 1, param1: 0, param2: 0, data: new Uint8Array(149) })).toThrow(RangeError);
    expect(() => buildPacket({ opcode: 256, param1: 0, param2: 0, data: none })).toThrow(RangeError);
    expect(() => buildPacket({ opcode: 1, param1: -1, param2: 0, data: none })).toThrow(RangeError);
    expect(() => buildPacket({ opcode: 1, param1: 0, param2: 0x10000, data: none })).toThrow(RangeError);
    expect(() => buildPacket({ opcode: 1, param1: 0.5, param2: 0, data: none })).toThrow(RangeError);
  });
});

describe('answers', () => {
  it('come back as they were made', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 252 }), (payload) => {
        expect(parseResponse(buildResponse(payload))).toEqual({ ok: true, value: payload });
      }),
    );
  });

  it('with one byte changed are refused, unless the change only claims a shorter frame that happens to be sound', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (payload, position, change) => {
          const frame = buildResponse(payload);
          const at = 1 + (position % (frame.length - 1));
          frame[at] = (frame[at] ?? 0) ^ change;
          return !parseResponse(frame).ok;
        },
      ),
    );
  });

  it('may be followed by what somebody read beyond them (atecc-device.md 1)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.uint8Array({ maxLength: 9 }),
        (payload, surplus) => {
          expect(parseResponse(concat(buildResponse(payload), surplus))).toEqual({ ok: true, value: payload });
        },
      ),
    );
  });

  it.each([
    ['', 'no bytes'],
    ['04', 'only 1 bytes'],
    ['0400', 'only 2 bytes'],
    ['0500034000', 'CRC 4000, should be 000A'],
    ['08000340', 'count byte 8 but 4 bytes'],
    ['03000340', 'count byte 3 but 4 bytes'],
    ['04000341', 'CRC 0341, should be 0340'],
  ])('%s: %s', (hex, text) => {
    const parsed = parseResponse(fromHex(hex));
    expect(parsed.ok ? '' : describeDefect(parsed.failure)).toBe(text);
  });

  it('do not share memory with what was received', () => {
    const received = Buffer.from('0700005000' + '0391', 'hex');
    const parsed = parseResponse(received);
    received.fill(0xff);
    expect(parsed).toEqual({ ok: true, value: fromHex('00005000') });
  });
});
