import { createHash, createHmac } from 'node:crypto';
import { at, join, le16, take, xor, zeros } from './bytes.ts';

/**
 * Every digest a chip computes, byte by byte as atecc-device.md 7 writes them down. `sn` is the 9-byte serial number,
 * `head` the four bytes opcode, P1, P2 low, P2 high as they were sent.
 */

/** SHA-256 over the parts, one after the other. */
export function sha256(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return new Uint8Array(
    createHash('sha256')
      .update(join(...parts))
      .digest(),
  );
}

/** HMAC-SHA-256. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(message).digest());
}

/** SN[8] ‖ SN[0:1]: in every digest. */
function snShort(sn: Uint8Array): Uint8Array {
  return join([at(sn, 8)], take(sn, 0, 2));
}

/** TempKey after a random Nonce; `random` is RandOut, or TempKey in calculation mode (7.3). */
export function nonceDigest(random: Uint8Array, numIn: Uint8Array, p1: number): Uint8Array {
  return sha256(random, numIn, [0x16, p1, 0]);
}

/** Digest of GenDig for zones 0 to 2: a stored value under TempKey; `head` may be the host's OtherData (7.13). */
export function genDigDigest(value: Uint8Array, head: Uint8Array, sn: Uint8Array, tempKey: Uint8Array): Uint8Array {
  return sha256(value, head, snShort(sn), zeros(25), tempKey);
}

/** GenDig zone 3: host input and TempKey, the order given by the caller; only P2's low byte is hashed (7.13). */
export function genDigShared(first: Uint8Array, head: Uint8Array, sn: Uint8Array, second: Uint8Array): Uint8Array {
  return sha256(first, take(head, 0, 3), [0], snShort(sn), zeros(25), second);
}

/** GenDig zone 4: a counter's value (7.13). */
export function genDigCounter(head: Uint8Array, sn: Uint8Array, count4: Uint8Array, tempKey: Uint8Array): Uint8Array {
  return sha256(zeros(32), head, snShort(sn), [0], count4, zeros(20), tempKey);
}

/** GenDig zone 5: a slot's configuration (7.13). */
export function genDigKeyConfig(
  head: Uint8Array,
  sn: Uint8Array,
  slot: { readonly slotConfig: number; readonly keyConfig: number; readonly unlocked: boolean },
  tempKey: Uint8Array,
): Uint8Array {
  const facts = join([0], le16(slot.slotConfig), le16(slot.keyConfig), [slot.unlocked ? 1 : 0]);
  return sha256(zeros(32), head, snShort(sn), facts, zeros(19), tempKey);
}

/** GenKey digest: `facts` are P1, P2 LE16, or the three OtherData bytes (7.7). */
export function genKeyDigest(tempKey: Uint8Array, facts: Uint8Array, sn: Uint8Array, point: Uint8Array): Uint8Array {
  return sha256(tempKey, [0x40], facts, snShort(sn), zeros(25), point);
}

/** MAC of an encrypted Write over the plain 32 bytes (7.5). */
export function writeMac(tempKey: Uint8Array, head: Uint8Array, sn: Uint8Array, plain: Uint8Array): Uint8Array {
  return sha256(tempKey, head, snShort(sn), zeros(25), plain);
}

/** MAC of an encrypted PrivWrite over the plain 36 bytes (7.15). */
export function privWriteMac(tempKey: Uint8Array, head: Uint8Array, sn: Uint8Array, plain: Uint8Array): Uint8Array {
  return sha256(tempKey, head, snShort(sn), zeros(21), plain);
}

/** What PrivWrite is encrypted with: TempKey, then four bytes of its hash (7.15). */
export function privWriteMask(tempKey: Uint8Array): Uint8Array {
  return join(tempKey, take(sha256(tempKey), 0, 4));
}

/** The 24 bytes after P2 that MAC and HMAC share: no OTP, then serial number, whole with mode bit 6 (7.11, 7.20). */
function macTail(p1: number, sn: Uint8Array): Uint8Array {
  const full = (p1 & 0x40) !== 0;
  const middle = full ? take(sn, 4, 4) : zeros(4);
  const end = full ? take(sn, 2, 2) : zeros(2);
  return join(zeros(8), zeros(3), [at(sn, 8)], middle, take(sn, 0, 2), end);
}

/** Answer of MAC (7.11). */
export function macDigest(block1: Uint8Array, block2: Uint8Array, head: Uint8Array, sn: Uint8Array): Uint8Array {
  return sha256(block1, block2, head, macTail(at(head, 1), sn));
}

/** Answer of HMAC, 508A (7.20). */
export function hmacDigest(key: Uint8Array, tempKey: Uint8Array, head: Uint8Array, sn: Uint8Array): Uint8Array {
  return hmacSha256(key, join(zeros(32), tempKey, head, macTail(at(head, 1), sn)));
}

/** What CheckMac compares with ClientResp; `otp8` is eight zeros unless mode bit 5 (7.12). */
export function checkMacDigest(
  block1: Uint8Array,
  block2: Uint8Array,
  otherData: Uint8Array,
  sn: Uint8Array,
  otp8: Uint8Array,
): Uint8Array {
  const od = (from: number, count: number): Uint8Array => take(otherData, from, count);
  return sha256(block1, block2, od(0, 4), otp8, od(4, 3), [at(sn, 8)], od(7, 4), take(sn, 0, 2), od(11, 2));
}

/** New key of DeriveKey (7.14). */
export function deriveKeyDigest(source: Uint8Array, head: Uint8Array, sn: Uint8Array, tempKey: Uint8Array): Uint8Array {
  return sha256(source, head, snShort(sn), zeros(25), tempKey);
}

/** MAC that allows DeriveKey when WriteConfig bit 15 is set (7.14). */
export function deriveKeyMac(parent: Uint8Array, head: Uint8Array, sn: Uint8Array): Uint8Array {
  return sha256(parent, head, snShort(sn));
}

/** Facts of the slot that TempKey was made from, for internal signatures. */
export interface InternalSignFacts {
  readonly tempKey: Uint8Array;
  readonly flags: number;
  readonly slotConfig: number;
  readonly keyConfig: number;
  readonly unlocked: boolean;
}

/** The 55 bytes that internal Sign hashes (7.8). */
export function signInternalMessage(head: Uint8Array, sn: Uint8Array, facts: InternalSignFacts): Uint8Array {
  const p1 = at(head, 1);
  const full = (p1 & 0x40) !== 0;
  return join(
    facts.tempKey,
    head,
    le16(facts.slotConfig),
    le16(facts.keyConfig),
    [facts.flags, 0, 0, at(sn, 8)],
    full ? take(sn, 4, 4) : zeros(4),
    take(sn, 0, 2),
    full ? take(sn, 2, 2) : zeros(2),
    [facts.unlocked ? 1 : 0, p1 & 1, 0],
  );
}

/** Digest that Verify validate and invalidate check a signature over (7.9). */
export function validateDigest(tempKey: Uint8Array, otherData: Uint8Array, sn: Uint8Array): Uint8Array {
  const od = (from: number, count: number): Uint8Array => take(otherData, from, count);
  return sha256(tempKey, [0x41], od(0, 10), [at(sn, 8)], od(10, 4), take(sn, 0, 2), od(14, 5));
}

/** Answer of Verify with mode bit 7, 608 (7.19). */
export function verifyMac(
  ioKey: Uint8Array,
  message: Uint8Array,
  nonce: Uint8Array,
  signature: Uint8Array,
  head: Uint8Array,
): Uint8Array {
  return sha256(ioKey, message, nonce, signature, head);
}

/** Mask of encrypted output, one 32-byte block for each 16 bytes of OutNonce (7.16). */
function outputMask(ioKey: Uint8Array, outNonce: Uint8Array): Uint8Array {
  return join(sha256(ioKey, take(outNonce, 0, 16)), sha256(ioKey, take(outNonce, 16, 16)));
}

/** SecureBoot's key H, by which the digest is encrypted (7.19). */
export function secureBootKey(ioKey: Uint8Array, tempKey: Uint8Array): Uint8Array {
  return sha256(ioKey, tempKey);
}

/** Answer of SecureBoot with mode bit 7; `signature` is empty for FullStore when the mode is FullDig (7.19). */
export function secureBootMac(h: Uint8Array, digest: Uint8Array, signature: Uint8Array, head: Uint8Array): Uint8Array {
  return sha256(h, digest, signature, head);
}

/** `secret` as it leaves the chip when output is encrypted: data under the mask, then OutNonce. */
export function maskOutput(secret: Uint8Array, ioKey: Uint8Array, outNonce: Uint8Array): Uint8Array {
  return join(xor(secret, outputMask(ioKey, outNonce)), outNonce);
}
