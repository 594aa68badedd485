import { Secret } from '../../base/secret.ts';
import type { Command } from '../command.ts';
import {
  decodeBytes,
  decodeDone,
  decodeDoneOr,
  defineCommand,
  describeKey,
  type KeyUse,
  requireLength,
  TEMP_KEY,
} from './define.ts';

/** GenKey modes, P1 (atecc-device.md 7.7). */
export const genKeyMode = { publicKey: 0x00, create: 0x04, withDigest: 0x08, storedPublicKeyDigest: 0x10 } as const;

/**
 * Makes a new private key in a slot and returns its public key X ‖ Y (64 bytes). The old key is lost. Never repeat it after a
 * lost answer: ask genKeyPublic and use that key (provisioning-recipes.md 2). `digest` also puts the public key's digest into TempKey.
 */
export function genKeyCreate(keyId: number, digest = false): Command<Uint8Array> {
  return genKey(genKeyMode.create | (digest ? genKeyMode.withDigest : 0), keyId);
}

/** Public key X ‖ Y (64 bytes) of the private key in a slot. */
export function genKeyPublic(keyId: number, digest = false, use: KeyUse = {}): Command<Uint8Array> {
  return genKey(genKeyMode.publicKey | (digest ? genKeyMode.withDigest : 0), keyId, use);
}

/** Digest of the public key *stored* in a slot, into TempKey; `otherData` (3 bytes) takes the place of P1 and P2 in the hash. */
export function genKeyStoredDigest(slot: number, otherData: Uint8Array): Command<undefined> {
  requireLength('OtherData', otherData, 3);
  return defineCommand({
    name: 'GenKey',
    param1: genKeyMode.storedPublicKeyDigest,
    param2: slot,
    data: otherData,
    describe: `digest of the public key in slot ${slot} into TempKey`,
    decode: decodeDone,
    repeatable: false,
  });
}

/** GenKey with any mode that answers with a public key. */
export function genKey(mode: number, keyId: number, use: KeyUse = {}): Command<Uint8Array> {
  const create = (mode & genKeyMode.create) !== 0;
  const digest = (mode & genKeyMode.withDigest) !== 0;
  const into = digest ? ', its digest into TempKey' : '';
  return defineCommand({
    name: 'GenKey',
    param1: mode,
    param2: keyId,
    describe: create
      ? `create a private key in ${describeKey(keyId)}${into}`
      : `public key of ${describeKey(keyId)}${into}`,
    decode: decodeBytes(64),
    repeatable: !create && !digest && use.singleUse !== true,
    irreversible: create && keyId !== TEMP_KEY,
  });
}

/** Sign mode bits, P1 (atecc-device.md 7.8). */
const signMode = { external: 0x80, includeSerial: 0x40, messageDigestBuffer: 0x20, invalidate: 0x01 } as const;

/** Signature R ‖ S (64 bytes) over the digest in TempKey or, on a 608, MsgDigBuf. The digest is signed as it is. */
export function signExternal(
  keyId: number,
  source: 'TempKey' | 'MsgDigBuf' = 'TempKey',
  use: KeyUse = {},
): Command<Uint8Array> {
  return sign(signMode.external | (source === 'MsgDigBuf' ? signMode.messageDigestBuffer : 0), keyId, use);
}

/** Signature over the chip's own message about TempKey's slot (host/digests.ts `signInternalMessage`). */
export function signInternal(
  keyId: number,
  options: { readonly invalidate?: boolean; readonly includeSerial?: boolean } & KeyUse = {},
): Command<Uint8Array> {
  const mode = (options.invalidate ? signMode.invalidate : 0) | (options.includeSerial ? signMode.includeSerial : 0);
  return sign(mode, keyId, options);
}

/** Sign with any mode. */
export function sign(mode: number, keyId: number, use: KeyUse = {}): Command<Uint8Array> {
  const external = (mode & signMode.external) !== 0;
  return defineCommand({
    name: 'Sign',
    param1: mode,
    param2: keyId,
    describe: `sign ${external ? 'the digest' : 'an internal message'} with ${describeKey(keyId)}`,
    decode: decodeBytes(64),
    repeatable: use.singleUse !== true,
  });
}

/** ECDH mode bits, P1 (atecc-device.md 7.16). */
export const ecdhMode = {
  sourceTempKey: 0x01,
  encryptOutput: 0x02,
  toSlot: 0x04,
  toTempKey: 0x08,
  toOutput: 0x0c,
} as const;

/** What ECDH answers: nothing (the secret stayed in the chip), the secret, or the secret encrypted with its 32-byte OutNonce. */
export type EcdhAnswer =
  | { readonly kind: 'kept' }
  | { readonly kind: 'clear'; readonly secret: Secret }
  | { readonly kind: 'encrypted'; readonly cipher: Uint8Array; readonly outNonce: Uint8Array };

/**
 * Shared secret of the key in `keyId` and the peer's public key X ‖ Y (64 bytes). On a 508A mode is 0 and the slot's
 * ReadKey bit 3 decides whether the secret is returned or written to the next slot (CONFLICT in atecc-device.md 7.16).
 */
export function ecdh(keyId: number, publicKey: Uint8Array, mode = 0, use: KeyUse = {}): Command<EcdhAnswer> {
  requireLength('public key', publicKey, 64);
  const toSlot = (mode & 0x0c) === ecdhMode.toSlot;
  return defineCommand({
    name: 'ECDH',
    param1: mode,
    param2: keyId,
    data: publicKey,
    describe: `shared secret with the key of ${(mode & ecdhMode.sourceTempKey) !== 0 ? 'TempKey' : describeKey(keyId)}`,
    decode: decodeDoneOr((mode & ecdhMode.encryptOutput) !== 0 ? [64] : [32], readSecret),
    repeatable: !toSlot && use.singleUse !== true,
  });
}

function readSecret(bytes: Uint8Array | undefined): EcdhAnswer {
  if (bytes === undefined) return { kind: 'kept' };
  if (bytes.length === 32) return { kind: 'clear', secret: new Secret(bytes) };
  return { kind: 'encrypted', cipher: bytes.slice(0, -32), outNonce: bytes.slice(-32) };
}
