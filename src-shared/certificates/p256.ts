import { p256 } from '@noble/curves/nist.js';
import { concat } from '../base/bytes.ts';
import type { Secret } from '../base/secret.ts';

/**
 * The one place where P-256 is used. A chip makes a high S half of the time, so both kinds are accepted and none is
 * changed; what is signed and verified is always a SHA-256 digest of 32 bytes.
 */
const options = { prehash: false, lowS: false } as const;

/** Whether R‖S (64 bytes) is a signature of `digest` (32 bytes) under X‖Y (64 bytes). False for anything malformed. */
export function verifyDigest(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  if (digest.length !== 32 || signature.length !== 64 || !isPublicKey(publicKey)) return false;
  return p256.verify(signature, digest, concat([0x04], publicKey), options);
}

/** Deterministic ECDSA (RFC 6979, SHA-256) for keys held in software: R‖S, 64 bytes. RangeError for a bad digest length. */
export function signDigest(privateKey: Secret, digest: Uint8Array): Uint8Array {
  if (digest.length !== 32) throw new RangeError(`a digest has 32 bytes, not ${digest.length}`);
  return privateKey.use((bytes) => p256.sign(digest, bytes, options));
}

/** X‖Y of a private key (32 bytes); RangeError when it is not within 1..n-1. */
export function publicKeyOf(privateKey: Secret): Uint8Array {
  return privateKey.use((bytes) => {
    if (!p256.utils.isValidSecretKey(bytes)) throw new RangeError('not a P-256 private key');
    return p256.getPublicKey(bytes, false).slice(1);
  });
}

/** Whether the bytes can be a P-256 private key. */
export function isPrivateKey(bytes: Uint8Array): boolean {
  return bytes.length === 32 && p256.utils.isValidSecretKey(bytes);
}

/** Whether X‖Y (64 bytes) is a point on the curve. */
export function isPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== 64) return false;
  try {
    p256.Point.fromBytes(concat([0x04], publicKey)).assertValidity();
    return true;
  } catch {
    return false;
  }
}

/** The 32-byte X of the point that private key and public key share (ECDH), for tests and host-side checks. */
export function sharedSecret(privateKey: Secret, publicKey: Uint8Array): Uint8Array {
  return privateKey.use((bytes) => p256.getSharedSecret(bytes, concat([0x04], publicKey), false).slice(1, 33));
}
