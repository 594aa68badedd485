import { equalBytes, readU16be, u16be } from '../../base/bytes.ts';

/** The largest count a monotonic counter can hold (atecc-device.md 7.18). */
export const counterMaximum = 2_097_151;

/**
 * A counter as its 8 bytes in the configuration zone: linA || linB || binA || binB, 16-bit words, high byte first.
 * The linear parts lose one bit per count so that a torn EEPROM write can be repaired (config-zone.md 1).
 * RangeError outside 0..2097151.
 */
export function encodeCounter(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > counterMaximum) throw new RangeError(`counter value ${value}`);
  const late = value >= 16 ? value - 16 : 0;
  const words = [0xffff >> (value % 32), 0xffff >> (late % 32), Math.floor(value / 32), Math.floor(late / 32)] as const;
  const bytes = new Uint8Array(8);
  for (const [i, word] of words.entries()) bytes.set(u16be(word), 2 * i);
  return bytes;
}

/** The count of 8 counter bytes; undefined when they are no count (shifted image, torn write). */
export function decodeCounter(bytes: Uint8Array): number | undefined {
  if (bytes.length !== 8) throw new RangeError(`a counter has 8 bytes, not ${bytes.length}`);
  const linA = readU16be(bytes, 0);
  const linB = readU16be(bytes, 2);
  const inPeriod = linA !== 0 ? cleared(linA) : 16 + cleared(linB);
  const value = 32 * readU16be(bytes, 4) + inPeriod;
  if (value > counterMaximum) return undefined;
  return equalBytes(encodeCounter(value), bytes) ? value : undefined;
}

/** How many leading bits of a 16-bit word are gone. */
function cleared(word: number): number {
  return word === 0 ? 16 : Math.clz32(word) - 16;
}
