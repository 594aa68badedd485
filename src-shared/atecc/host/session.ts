/**
 * Encrypted reads and writes under a GenDig session (provisioning-recipes.md 8, atecc-device.md 7.5, 7.15).
 * A session key serves one block: each needs its own Nonce and GenDig.
 */
import { concat } from '../../base/bytes.ts';
import { fail, ok } from '../../base/result.ts';
import { addressParam2, type MemoryAddress } from '../address.ts';
import { encryptedWriteMode, type SealedBlock, type SealedPrivateKey } from '../commands/memory.ts';
import { digest, nonceDigest, privWriteMac, requireBytes, sessionKey, writeMac, xor } from './digests.ts';
import { type Outcome, type TempKey, tempKeyBytes } from './temp-key.ts';

/** Cipher and MAC of one 32-byte block for Write with these P1 and P2; the MAC is made over P1 as it is sent. */
function sealBlockRaw(
  session: Uint8Array,
  param1: number,
  param2: number,
  sn: Uint8Array,
  plain: Uint8Array,
): SealedBlock {
  return { cipher: xor(plain, session), mac: writeMac(session, param1, param2, sn, plain) };
}

/** Cipher and MAC of one 32-byte block for `writeEncrypted` to this address (P1 C2 in the data zone). */
export function sealBlock(session: Uint8Array, address: MemoryAddress, sn: Uint8Array, plain: Uint8Array): SealedBlock {
  return sealBlockRaw(session, encryptedWriteMode(address.zone), addressParam2(address), sn, plain);
}

/** Plain text of a block that was read under the session. */
export function openBlock(session: Uint8Array, cipher: Uint8Array): Uint8Array {
  requireBytes('cipher', cipher, 32);
  return xor(cipher, session);
}

/** Cipher (36 bytes) and MAC of 00×4 ‖ private key for PrivWrite; `mode` is P1, 40. */
function sealPrivateKeyRaw(
  session: Uint8Array,
  mode: number,
  slot: number,
  sn: Uint8Array,
  padded: Uint8Array,
): SealedPrivateKey {
  requireBytes('padded private key', padded, 36);
  const mask = concat(session, digest(session).subarray(0, 4));
  return { cipher: xor(padded, mask), mac: privWriteMac(session, mode, slot, sn, padded) };
}

/** Cipher and MAC of a private key (32 bytes, big-endian) for `privWriteEncrypted`. */
export function sealPrivateKey(
  session: Uint8Array,
  slot: number,
  sn: Uint8Array,
  privateKey: Uint8Array,
): SealedPrivateKey {
  requireBytes('private key', privateKey, 32);
  return sealPrivateKeyRaw(session, 0x40, slot, sn, concat(new Uint8Array(4), privateKey));
}

/** Everything the host must know to follow Nonce and GenDig. */
export interface SessionInputs {
  /** The 32-byte key in `keySlot`: WriteKey for writes, ReadKey for reads. */
  readonly key: Uint8Array;
  readonly keySlot: number;
  readonly sn: Uint8Array;
  /** 20 bytes sent with Nonce mode 00, and the 32 bytes that came back. */
  readonly numIn: Uint8Array;
  readonly randOut: Uint8Array;
}

/** Session key after Nonce (mode 00) and `genDigSlot`. */
export function openSession(inputs: SessionInputs): Uint8Array {
  const tempKey = nonceDigest(inputs.randOut, inputs.numIn, 0);
  return sessionKey(inputs.key, inputs.keySlot, inputs.sn, tempKey);
}

/**
 * Seals with a followed TempKey: refused unless it is valid. A TempKey from a NoMac slot is good for this: Read and Write do not
 * mind the flag (atecc-device.md 7.13).
 */
export function sealWith(
  tempKey: TempKey,
  param1: number,
  param2: number,
  sn: Uint8Array,
  plain: Uint8Array,
): Outcome<SealedBlock> {
  if (!tempKey.valid) return { result: fail('temp-key-unfit'), tempKey };
  return { result: ok(sealBlockRaw(tempKeyBytes(tempKey), param1, param2, sn, plain)), tempKey };
}

/** As sealWith, for the 36 padded bytes of a private key. */
export function sealPrivateKeyWith(
  tempKey: TempKey,
  mode: number,
  slot: number,
  sn: Uint8Array,
  padded: Uint8Array,
): Outcome<SealedPrivateKey> {
  if (!tempKey.valid) return { result: fail('temp-key-unfit'), tempKey };
  return { result: ok(sealPrivateKeyRaw(tempKeyBytes(tempKey), mode, slot, sn, padded)), tempKey };
}

/**
 * Opens a block with a followed TempKey, which must come from GenDig on a slot after a random Nonce (atecc-device.md 7.4);
 * TempKey is spent either way.
 */
export function openWith(tempKey: TempKey, cipher: Uint8Array): Outcome<Uint8Array> {
  const next = { ...tempKey, valid: false };
  if (!tempKey.valid || !tempKey.genDigData || tempKey.fromInput)
    return { result: fail('temp-key-unfit'), tempKey: next };
  return { result: ok(openBlock(tempKeyBytes(tempKey), cipher)), tempKey: next };
}
