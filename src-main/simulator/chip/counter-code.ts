import { join, readBe16 } from './bytes.ts';

/** The largest number a monotonic counter reaches (atecc-device.md 7.18). */
export const COUNTER_MAX = 2_097_151;

/** The eight bytes of a counter: linA, linB, binA, binB, high byte first (config-zone.md 1). */
export function encodeCounter(count: number): Uint8Array {
  const run = (bits: number): number => (bits >= 16 ? 0 : 0xffff >> bits);
  const late = count >= 16;
  const words = [
    run(count % 32),
    late ? run((count - 16) % 32) : 0xffff,
    Math.floor(count / 32),
    late ? Math.floor((count - 16) / 32) : 0,
  ];
  return join(...words.map((word) => [word >> 8, word & 0xff]));
}

/** The number in eight counter bytes; bytes that no counter writes give the number of the half that is in use. */
export function decodeCounter(bytes: Uint8Array): number {
  const linA = readBe16(bytes, 0);
  if (linA !== 0) return readBe16(bytes, 4) * 32 + zeroBits(linA);
  return readBe16(bytes, 6) * 32 + 16 + zeroBits(readBe16(bytes, 2));
}

function zeroBits(word: number): number {
  let count = 0;
  for (let bit = 0; bit < 16; bit += 1) if (((word >> bit) & 1) === 0) count += 1;
  return count;
}
