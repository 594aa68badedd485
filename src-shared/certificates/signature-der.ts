import { byteAt, concat } from '../base/bytes.ts';
import type { Result } from '../base/result.ts';
import { attempt, type CertificateFault, refuse } from './faults.ts';

/** Length of R‖S of a P-256 signature. */
export const signatureLength = 64;

/**
 * R‖S (64 bytes) as the BIT STRING that ends a certificate: `03 len 00 30 len 02 lenR R 02 lenS S`, integers minimal
 * (compressed-certificates.md 6). 73..75 bytes unless R or S has leading zero bytes. RangeError for another length.
 */
export function signatureBitString(signature: Uint8Array): Uint8Array {
  if (signature.length !== signatureLength) throw new RangeError(`a signature has 64 bytes, not ${signature.length}`);
  const integers = concat(integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
  return concat([0x03, integers.length + 3, 0x00, 0x30, integers.length], integers);
}

/** R‖S of the BIT STRING, 64 bytes; 'decoding' for anything but the exact form above with nothing after it. */
export function signatureFromBitString(bytes: Uint8Array): Result<Uint8Array, CertificateFault> {
  return attempt(() => {
    if (bytes.length < 9) refuse('decoding', 'the signature is too short');
    if (bytes[0] !== 0x03 || bytes[1] !== bytes.length - 2 || bytes[2] !== 0x00) {
      refuse('decoding', 'the signature is not a BIT STRING up to the end of the certificate');
    }
    if (bytes[3] !== 0x30 || bytes[4] !== bytes.length - 5) refuse('decoding', 'the signature is not a SEQUENCE');
    const signature = new Uint8Array(signatureLength);
    const next = readInteger(bytes, 5, signature.subarray(0, 32));
    const end = readInteger(bytes, next, signature.subarray(32));
    if (end !== bytes.length) refuse('decoding', 'bytes follow the second integer of the signature');
    return signature;
  });
}

function integer(value: Uint8Array): Uint8Array {
  let start = 0;
  while (start < value.length - 1 && value[start] === 0) start += 1;
  const minimal = value.subarray(start);
  const pad = byteAt(minimal, 0) >= 0x80 ? [0] : [];
  return concat([0x02, pad.length + minimal.length], pad, minimal);
}

/** Copies one INTEGER right-aligned into `target`; returns the offset behind it. */
function readInteger(bytes: Uint8Array, at: number, target: Uint8Array): number {
  const length = bytes[at + 1];
  if (bytes[at] !== 0x02 || length === undefined || length === 0 || at + 2 + length > bytes.length) {
    refuse('decoding', 'the signature holds something else than two integers');
  }
  const content = bytes.subarray(at + 2, at + 2 + length);
  const first = byteAt(content, 0);
  if (first >= 0x80) refuse('decoding', 'an integer of the signature is negative');
  const padded = first === 0 && length > 1;
  if (padded && byteAt(content, 1) < 0x80) refuse('decoding', 'an integer of the signature is not minimal');
  const value = padded ? content.subarray(1) : content;
  if (value.length > target.length) refuse('decoding', 'an integer of the signature has more than 32 bytes');
  target.set(value, target.length - value.length);
  return at + 2 + length;
}
