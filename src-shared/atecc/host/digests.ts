/**
 * What a chip hashes, computed on the host (atecc-device.md 7, provisioning-recipes.md 8 and 9). Bytes in, bytes out;
 * the state of TempKey is followed in temp-key.ts. All keys, challenges and TempKey values are 32 bytes, the serial number 9.
 * Every function throws RangeError for an input of another length: that is the caller's mistake.
 */
import { hmac as hmacOf } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { byteAt, concat, sliceExact, u16le } from '../../base/bytes.ts';
import { opcodes } from '../opcodes.ts';

/** SHA-256, 32 bytes. */
export function digest(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return sha256(concat(...parts));
}

/** The parts of a serial number as messages use them; `sn` is 9 bytes. */
function serialParts(sn: Uint8Array): { sn0to1: Uint8Array; sn2to3: Uint8Array; sn4to7: Uint8Array; sn8: Uint8Array } {
  requireBytes('serial number', sn, 9);
  return {
    sn0to1: sliceExact(sn, 0, 2),
    sn2to3: sliceExact(sn, 2, 2),
    sn4to7: sliceExact(sn, 4, 4),
    sn8: sliceExact(sn, 8, 1),
  };
}

/** TempKey after a random Nonce: SHA(RandOut32 ‖ NumIn20 ‖ 16 ‖ P1 ‖ 00) (atecc-device.md 7.3). */
export function nonceDigest(randOut: Uint8Array, numIn: Uint8Array, mode = 0): Uint8Array {
  requireBytes('RandOut', randOut, 32);
  requireBytes('NumIn', numIn, 20);
  return digest(randOut, numIn, [opcodes.Nonce, mode, 0]);
}

/** Which of the 20 bytes of serial number and OTP go into a MAC or HMAC. Mode bits 5 and 4 are OTP choices of older devices. */
function tail(mode: number, sn: Uint8Array, otp: Uint8Array | undefined): Uint8Array {
  const { sn0to1, sn2to3, sn4to7, sn8 } = serialParts(sn);
  const otpBytes = (mode & 0x10) !== 0 ? 11 : (mode & 0x20) !== 0 ? 8 : 0;
  if (otpBytes > 0 && (otp === undefined || otp.length < otpBytes))
    throw new RangeError(`this mode needs ${otpBytes} OTP bytes`);
  const fromOtp = otpBytes === 0 || otp === undefined ? new Uint8Array(0) : otp.slice(0, otpBytes);
  const full = (mode & 0x40) !== 0;
  return concat(
    fromOtp,
    new Uint8Array(11 - otpBytes),
    sn8,
    full ? sn4to7 : new Uint8Array(4),
    sn0to1,
    full ? sn2to3 : new Uint8Array(2),
  );
}

/** What goes into a MAC besides its two blocks. `otp`: the first 8 or 11 bytes of OTP where mode bits 5 or 4 ask for them. */
export interface MacContext {
  readonly mode: number;
  readonly keyId: number;
  readonly sn: Uint8Array;
  readonly otp?: Uint8Array | undefined;
}

/** Answer of the MAC command: SHA over 88 bytes (atecc-device.md 7.11). */
export function macDigest(block1: Uint8Array, block2: Uint8Array, context: MacContext): Uint8Array {
  requireBytes('first block', block1, 32);
  requireBytes('second block', block2, 32);
  const { mode, keyId, sn, otp } = context;
  return digest(block1, block2, [opcodes.MAC, mode], u16le(keyId), tail(mode, sn, otp));
}

/** Answer of the HMAC command of a 508A: HMAC-SHA-256(key, 00×32 ‖ TempKey ‖ 11 ‖ P1 ‖ P2 ‖ tail) (atecc-device.md 7.20). */
export function hmacDigest(key: Uint8Array, tempKey: Uint8Array, context: MacContext): Uint8Array {
  requireBytes('key', key, 32);
  requireBytes('TempKey', tempKey, 32);
  const { mode, keyId, sn, otp } = context;
  const message = concat(new Uint8Array(32), tempKey, [opcodes.HMAC, mode], u16le(keyId), tail(mode, sn, otp));
  return hmacOf(sha256, key, message);
}

/** HMAC-SHA-256, as SHA mode 04 computes it with a slot's key (atecc-device.md 7.10). */
export function shaHmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  requireBytes('key', key, 32);
  return hmacOf(sha256, key, message);
}

/**
 * ClientResp of CheckMac (atecc-device.md 7.12). `otherData` 13 bytes; `otp` the first 8 OTP bytes on a 608 with mode bit 5, else absent.
 */
export function checkMacResponse(
  block1: Uint8Array,
  block2: Uint8Array,
  otherData: Uint8Array,
  sn: Uint8Array,
  otp?: Uint8Array,
): Uint8Array {
  requireBytes('first block', block1, 32);
  requireBytes('second block', block2, 32);
  requireBytes('OtherData', otherData, 13);
  if (otp !== undefined) requireBytes('OTP', otp, 8);
  const { sn0to1, sn8 } = serialParts(sn);
  return digest(
    block1,
    block2,
    sliceExact(otherData, 0, 4),
    otp ?? new Uint8Array(8),
    sliceExact(otherData, 4, 3),
    sn8,
    sliceExact(otherData, 7, 4),
    sn0to1,
    sliceExact(otherData, 11, 2),
  );
}

/** OtherData of a CheckMac that proves the key of `slot` with mode 01 in the library's form: 08 40 slot 00 and nine zeros. */
export function checkMacOtherData(slot: number): Uint8Array {
  return concat([opcodes.MAC, 0x40], u16le(slot), new Uint8Array(9));
}

/** The four bytes that GenDig hashes after the value: 15 ‖ P1 ‖ P2, or the OtherData of a NoMac slot. */
export function genDigHeader(zone: number, param2: number): Uint8Array {
  return concat([opcodes.GenDig, zone], u16le(param2));
}

/**
 * TempKey after GenDig: SHA(value32 ‖ header4 ‖ SN[8] ‖ SN[0:1] ‖ middle25 ‖ TempKey32) (atecc-device.md 7.13).
 * `middle` is 25 zeros but for the counter and KeyConfig zones.
 */
export function genDigDigest(
  value: Uint8Array,
  header: Uint8Array,
  sn: Uint8Array,
  tempKey: Uint8Array,
  middle: Uint8Array = new Uint8Array(25),
): Uint8Array {
  requireBytes('value', value, 32);
  requireBytes('header', header, 4);
  requireBytes('middle', middle, 25);
  requireBytes('TempKey', tempKey, 32);
  const { sn0to1, sn8 } = serialParts(sn);
  return digest(value, header, sn8, sn0to1, middle, tempKey);
}

/** Session key of an encrypted write or read: GenDig of a data slot's key on TempKey after Nonce (provisioning-recipes.md 8). */
export function sessionKey(key: Uint8Array, slot: number, sn: Uint8Array, tempKey: Uint8Array): Uint8Array {
  return genDigDigest(key, genDigHeader(2, slot), sn, tempKey);
}

/** New key of DeriveKey: SHA(source32 ‖ 1C ‖ P1 ‖ P2 ‖ SN[8] ‖ SN[0:1] ‖ 00×25 ‖ TempKey32) (atecc-device.md 7.14). */
export function deriveKeyDigest(
  source: Uint8Array,
  mode: number,
  targetSlot: number,
  sn: Uint8Array,
  tempKey: Uint8Array,
): Uint8Array {
  requireBytes('source key', source, 32);
  requireBytes('TempKey', tempKey, 32);
  const { sn0to1, sn8 } = serialParts(sn);
  return digest(source, [opcodes.DeriveKey, mode], u16le(targetSlot), sn8, sn0to1, new Uint8Array(25), tempKey);
}

/** MAC that a DeriveKey with WriteConfig bit 15 demands: SHA(parent32 ‖ 1C ‖ P1 ‖ P2 ‖ SN[8] ‖ SN[0:1]). */
export function deriveKeyMac(parent: Uint8Array, mode: number, targetSlot: number, sn: Uint8Array): Uint8Array {
  requireBytes('parent key', parent, 32);
  const { sn0to1, sn8 } = serialParts(sn);
  return digest(parent, [opcodes.DeriveKey, mode], u16le(targetSlot), sn8, sn0to1);
}

/** MAC of an encrypted Write: SHA(K ‖ 12 ‖ P1 ‖ P2 ‖ SN[8] ‖ SN[0:1] ‖ 00×25 ‖ plain32); P1 as sent (atecc-device.md 7.5). */
export function writeMac(
  session: Uint8Array,
  param1: number,
  param2: number,
  sn: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  requireBytes('session key', session, 32);
  requireBytes('plain text', plain, 32);
  const { sn0to1, sn8 } = serialParts(sn);
  return digest(session, [opcodes.Write, param1], u16le(param2), sn8, sn0to1, new Uint8Array(25), plain);
}

/** MAC of an encrypted PrivWrite: SHA(K ‖ 46 ‖ P1 ‖ P2 ‖ SN[8] ‖ SN[0:1] ‖ 00×21 ‖ plain36) (atecc-device.md 7.15). */
export function privWriteMac(
  session: Uint8Array,
  param1: number,
  slot: number,
  sn: Uint8Array,
  plain: Uint8Array,
): Uint8Array {
  requireBytes('session key', session, 32);
  requireBytes('plain text', plain, 36);
  const { sn0to1, sn8 } = serialParts(sn);
  return digest(session, [opcodes.PrivWrite, param1], u16le(slot), sn8, sn0to1, new Uint8Array(21), plain);
}

/**
 * TempKey after a GenKey digest: SHA(TempKey32 ‖ 40 ‖ P1 ‖ P2 ‖ SN[8] ‖ SN[0:1] ‖ 00×25 ‖ X ‖ Y) (atecc-device.md 7.7).
 * `parameters` are the three bytes P1 ‖ P2, or the OtherData of mode 10. A padded 72-byte key (older devices store more) takes
 * zeros away in front, so that the message stays 128 bytes long.
 */
export function genKeyDigest(
  tempKey: Uint8Array,
  parameters: Uint8Array,
  sn: Uint8Array,
  publicKey: Uint8Array,
): Uint8Array {
  requireBytes('TempKey', tempKey, 32);
  requireBytes('parameters', parameters, 3);
  if (publicKey.length === 0 || publicKey.length > 88) throw new RangeError(`public key of ${publicKey.length} bytes`);
  const { sn0to1, sn8 } = serialParts(sn);
  const zeros = new Uint8Array(89 - publicKey.length);
  return digest(tempKey, [opcodes.GenKey], parameters, sn8, sn0to1, zeros, publicKey);
}

/** Two byte strings of equal length, XORed. */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  requireBytes('second operand', b, a.length);
  return Uint8Array.from(a, (byte, index) => byte ^ byteAt(b, index));
}

/** Throws RangeError unless the array has this length. */
export function requireBytes(what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${what} of ${bytes.length} bytes, should be ${length}`);
}
