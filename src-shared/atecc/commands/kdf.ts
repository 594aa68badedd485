import { Secret } from '../../base/secret.ts';
import type { Command } from '../command.ts';
import { decodeAs, decodeDoneOr, defineCommand, requireLength } from './define.ts';
import type { EcdhAnswer } from './keys.ts';

/** A derived key is answered like an ECDH secret: kept in the chip, clear, or encrypted with OutNonce. */
export type KeyAnswer = EcdhAnswer;

/** KDF mode bits, P1 (atecc-device.md 7.19). */
export const kdfMode = {
  fromTempKey: 0,
  fromTempKeyUpper: 1,
  fromSlot: 2,
  fromAltKeyBuf: 3,
  toTempKey: 0x00,
  toTempKeyUpper: 0x04,
  toSlot: 0x08,
  toAltKeyBuf: 0x0c,
  toOutput: 0x10,
  toEncryptedOutput: 0x14,
  prf: 0x00,
  aes: 0x20,
  hkdf: 0x40,
} as const;

const KDF_TARGET = 0x1c;
const KDF_ALGORITHM = 0x60;
/** PRF details bit 8: 64 bytes instead of 32. */
const PRF_64_BYTES = 0x100;

/** Number of message bytes a KDF takes: 16 for AES, else the length in the top byte of `details`. */
export function kdfMessageLength(mode: number, details: number): number {
  return (mode & KDF_ALGORITHM) === kdfMode.aes ? 16 : details >>> 24;
}

/**
 * Key derivation (608). `slots` is P2: low byte source slot, high byte target slot; `details` the 32-bit word that is sent little-endian
 * before the message. Throws RangeError when the message has not the length that `details` states.
 * The answer is as for ECDH: kept in the chip, clear (32 or 64 bytes) or encrypted with OutNonce.
 */
export function kdf(mode: number, slots: number, details: number, message: Uint8Array): Command<KeyAnswer> {
  requireLength('message', message, kdfMessageLength(mode, details));
  const data = new Uint8Array(4 + message.length);
  new DataView(data.buffer).setUint32(0, details >>> 0, true);
  data.set(message, 4);
  const target = mode & KDF_TARGET;
  const size = (mode & KDF_ALGORITHM) === kdfMode.prf && (details & PRF_64_BYTES) !== 0 ? 64 : 32;
  const lengths = target === kdfMode.toOutput ? [size] : target === kdfMode.toEncryptedOutput ? [size + 32] : [];
  return defineCommand({
    name: 'KDF',
    param1: mode,
    param2: slots,
    data,
    describe: 'derive a key',
    decode:
      lengths.length === 0
        ? decodeDoneOr<KeyAnswer>([], () => ({ kind: 'kept' }))
        : decodeAs(lengths, (bytes) => readDerived(bytes, target === kdfMode.toEncryptedOutput)),
    repeatable: target === kdfMode.toOutput || target === kdfMode.toEncryptedOutput,
  });
}

function readDerived(bytes: Uint8Array, encrypted: boolean): KeyAnswer {
  if (!encrypted) return { kind: 'clear', secret: new Secret(bytes) };
  return { kind: 'encrypted', cipher: bytes.slice(0, -32), outNonce: bytes.slice(-32) };
}

/**
 * The 32-bit word that stands before the message, per algorithm (atecc-device.md 7.19). `messageLength` is the number of message
 * bytes, 0..255; AES takes no length, its message is always 16 bytes.
 */
export const kdfDetails = {
  /** PRF: length of the source key, whether 64 bytes are derived instead of 32, AEAD mode 0..3. */
  prf(options: {
    readonly keyLength: 16 | 32 | 48 | 64;
    readonly messageLength: number;
    readonly target64?: boolean;
    readonly aeadMode?: number;
  }): number {
    const aead = requireSmall('AEAD mode', options.aeadMode ?? 0, 3);
    const word = (options.keyLength / 16 - 1) | (options.target64 === true ? PRF_64_BYTES : 0) | (aead << 9);
    return withLength(word, options.messageLength);
  },
  /** HKDF: where the message comes from, and whether the key is all zeros. */
  hkdf(options: {
    readonly message: 'slot' | 'TempKey' | 'input' | 'iv';
    readonly messageLength: number;
    readonly zeroKey?: boolean;
  }): number {
    const location = { slot: 0, TempKey: 1, input: 2, iv: 3 }[options.message];
    return withLength(location | (options.zeroKey === true ? 0x04 : 0), options.messageLength);
  },
  /** AES: which 16 bytes of the source are the key, 0..3. */
  aes(keyLocation: number): number {
    return requireSmall('key location', keyLocation, 3);
  },
} as const;

function withLength(word: number, messageLength: number): number {
  return (word | (requireSmall('message length', messageLength, 255) << 24)) >>> 0;
}

function requireSmall(what: string, value: number, maximum: number): number {
  if (!Number.isInteger(value) || value < 0 || value > maximum)
    throw new RangeError(`${what} ${value} is not 0..${maximum}`);
  return value;
}
