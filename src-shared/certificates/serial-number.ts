import { sha256 } from '@noble/hashes/sha2.js';
import { byteAt, concat } from '../base/bytes.ts';
import type { Result } from '../base/result.ts';
import { hashedDateBytes } from './compressed.ts';
import { serialSource } from './definition.ts';
import { attempt, type CertificateFault, orRefuse, refuse } from './faults.ts';

/** What a serial number may be made from; each source needs its own part. */
export interface SerialNumberInput {
  /** The chip's serial number, 9 bytes. */
  readonly deviceSn?: Uint8Array;
  /** Subject public key X‖Y, 64 bytes. */
  readonly publicKey?: Uint8Array;
  /** The compressed certificate, 72 bytes: dates (64..66, 71) and signer id (67..68) must be final. */
  readonly compressed?: Uint8Array;
}

/** True for the two sources whose serial number is kept in the chip instead of being generated. */
export function isStoredSource(source: number): boolean {
  return source === serialSource.STORED || source === serialSource.STORED_DYNAMIC;
}

/** True for sources C..F, which the reference library keeps for old definitions only. */
export function isDeprecatedSource(source: number): boolean {
  return source >= serialSource.PUB_KEY_HASH_POS && source <= serialSource.DEVICE_SN_HASH_RAW;
}

/** True when the source needs the chip's serial number. */
export function usesDeviceSn(source: number): boolean {
  return (
    source === serialSource.DEVICE_SN ||
    source === serialSource.DEVICE_SN_HASH ||
    source === serialSource.DEVICE_SN_HASH_POS ||
    source === serialSource.DEVICE_SN_HASH_RAW
  );
}

/**
 * The generated serial number, `length` bytes of value without DER header (compressed-certificates.md 2).
 * 'parameters' for a stored or unknown source, a missing input or a length that the source cannot give.
 */
export function generateSerialNumber(
  source: number,
  input: SerialNumberInput,
  length: number,
): Result<Uint8Array, CertificateFault> {
  return attempt(() => {
    switch (source) {
      case serialSource.DEVICE_SN:
        if (length !== 10) refuse('parameters', 'a serial number of source 8 has 10 bytes');
        return concat([0x40], required(input.deviceSn, 9, "the chip's serial number"));
      case serialSource.SIGNER_ID:
        if (length !== 3) refuse('parameters', 'a serial number of source 9 has 3 bytes');
        return concat([0x40], required(input.compressed, 72, 'the compressed certificate').subarray(67, 69));
      case serialSource.PUB_KEY_HASH:
      case serialSource.PUB_KEY_HASH_POS:
      case serialSource.PUB_KEY_HASH_RAW:
        return hashed(source, required(input.publicKey, 64, 'the public key'), input.compressed, length);
      case serialSource.DEVICE_SN_HASH:
      case serialSource.DEVICE_SN_HASH_POS:
      case serialSource.DEVICE_SN_HASH_RAW:
        return hashed(source, required(input.deviceSn, 9, "the chip's serial number"), input.compressed, length);
      default:
        return refuse('parameters', `serial numbers of source ${source} are not generated`);
    }
  });
}

function hashed(source: number, subject: Uint8Array, compressed: Uint8Array | undefined, length: number): Uint8Array {
  if (length < 1 || length > 32) refuse('parameters', 'a hashed serial number has 1..32 bytes');
  const dates = orRefuse(hashedDateBytes(required(compressed, 72, 'the compressed certificate')));
  const serial = sha256(concat(subject, dates)).slice(0, length);
  const raw = source === serialSource.PUB_KEY_HASH_RAW || source === serialSource.DEVICE_SN_HASH_RAW;
  if (raw) return serial;
  const full = source === serialSource.PUB_KEY_HASH || source === serialSource.DEVICE_SN_HASH;
  serial[0] = (byteAt(serial, 0) & 0x7f) | (full ? 0x40 : 0);
  return serial;
}

function required(bytes: Uint8Array | undefined, length: number, what: string): Uint8Array {
  if (bytes === undefined) return refuse('parameters', `${what} is needed for the serial number`);
  if (bytes.length < length) return refuse('parameters', `${what} has ${length} bytes`);
  return bytes.subarray(0, length);
}
