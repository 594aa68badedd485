import { concat } from '../../base/bytes.ts';

/** Largest value of a monotonic counter (atecc-device.md 7.18). */
const COUNTER_MAXIMUM = 2_097_151;

/**
 * The 8 bytes that a counter-match slot of a 608 holds: the value little-endian, twice. Only multiples of 32 up to the
 * counter's maximum can be matched: undefined for any other.
 */
export function counterMatchValue(counter: number): Uint8Array | undefined {
  if (!Number.isInteger(counter) || counter < 0 || counter > COUNTER_MAXIMUM || counter % 32 !== 0) return undefined;
  const once = new Uint8Array(4);
  new DataView(once.buffer).setUint32(0, counter, true);
  return concat(once, once);
}
