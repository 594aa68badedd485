import { take, zeros } from './bytes.ts';
import type { HmacSha256, Sha256 } from './sha256.ts';

/** TempKey and its flags (atecc-device.md 6). */
export interface TempKey {
  /** 64 bytes; a 508A uses the first 32. */
  readonly value: Uint8Array;
  readonly valid: boolean;
  readonly keyId: number;
  /** 0 = from the chip's RNG, 1 = from host input only. */
  readonly sourceFlag: 0 | 1;
  readonly genDigData: boolean;
  readonly genKeyData: boolean;
  readonly noMac: boolean;
  /** All 64 bytes were loaded (608). */
  readonly is64: boolean;
  /** Slot whose public key the SHA command absorbed into this digest (SHA mode 03), for Verify mode 01. */
  readonly shaPublicSlot: number | undefined;
  /** A private key made by GenKey with P2 = FFFF (608): never given out. */
  readonly isPrivateKey: boolean;
}

export const noTempKey: TempKey = {
  value: zeros(64),
  valid: false,
  keyId: 0,
  sourceFlag: 0,
  genDigData: false,
  genKeyData: false,
  noMac: false,
  is64: false,
  shaPublicSlot: undefined,
  isPrivateKey: false,
};

/** A valid TempKey of the given bytes (up to 64, zeros behind) with every flag not named at zero. */
export function tempKeyOf(value: Uint8Array, flags: Partial<TempKey> = {}): TempKey {
  return { ...noTempKey, value: take(value, 0, 64), valid: true, ...flags };
}

/** A computation of the SHA command in progress. */
export type ShaContext =
  | { readonly kind: 'sha'; readonly hash: Sha256; publicSlot: number | undefined }
  | { readonly kind: 'hmac'; readonly hash: HmacSha256 };

/** Everything that sleep and power loss wipe (atecc-device.md 1 and 6). */
export class Sram {
  tempKey: TempKey = noTempKey;
  /** 608: 64 bytes, and how many of them were loaded (0 = none). */
  msgDigBuf = { value: zeros(64), length: 0 };
  /** 608. */
  altKeyBuf = { value: zeros(32), valid: false };
  authValid = false;
  authKeyId = 0;
  /** Which command set AuthValid, for the tally of authorised signatures. */
  authBy: 'CheckMac' | 'Verify' = 'CheckMac';
  sha: ShaContext | undefined;
  /** Whether the seed cell was updated since power-up or sleep. */
  seedUpdated = false;
  rngUsed = false;
  /** 608 persistent latch of Info mode 04. */
  latch = false;
}
