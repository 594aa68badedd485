import { concat } from '../../base/bytes.ts';
import type { Command } from '../command.ts';
import { decodeBytes, decodeDone, defineCommand, type KeyUse, requireLength, requireSlot } from './define.ts';

/** Verify modes, P1 (atecc-device.md 7.9). */
export const verifyMode = {
  stored: 0x00,
  validateExternal: 0x01,
  external: 0x02,
  validate: 0x03,
  invalidate: 0x07,
  messageDigestBuffer: 0x20,
  mac: 0x80,
} as const;

const VERIFY_KIND = 0x07;
/** P2 of Verify external: the curve, P-256. */
const CURVE_P256 = 0x0004;

/** Where the digest lies. */
export type DigestSource = 'TempKey' | 'MsgDigBuf';

/**
 * Checks a signature R ‖ S (64 bytes) with a public key X ‖ Y (64 bytes) that is sent along: 135-byte packet. Success = verified;
 * a wrong signature is status 01.
 */
export function verifyExternal(
  signature: Uint8Array,
  publicKey: Uint8Array,
  source: DigestSource = 'TempKey',
): Command<undefined> {
  requireLength('public key', publicKey, 64);
  return verify(verifyMode.external | sourceBit(source), CURVE_P256, signature, publicKey);
}

/** Checks a signature with the public key stored in a slot. Success also authorises with that slot (atecc-device.md 8). */
export function verifyStored(
  slot: number,
  signature: Uint8Array,
  source: DigestSource = 'TempKey',
  use: KeyUse = {},
): Command<undefined> {
  requireSlot(slot);
  return verify(verifyMode.stored | sourceBit(source), slot, signature, undefined, use);
}

/** Marks the public key of a slot valid or invalid by a signature of its parent; `otherData` is 19 bytes of the signer's message. */
export function verifyValidate(
  slot: number,
  signature: Uint8Array,
  otherData: Uint8Array,
  valid: boolean,
): Command<undefined> {
  requireSlot(slot);
  requireLength('OtherData', otherData, 19);
  return verify(valid ? verifyMode.validate : verifyMode.invalidate, slot, signature, otherData);
}

/** Verify with any mode but those that answer with a MAC. `extra`: X ‖ Y for external, 19 bytes for (in)validate, else nothing. */
export function verify(
  mode: number,
  param2: number,
  signature: Uint8Array,
  extra: Uint8Array = new Uint8Array(0),
  use: KeyUse = {},
): Command<undefined> {
  if ((mode & verifyMode.mac) !== 0) throw new RangeError('a Verify with MAC answers with 32 bytes: verifyWithMac');
  return defineCommand({ ...verifyParts(mode, param2, signature, extra, use), decode: decodeDone });
}

/** Verify (608) that proves its answer by a 32-byte MAC under the IO protection key (host/boot.ts `verifyMac`). */
export function verifyWithMac(
  mode: number,
  param2: number,
  signature: Uint8Array,
  extra: Uint8Array = new Uint8Array(0),
  use: KeyUse = {},
): Command<Uint8Array> {
  return defineCommand({
    ...verifyParts(mode | verifyMode.mac, param2, signature, extra, use),
    decode: decodeBytes(32),
  });
}

function verifyParts(mode: number, param2: number, signature: Uint8Array, extra: Uint8Array, use: KeyUse) {
  requireLength('signature', signature, 64);
  const kind = mode & VERIFY_KIND;
  const changesKey = kind === verifyMode.validate || kind === verifyMode.invalidate;
  requireLength(
    'extra data',
    extra,
    ...(kind === verifyMode.external ? [64] : changesKey ? [19] : kind === verifyMode.stored ? [0] : [0, 64]),
  );
  return {
    name: 'Verify',
    param1: mode,
    param2,
    data: concat(signature, extra),
    describe: describeVerify(kind, param2),
    repeatable: !changesKey && kind !== verifyMode.validateExternal && use.singleUse !== true,
  } as const;
}

function describeVerify(kind: number, param2: number): string {
  switch (kind) {
    case verifyMode.external:
      return 'check a signature with a given public key';
    case verifyMode.stored:
      return `check a signature with the public key in slot ${param2}`;
    case verifyMode.invalidate:
      return `mark the public key in slot ${param2} invalid`;
    default:
      return `validate the public key in slot ${param2}`;
  }
}

function sourceBit(source: DigestSource): number {
  return source === 'MsgDigBuf' ? verifyMode.messageDigestBuffer : 0;
}

/** SecureBoot modes, P1 (atecc-device.md 7.19). */
export const secureBootMode = {
  full: 0x05,
  fullStore: 0x06,
  fullCopy: 0x07,
  prohibit: 0x40,
  encryptedDigest: 0x80,
} as const;

/** Number of data bytes a SecureBoot takes: the digest, and the signature unless the digest is only stored or compared (FullStore). */
function secureBootTakesSignature(mode: number): boolean {
  return (mode & 0x07) !== secureBootMode.fullStore;
}

/**
 * SecureBoot (608) without MAC: success = the image is genuine, status 01 = it is not. `digest` 32 bytes; `signature` 64 bytes,
 * absent in FullStore. `param2` is 0.
 */
export function secureBoot(mode: number, digest: Uint8Array, signature?: Uint8Array, param2 = 0): Command<undefined> {
  if ((mode & secureBootMode.encryptedDigest) !== 0)
    throw new RangeError('this mode answers with a MAC: secureBootWithMac');
  return defineCommand({ ...secureBootParts(mode, digest, signature, param2), decode: decodeDone });
}

/** SecureBoot (608) with an encrypted digest and a 32-byte MAC as answer (host/boot.ts makes and checks both). */
export function secureBootWithMac(
  mode: number,
  digest: Uint8Array,
  signature?: Uint8Array,
  param2 = 0,
): Command<Uint8Array> {
  return defineCommand({
    ...secureBootParts(mode | secureBootMode.encryptedDigest, digest, signature, param2),
    decode: decodeBytes(32),
  });
}

function secureBootParts(mode: number, digest: Uint8Array, signature: Uint8Array | undefined, param2: number) {
  requireLength('digest', digest, 32);
  if (secureBootTakesSignature(mode) !== (signature !== undefined)) {
    throw new RangeError(
      `SecureBoot mode ${mode.toString(16)} takes ${secureBootTakesSignature(mode) ? 'a' : 'no'} signature`,
    );
  }
  if (signature !== undefined) requireLength('signature', signature, 64);
  return {
    name: 'SecureBoot',
    param1: mode,
    param2,
    data: signature === undefined ? digest : concat(digest, signature),
    describe: 'check the boot image',
    // Full compares only; the other modes write the digest or signature into a slot.
    repeatable: (mode & 0x07) === secureBootMode.full,
  } as const;
}
