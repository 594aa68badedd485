/** Sizes and addresses of the three zones (atecc-device.md 4). */

export const SLOTS = 16;
export const CONFIG_BYTES = 128;
export const OTP_BYTES = 64;
const BLOCK = 32;

export const zones = { config: 0, otp: 1, data: 2 } as const;

/** Bytes of a data slot: 36 for 0..7, 416 for 8, 72 for 9..15. */
export function slotSize(slot: number): number {
  if (slot < 8) return 36;
  return slot === 8 ? 416 : 72;
}

/** A place that Read or Write names. `offset` and `length` are bytes within the zone or slot; `length` ends at the last byte there is. */
export interface Place {
  readonly zone: 'config' | 'otp' | 'data';
  readonly slot: number;
  readonly block: number;
  readonly offset: number;
  /** Bytes that exist there: 4 or 32, or what a short last block has. */
  readonly length: number;
}

/**
 * Decodes zone bits of P1 and P2: config and OTP `block<<3 | word`, data `block<<8 | slot<<3 | word`; word bits do not
 * count for a 32-byte access. Undefined when there is no such place.
 */
export function placeOf(zone: number, p2: number, whole: boolean): Place | undefined {
  if (zone === zones.config || zone === zones.otp) {
    const block = p2 >> 3;
    const name = zone === zones.config ? 'config' : 'otp';
    if (block * BLOCK >= (zone === zones.config ? CONFIG_BYTES : OTP_BYTES)) return undefined;
    const offset = block * BLOCK + (whole ? 0 : (p2 & 7) * 4);
    return { zone: name, slot: -1, block, offset, length: whole ? BLOCK : 4 };
  }
  if (zone !== zones.data || (p2 & 0x80) !== 0) return undefined;
  const slot = (p2 >> 3) & 15;
  const block = p2 >> 8;
  const size = slotSize(slot);
  const offset = block * BLOCK + (whole ? 0 : (p2 & 7) * 4);
  if (offset >= size) return undefined;
  return { zone: 'data', slot, block, offset, length: Math.min(whole ? BLOCK : 4, size - offset) };
}
