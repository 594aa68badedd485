import { fromHex } from '../../../src-shared/base/bytes.ts';

/**
 * Slot layout "ASD1" of a signer or root module, ATECC508A only (signer-and-server.md 6.1). Table-driven: if Atmel's own values
 * ever surface, only this file changes.
 */
export const asd1Slots = {
  signingKey: 3,
  passwordKey: 4,
  writeKey: 5,
  record: 8,
  label: 9,
  /** Spare, except that a signer certificate with a stored serial number (source 0) has it here. */
  storedSerial: 10,
  publicKey: 11,
  certificate: 12,
  rootCertificate: 13,
  rootPublicKey: 14,
} as const;

/** Slots that are slot-locked at set-up, ascending. */
export const asd1LockedSlots: readonly number[] = [3, 8, 10, 11, 12, 13, 14, 15];

/** Slots that must be found slot-locked by a probe (6.2). */
export const asd1ProbedLocks: readonly number[] = [3, 8, 11, 12, 14];

/** Slots filled with random bytes that nobody keeps. */
export const asd1RandomSlots: readonly number[] = [0, 1, 2, 6, 7];

/** 128 bytes; the first 16 and 84..87 are never written. */
export const asd1Image = fromHex(`
  00000000000000000000000000000000
  C000AA048F808F808F8081209F459F44
  8F808F800F0F0F0F0F0F0F0F0F0F0F0F
  0F0F0F0FFFFFFFFF00000000FFFFFFFF
  00000000FFFFFFFFFFFFFFFFFFFFFFFF
  FFFFFFFF00005555FFFF000000000000
  1C001C001C00B3045C005C001C001C00
  3C003C003C0030003C003C0030003C00`);

/** Config bytes that a probe compares with the image: 16, 18, 19, SlotConfig and KeyConfig (6.2). */
export const asd1ProbedBytes: readonly number[] = [
  16,
  18,
  19,
  ...Array.from({ length: 32 }, (_, i) => 20 + i),
  ...Array.from({ length: 32 }, (_, i) => 96 + i),
];
