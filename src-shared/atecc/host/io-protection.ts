/** What a 608 does with its IO protection key: encrypted outputs, answers with a MAC, encrypted boot digests (atecc-device.md 7.16, 7.19). */
import { concat, sliceExact, u16le } from '../../base/bytes.ts';
import { opcodes } from '../opcodes.ts';
import { digest, requireBytes, xor } from './digests.ts';
import { validateDigest } from './sign-internal.ts';

/**
 * Plain text of an encrypted output of ECDH or KDF: each 32-byte block k XOR SHA(ioKey ‖ OutNonce[16k..16k+15]).
 * `data` is 32 or 64 bytes, `outNonce` 32.
 */
export function openOutput(ioKey: Uint8Array, outNonce: Uint8Array, data: Uint8Array): Uint8Array {
  requireBytes('IO protection key', ioKey, 32);
  requireBytes('OutNonce', outNonce, 32);
  if (data.length !== 32 && data.length !== 64) throw new RangeError(`output of ${data.length} bytes`);
  const blocks = Array.from({ length: data.length / 32 }, (_, k) => digest(ioKey, sliceExact(outNonce, 16 * k, 16)));
  return xor(data, concat(...blocks));
}

export interface VerifyMacInput {
  /** P1 of Verify as sent. */
  readonly mode: number;
  /** P2 of Verify. */
  readonly keyId: number;
  readonly ioKey: Uint8Array;
  /** 64 bytes R ‖ S. */
  readonly signature: Uint8Array;
  /** 64 bytes; holds the system nonce, and with mode bit 5 the digest before it. */
  readonly messageDigestBuffer: Uint8Array;
  /** 32 bytes, needed unless mode bit 5 is set. */
  readonly tempKey?: Uint8Array | undefined;
  /** 19 bytes and serial number for (in)validate. */
  readonly otherData?: Uint8Array | undefined;
  readonly sn?: Uint8Array | undefined;
}

/** Expected MAC of a Verify that succeeds: SHA(ioKey ‖ message32 ‖ nonce32 ‖ signature64 ‖ 45 ‖ P1 ‖ P2) (atecc-device.md 7.19). */
export function verifyAnswerMac(input: VerifyMacInput): Uint8Array {
  requireBytes('IO protection key', input.ioKey, 32);
  requireBytes('signature', input.signature, 64);
  requireBytes('MsgDigBuf', input.messageDigestBuffer, 64);
  const fromBuffer = (input.mode & 0x20) !== 0;
  const nonce = sliceExact(input.messageDigestBuffer, fromBuffer ? 32 : 0, 32);
  return digest(
    input.ioKey,
    verifiedMessage(input, fromBuffer),
    nonce,
    input.signature,
    [opcodes.Verify, input.mode],
    u16le(input.keyId),
  );
}

function verifiedMessage(input: VerifyMacInput, fromBuffer: boolean): Uint8Array {
  const kind = input.mode & 0x07;
  if (kind === 0x03 || kind === 0x07) {
    if (input.tempKey === undefined || input.otherData === undefined || input.sn === undefined) {
      throw new RangeError('validating needs TempKey, OtherData and serial number');
    }
    return validateDigest(input.tempKey, input.otherData, input.sn);
  }
  if (fromBuffer) return sliceExact(input.messageDigestBuffer, 0, 32);
  if (input.tempKey === undefined) throw new RangeError('this mode needs TempKey');
  requireBytes('TempKey', input.tempKey, 32);
  return input.tempKey;
}

/** Key and encrypted digest for SecureBoot with mode bit 7: H = SHA(ioKey ‖ TempKey); sent is digest XOR H. */
export function encryptBootDigest(
  ioKey: Uint8Array,
  tempKey: Uint8Array,
  bootDigest: Uint8Array,
): { readonly hashedKey: Uint8Array; readonly cipher: Uint8Array } {
  requireBytes('IO protection key', ioKey, 32);
  requireBytes('TempKey', tempKey, 32);
  requireBytes('digest', bootDigest, 32);
  const hashedKey = digest(ioKey, tempKey);
  return { hashedKey, cipher: xor(bootDigest, hashedKey) };
}

export interface SecureBootMacInput {
  /** P1 of SecureBoot as sent. */
  readonly mode: number;
  readonly param2: number;
  /** Config bytes 70..71; bits 1..0 = 3 is FullDig. */
  readonly secureBootConfig: number;
  readonly hashedKey: Uint8Array;
  /** The digest in clear. */
  readonly bootDigest: Uint8Array;
  readonly signature?: Uint8Array | undefined;
}

/**
 * Expected MAC of a SecureBoot that succeeds: SHA(H ‖ digest ‖ [signature] ‖ 80 ‖ P1 ‖ P2); the signature is left out in mode
 * FullStore when the chip is configured for FullDig.
 */
export function secureBootAnswerMac(input: SecureBootMacInput): Uint8Array {
  requireBytes('hashed key', input.hashedKey, 32);
  requireBytes('digest', input.bootDigest, 32);
  const without = (input.mode & 0x07) === 0x06 && (input.secureBootConfig & 0x03) === 0x03;
  if (!without && input.signature === undefined) throw new RangeError('this mode needs the signature');
  const signature = without || input.signature === undefined ? new Uint8Array(0) : input.signature;
  if (!without) requireBytes('signature', signature, 64);
  return digest(input.hashedKey, input.bootDigest, signature, [opcodes.SecureBoot, input.mode], u16le(input.param2));
}
