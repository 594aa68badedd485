import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, sliceExact, utf8 } from '../base/bytes.ts';
import type { Secret } from '../base/secret.ts';

/** A session without HELLO has this id in the proof of possession (signer-and-server.md 7.1). */
export const NO_SESSION: Uint8Array = new Uint8Array(16);

/**
 * The station's code: HMAC-SHA-256(station key, "ATPR-AUTH" || nonce || session id || station name), 32 bytes
 * (signer-and-server.md 7.1). RangeError for a nonce or session id of wrong length. It identifies the station and does
 * not protect the stream: that takes TLS.
 */
export function authCode(stationKey: Secret, nonce: Uint8Array, sessionId: Uint8Array, station: string): Uint8Array {
  if (nonce.length !== 32 || sessionId.length !== 16) throw new RangeError('a nonce has 32 bytes, a session id 16');
  return stationKey.use((key) => hmac(sha256, key, concat(utf8('ATPR-AUTH'), nonce, sessionId, utf8(station))));
}

/** Whether two codes are equal, in a time that does not depend on where they differ. */
export function sameCode(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i += 1) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/**
 * The digest that the chip signs to prove that it has the key: SHA-256("ATPR-POP" || session id || config[0..15] ||
 * public key) (signer-and-server.md 7.2). `config` is the configuration zone, of which 16 bytes are taken.
 */
export function proofOfPossessionDigest(sessionId: Uint8Array, config: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return sha256(proofOfPossessionMessage(sessionId, config, publicKey));
}

/** What `proofOfPossessionDigest` is the SHA-256 of. */
export function proofOfPossessionMessage(sessionId: Uint8Array, config: Uint8Array, publicKey: Uint8Array): Uint8Array {
  if (sessionId.length !== 16 || publicKey.length !== 64)
    throw new RangeError('a session id has 16 bytes, a public key 64');
  return concat(utf8('ATPR-POP'), sessionId, sliceExact(config, 0, 16), publicKey);
}
