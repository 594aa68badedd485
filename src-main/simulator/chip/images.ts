import { SimulatorError } from '../errors.ts';
import { unhex } from '../octets.ts';

/**
 * What a part holds when it leaves the factory; bytes 0..12 are overwritten with the chip's own identity.
 * 608: read from a new part (config-zone.md 7.6). 508A: the same slots with the 508A's own bytes 13..15, 18 and 68..83;
 * no listing of a new 508A is published, so this is UNCONFIRMED.
 */
const SLOTS_AS_SHIPPED = `83 20 87 20 8F 20 C4 8F 8F 8F 8F 8F 9F 8F AF 8F
  00 00 00 00 00 00 00 00 00 00 00 00 00 00 AF 8F
  FF FF FF FF 00 00 00 00 FF FF FF FF 00 00 00 00`;
const KEYS_AS_SHIPPED = `33 00 33 00 33 00 1C 00 1C 00 1C 00 1C 00 1C 00
  3C 00 3C 00 3C 00 3C 00 3C 00 3C 00 3C 00 1C 00`;

const factory508 = `01 23 00 00 00 00 50 00 00 00 00 00 EE 00 01 00  C0 00 55 00
  ${SLOTS_AS_SHIPPED} FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF
  00 00 55 55 FF FF 00 00 00 00 00 00 ${KEYS_AS_SHIPPED}`;

const factory608 = `01 23 00 00 00 00 60 03 00 00 00 00 EE 61 49 00  C0 00 00 00
  ${SLOTS_AS_SHIPPED} 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  00 00 55 55 FF FF 00 00 00 00 00 00 ${KEYS_AS_SHIPPED}`;

/** The parts by the names the reference uses. */
export type ChipModel = '508A' | '608A' | '608B';

/** Info revision of a part (atecc-device.md 5). */
export const revisions: Readonly<Record<ChipModel, readonly [number, number, number, number]>> = {
  '508A': [0x00, 0x00, 0x50, 0x00],
  '608A': [0x00, 0x00, 0x60, 0x02],
  '608B': [0x00, 0x00, 0x60, 0x03],
};

/** The 128 bytes of a new part, before it got its identity. */
export function factoryImage(part: ChipModel): Uint8Array {
  const bytes = unhex((part === '508A' ? factory508 : factory608).replace(/\s+/g, ''));
  if (bytes?.length !== 128) throw new SimulatorError('input', 'factory image is not 128 bytes');
  return bytes;
}
