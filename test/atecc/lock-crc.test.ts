import { describe, expect, it } from 'vitest';
import {
  configLockCrc,
  dataLockBytes,
  dataLockCrc,
  lockCrcOf,
  lockData,
  slotSize,
  storedSlotContent,
} from '../../src-shared/atecc/index.ts';
import { fromHex, toHex } from '../../src-shared/base/bytes.ts';

/** The test configuration of config-zone.md 7.1, lock bytes as in a fresh chip. */
const config = fromHex(`
  01 23 00 00 00 00 50 00 04 05 06 07 EE 00 01 00  C0 00 55 00 8F 2F C4 44 87 20 C4 F4 8F 0F 8F 8F
  9F 8F 83 64 C4 44 C4 64 0F 0F 0F 0F 0F 0F 0F 0F  0F 0F 0F 0F FF FF FF FF 00 00 00 00 FF FF FF FF
  00 00 00 00 FF FF FF FF FF FF FF FF FF FF FF FF  FF FF FF FF 00 00 55 55 FF FF 00 00 00 00 00 00
  33 00 1C 00 13 00 1C 00 3C 00 1C 00 1C 00 33 00  1C 00 1C 00 3C 00 30 00 3C 00 3C 00 32 00 30 00`);

const otp = new Uint8Array(64).fill(0xff);
const filled = (byte: (slot: number) => number): Map<number, Uint8Array> =>
  new Map(Array.from({ length: 16 }, (_, slot) => [slot, new Uint8Array(slotSize(slot)).fill(byte(slot))]));

describe('lock CRCs (config-zone.md 6)', () => {
  it('configuration zone', () => {
    expect(configLockCrc(config)).toBe(0x02d0);
    expect(() => configLockCrc(config.subarray(0, 127))).toThrow(RangeError);
  });

  it('data zone: private slots left out, 1164 bytes', () => {
    // Slot 14 needs validation: its first nibble is A whatever was written, so the check value is over unvalidated KeyConfig.
    const plainConfig = Uint8Array.from(config, (byte, at) => (at === 124 ? 0x30 : byte));
    const slots = filled((slot) => (0x11 * slot) & 0xff);
    const content = { config: plainConfig, slots, otp };
    expect(dataLockBytes(content)).toHaveLength(1164);
    expect(dataLockCrc(content)).toBe(0x5119);
    expect(toHex(lockData(dataLockCrc(content)).packet)).toBe('07170119511BD4');
    expect(dataLockCrc({ ...content, slots: filled(() => 0) })).toBe(0x8209);
  });

  it('a key that needs validation counts as invalid', () => {
    const written = new Uint8Array(72).fill(0x57);
    expect(toHex(storedSlotContent(config, 14, written).subarray(0, 2))).toBe('A757');
    expect(written[0]).toBe(0x57);
    expect(storedSlotContent(config, 15, written)).toBe(written);
    expect(storedSlotContent(config, 10, written)).toBe(written);
    const bytes = dataLockBytes({ config, slots: filled(() => 0x57), otp });
    expect(bytes.filter((byte) => byte === 0xa7)).toHaveLength(1);
  });

  it('rule blocks32 leaves short last blocks out', () => {
    const content = { config, slots: filled(() => 1), otp };
    expect(dataLockBytes(content, 'blocks32')).toHaveLength(5 * 32 + 416 + 7 * 64 + 64);
  });

  it('every slot must be known in full', () => {
    const slots = filled(() => 0);
    slots.delete(0);
    expect(() => dataLockCrc({ config, slots, otp })).not.toThrow();
    slots.set(10, new Uint8Array(96));
    expect(() => dataLockCrc({ config, slots, otp })).toThrow(RangeError);
    slots.delete(10);
    expect(() => dataLockCrc({ config, slots, otp })).toThrow(RangeError);
    expect(() => dataLockCrc({ config, slots: filled(() => 0), otp: otp.subarray(1) })).toThrow(RangeError);
  });

  it('pieces give the CRC of the whole', () => {
    const content = { config, slots: filled((slot) => slot), otp };
    const whole = dataLockBytes(content);
    expect(lockCrcOf([whole.subarray(0, 100), whole.subarray(100)])).toBe(dataLockCrc(content));
  });
});
