/** Public keys as chips exchange and store them (atecc-device.md 4), and their key id. */
import { sha1 } from '@noble/hashes/legacy.js';
import { byteAt, concat, sliceExact } from '../base/bytes.ts';

/** The stored form: 00×4 ‖ X ‖ 00×4 ‖ Y, 72 bytes, of X ‖ Y, 64 bytes. RangeError for another length. */
export function padPublicKey(publicKey: Uint8Array): Uint8Array {
  requireKey(publicKey);
  return concat(new Uint8Array(4), publicKey.subarray(0, 32), new Uint8Array(4), publicKey.subarray(32));
}

/** X ‖ Y of a stored form of 72 bytes (or the 96 bytes of its three blocks); what stands in the pads does not count. */
export function unpadPublicKey(stored: Uint8Array): Uint8Array {
  if (stored.length < 72) throw new RangeError(`stored public key of ${stored.length} bytes`);
  return concat(sliceExact(stored, 4, 32), sliceExact(stored, 40, 32));
}

/** Validity of a stored public key: high nibble of its first byte, 5 valid, A invalid (atecc-device.md 4). */
export function publicKeyValidity(stored: Uint8Array): 'valid' | 'invalid' | 'none' {
  switch (byteAt(stored, 0) >> 4) {
    case 0x5:
      return 'valid';
    case 0xa:
      return 'invalid';
    default:
      return 'none';
  }
}

/** Key identifier of RFC 5280: SHA-1 over 04 ‖ X ‖ Y, 20 bytes. */
export function publicKeyId(publicKey: Uint8Array): Uint8Array {
  requireKey(publicKey);
  return sha1(concat([0x04], publicKey));
}

function requireKey(publicKey: Uint8Array): void {
  if (publicKey.length !== 64) throw new RangeError(`public key of ${publicKey.length} bytes, should be 64`);
}
