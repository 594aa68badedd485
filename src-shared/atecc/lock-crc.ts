/** The summaries that a Lock with CRC compares (config-zone.md 6, provisioning-recipes.md 5). */
import { byteAt, concat, readU16le } from '../base/bytes.ts';
import { CONFIG_SIZE, OTP_SIZE, SLOT_COUNT, slotSize } from './address.ts';
import { crc16 } from './crc.ts';

/** CRC over the configuration zone as it was read back, 128 bytes with the device's own bytes 0..15 and lock bytes. RangeError for another length. */
export function configLockCrc(readBack: Uint8Array): number {
  if (readBack.length !== CONFIG_SIZE) throw new RangeError(`configuration zone of ${readBack.length} bytes`);
  return crc16(readBack);
}

/** Whether KeyConfig says that a slot holds a private key (bit 0): neither written nor in the CRC. `config` is 128 bytes. */
export function isPrivateSlot(config: Uint8Array, slot: number): boolean {
  return (readU16le(config, 96 + 2 * slot) & 1) !== 0;
}

/** Whether a slot holds a public key that must be validated before use: Private 0, PubInfo 1, P-256 (config-zone.md 3). */
export function needsValidation(config: Uint8Array, slot: number): boolean {
  const keyConfig = readU16le(config, 96 + 2 * slot);
  return (keyConfig & 1) === 0 && (keyConfig & 2) !== 0 && ((keyConfig >> 2) & 7) === 4;
}

/**
 * Content of a slot as the chip holds it after a write: on a public-key slot that needs validation the high nibble of byte 0
 * becomes A, "invalid", whatever was written (provisioning-recipes.md 5).
 */
export function storedSlotContent(config: Uint8Array, slot: number, written: Uint8Array): Uint8Array {
  if (!needsValidation(config, slot) || written.length === 0) return written;
  const stored = new Uint8Array(written);
  stored[0] = 0xa0 | (byteAt(written, 0) & 0x0f);
  return stored;
}

/**
 * How short last blocks count: `full` takes each slot at its whole size (36 / 416 / 72), which is what a client computes;
 * `blocks32` takes complete 32-byte blocks only (32 / 416 / 64). What silicon does is UNCONFIRMED (config-zone.md 6).
 */
export type DataCrcRule = 'full' | 'blocks32';

/** The zones as they will be when the data zone is locked. */
export interface DataZoneContent {
  /** 128 bytes: says which slots are private and which need validation. */
  readonly config: Uint8Array;
  /** Content by slot, as written, at the slot's size; private slots may be absent. */
  readonly slots: ReadonlyMap<number, Uint8Array>;
  /** 64 bytes. */
  readonly otp: Uint8Array;
}

/** The bytes under the data lock CRC: slots 0..15 in order without private slots, then OTP. RangeError when one is missing or has a wrong size. */
export function dataLockBytes(content: DataZoneContent, rule: DataCrcRule = 'full'): Uint8Array {
  if (content.config.length !== CONFIG_SIZE)
    throw new RangeError(`configuration zone of ${content.config.length} bytes`);
  if (content.otp.length !== OTP_SIZE) throw new RangeError(`OTP of ${content.otp.length} bytes`);
  const parts: Uint8Array[] = [];
  for (let slot = 0; slot < SLOT_COUNT; slot += 1) {
    if (isPrivateSlot(content.config, slot)) continue;
    const written = content.slots.get(slot);
    const size = slotSize(slot);
    if (written?.length !== size)
      throw new RangeError(`slot ${slot}: ${written?.length ?? 'no'} bytes, should be ${size}`);
    const stored = storedSlotContent(content.config, slot, written);
    parts.push(rule === 'full' ? stored : stored.subarray(0, size - (size % 32)));
  }
  return concat(...parts, content.otp);
}

/** The CRC that Lock data compares. */
export function dataLockCrc(content: DataZoneContent, rule: DataCrcRule = 'full'): number {
  return crc16(dataLockBytes(content, rule));
}

/** CRC over pieces that stand in the chip one after the other, as they are: slots that count, then OTP. */
export function lockCrcOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((register, piece) => crc16(piece, register), 0);
}
