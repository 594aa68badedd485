import { sha1 } from '@noble/hashes/legacy.js';
import { concat } from '../base/bytes.ts';

/** Length of X‖Y of a P-256 public key. */
export const publicKeyLength = 64;

/** The 72 bytes in which a slot holds a public key: 4 zero bytes before X and before Y (compressed-certificates.md 4). */
export function padPublicKey(publicKey: Uint8Array): Uint8Array {
  requireLength(publicKey, publicKeyLength);
  return concat(new Uint8Array(4), publicKey.subarray(0, 32), new Uint8Array(4), publicKey.subarray(32));
}

/** X‖Y of the padded form; the pad bytes are not looked at. */
export function unpadPublicKey(padded: Uint8Array): Uint8Array {
  requireLength(padded, 72);
  return concat(padded.subarray(4, 36), padded.subarray(40, 72));
}

/** Key identifier: SHA-1 over 04‖X‖Y, 20 bytes (compressed-certificates.md 5). */
export function keyId(publicKey: Uint8Array): Uint8Array {
  requireLength(publicKey, publicKeyLength);
  return sha1(concat([0x04], publicKey));
}

function requireLength(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`a public key here has ${length} bytes, not ${bytes.length}`);
}
