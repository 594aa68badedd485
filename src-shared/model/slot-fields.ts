/**
 * Where the bit fields of SlotConfig and KeyConfig stand, for editing one of them in an image (config-zone.md 2 and 3).
 * `at` is the lowest bit of the field in the 16-bit number, which stands in the image with its low byte first.
 */
export const slotFields = [
  { register: 'slotConfig', field: 'ReadKey', at: 0, width: 4 },
  { register: 'slotConfig', field: 'NoMac', at: 4, width: 1 },
  { register: 'slotConfig', field: 'LimitedUse', at: 5, width: 1 },
  { register: 'slotConfig', field: 'EncryptRead', at: 6, width: 1 },
  { register: 'slotConfig', field: 'IsSecret', at: 7, width: 1 },
  { register: 'slotConfig', field: 'WriteKey', at: 8, width: 4 },
  { register: 'slotConfig', field: 'WriteConfig', at: 12, width: 4 },
  { register: 'keyConfig', field: 'Private', at: 0, width: 1 },
  { register: 'keyConfig', field: 'PubInfo', at: 1, width: 1 },
  { register: 'keyConfig', field: 'KeyType', at: 2, width: 3 },
  { register: 'keyConfig', field: 'Lockable', at: 5, width: 1 },
  { register: 'keyConfig', field: 'ReqRandom', at: 6, width: 1 },
  { register: 'keyConfig', field: 'ReqAuth', at: 7, width: 1 },
  { register: 'keyConfig', field: 'AuthKey', at: 8, width: 4 },
  { register: 'keyConfig', field: 'Latch', at: 12, width: 1 },
  { register: 'keyConfig', field: 'X509id', at: 14, width: 2 },
] as const;

export type SlotField = (typeof slotFields)[number];

/** First byte of a slot's SlotConfig (20, 22 …) or KeyConfig (96, 98 …) in the 128-byte zone. */
export function registerOffset(register: SlotField['register'], slot: number): number {
  return (register === 'slotConfig' ? 20 : 96) + 2 * slot;
}

/** Bytes of a slot: 36 in 0..7, 416 in 8, 72 in 9..15. */
export function slotBytes(slot: number): number {
  if (slot === 8) return 416;
  return slot < 8 ? 36 : 72;
}
