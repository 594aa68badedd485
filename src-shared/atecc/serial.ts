/** A chip's serial number and part (atecc-device.md 5). */
import { byteAt, concat, sliceExact } from '../base/bytes.ts';
import type { Part } from './command.ts';

/** Bytes of a serial number. */
const SERIAL_NUMBER_LENGTH = 9;

/** SN[0:8] of the configuration zone, or of its first 13 bytes or more: bytes 0..3 ‖ 8..12. */
export function serialNumberOf(config: Uint8Array): Uint8Array {
  return concat(sliceExact(config, 0, 4), sliceExact(config, 8, 5));
}

/** RevNum of the configuration zone: bytes 4..7. */
export function revisionOf(config: Uint8Array): Uint8Array {
  return sliceExact(config, 4, 4);
}

export interface SerialCheck {
  /** 01 23, and the other seven bytes neither all 00 nor all FF. */
  readonly plausible: boolean;
  /** Last byte EE, the standard parts'. Another is only noted: some parts end in 01. */
  readonly endsInEe: boolean;
}

/** Whether nine bytes can be a serial number of these families; anything but nine bytes is not. */
export function checkSerialNumber(sn: Uint8Array): SerialCheck {
  if (sn.length !== SERIAL_NUMBER_LENGTH) return { plausible: false, endsInEe: false };
  const rest = sn.subarray(2);
  const family = byteAt(sn, 0) === 0x01 && byteAt(sn, 1) === 0x23;
  const empty = rest.every((byte) => byte === 0x00) || rest.every((byte) => byte === 0xff);
  return { plausible: family && !empty, endsInEe: byteAt(sn, 8) === 0xee };
}

/** What RevNum says: our two parts, with the 608's letter, or something else that we do not provision. */
export type Revision =
  | { readonly part: Part; readonly name: 'ATECC508A' | 'ATECC608A' | 'ATECC608B' }
  | { readonly part: undefined; readonly name: 'ATECC108A' | 'unknown' };

/** Part of a RevNum (4 bytes): byte 2 names the family, byte 3 the 608's letter; the last byte is a silicon step and may differ. */
export function revisionInfo(revNum: Uint8Array): Revision {
  if (revNum.length !== 4) return { part: undefined, name: 'unknown' };
  switch (byteAt(revNum, 2)) {
    case 0x10:
      return { part: undefined, name: 'ATECC108A' };
    case 0x50:
      return { part: 'ATECC508A', name: 'ATECC508A' };
    case 0x60:
      return { part: 'ATECC608', name: byteAt(revNum, 3) >= 3 ? 'ATECC608B' : 'ATECC608A' };
    default:
      return { part: undefined, name: 'unknown' };
  }
}
