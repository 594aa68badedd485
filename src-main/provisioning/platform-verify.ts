import { createPublicKey, verify } from 'node:crypto';

/**
 * Whether R‖S (64 bytes, high S too) signs SHA-256 of `message` under X‖Y (64 bytes), by the platform's library: a run verifies five
 * signatures, and the pure library takes 3 ms for each where this one takes 0.2 (stack.md 4). A key off the curve verifies nothing.
 */
export function verifyMessage(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 64 || signature.length !== 64) return false;
  const coordinate = (at: number): string => Buffer.from(publicKey.subarray(at, at + 32)).toString('base64url');
  try {
    const key = createPublicKey({
      format: 'jwk',
      key: { kty: 'EC', crv: 'P-256', x: coordinate(0), y: coordinate(32) },
    });
    return verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
}
