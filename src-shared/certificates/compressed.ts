import { byteAt, concat } from '../base/bytes.ts';
import type { Result } from '../base/result.ts';
import { type CertificateDate, expiryOf } from './dates.ts';
import type { DateFormat } from './definition.ts';
import { attempt, type CertificateFault, refuse } from './faults.ts';

/** Bytes of a compressed certificate for P-256 (compressed-certificates.md 1). */
const compressedLength = 72;

/** The fields of a compressed certificate. */
export interface CompressedCertificate {
  /** R‖S, 64 bytes. */
  readonly signature: Uint8Array;
  /** Hour resolution: minute and second are 0 when read and ignored when written. Not checked against a calendar. */
  readonly issue: CertificateDate;
  /** 0 = never expires. */
  readonly expireYears: number;
  /** Two bytes. */
  readonly signerId: Uint8Array;
  readonly templateId: number;
  readonly chainId: number;
  readonly snSource: number;
  /** 0, 1 or 2. */
  readonly formatVersion: number;
  /** Byte 71 low nibble, preserved; 0 in everything we make. */
  readonly reserved: number;
}

/** Format 0 unless the issue year is after 2031 or there are more than 31 years: then 1 (compressed-certificates.md 1). */
export function chooseFormatVersion(issueYear: number, expireYears: number): 0 | 1 {
  return issueYear > 2031 || expireYears > 31 ? 1 : 0;
}

/** The 72 bytes; 'invalid-date' or 'bad-certificate' when a field does not fit the format version. */
export function encodeCompressed(fields: CompressedCertificate): Result<Uint8Array, CertificateFault> {
  return attempt(() => {
    if (fields.signature.length !== 64) refuse('parameters', 'the signature has 64 bytes');
    if (fields.signerId.length !== 2) refuse('parameters', 'the signer id has 2 bytes');
    for (const nibble of [fields.templateId, fields.chainId, fields.snSource, fields.formatVersion, fields.reserved]) {
      if (!Number.isInteger(nibble) || nibble < 0 || nibble > 15) refuse('parameters', `${nibble} is not within 0..15`);
    }
    const bytes = concat(fields.signature, new Uint8Array(3), fields.signerId, [
      (fields.templateId << 4) | fields.chainId,
      (fields.snSource << 4) | fields.formatVersion,
      fields.reserved,
    ]);
    putDates(bytes, fields.issue, fields.expireYears);
    return bytes;
  });
}

/** Reads the 72 bytes (bytes beyond belong to format 2 and longer curves); 'decoding' for format version 3 and up. */
export function decodeCompressed(bytes: Uint8Array): Result<CompressedCertificate, CertificateFault> {
  return attempt(() => {
    if (bytes.length < compressedLength) refuse('decoding', 'a compressed certificate has 72 bytes');
    const formatVersion = byteAt(bytes, 70) & 0x0f;
    if (formatVersion > 2) refuse('decoding', `unknown format version ${formatVersion} of the compressed certificate`);
    return {
      signature: bytes.slice(0, 64),
      ...readDates(bytes),
      signerId: bytes.slice(67, 69),
      templateId: byteAt(bytes, 69) >> 4,
      chainId: byteAt(bytes, 69) & 0x0f,
      snSource: byteAt(bytes, 70) >> 4,
      formatVersion,
      reserved: byteAt(bytes, 71) & 0x0f,
    };
  });
}

/**
 * A copy of a compressed certificate with other dates; its own format version (byte 70) decides what fits:
 * 0 = issue 2000..2031 and 0..31 years, 1 and 2 = 2000..2127 and 0..127. Minutes and seconds are ignored.
 */
export function withDates(
  compressed: Uint8Array,
  issue: CertificateDate,
  expireYears: number,
): Result<Uint8Array, CertificateFault> {
  return attempt(() => {
    if (compressed.length < compressedLength) refuse('parameters', 'a compressed certificate has 72 bytes');
    const bytes = compressed.slice();
    putDates(bytes, issue, expireYears);
    return bytes;
  });
}

/** Issue and expiry of a compressed certificate. An impossible date is passed on as it is (month 0 reads as 16). */
export function datesOfCompressed(
  compressed: Uint8Array,
  expireFormat: DateFormat,
): Result<{ readonly issue: CertificateDate; readonly expire: CertificateDate }, CertificateFault> {
  return attempt(() => {
    if (compressed.length < compressedLength) refuse('parameters', 'a compressed certificate has 72 bytes');
    const { issue, expireYears } = readDates(compressed);
    return { issue, expire: expiryOf(issue, expireYears, expireFormat) };
  });
}

/** Bytes that the serial number hash takes from a compressed certificate: 64..66, and byte 71 high nibble from format 1 on. */
export function hashedDateBytes(compressed: Uint8Array): Result<Uint8Array, CertificateFault> {
  return attempt(() => {
    if (compressed.length < compressedLength) refuse('parameters', 'a compressed certificate has 72 bytes');
    const formatVersion = byteAt(compressed, 70) & 0x0f;
    if (formatVersion > 2) refuse('bad-certificate', `unknown format version ${formatVersion}`);
    const dates = compressed.slice(64, 67);
    return formatVersion === 0 ? dates : concat(dates, [byteAt(compressed, 71) & 0xf0]);
  });
}

function putDates(bytes: Uint8Array, issue: CertificateDate, expireYears: number): void {
  const formatVersion = byteAt(bytes, 70) & 0x0f;
  if (formatVersion > 2) refuse('bad-certificate', `unknown format version ${formatVersion}`);
  const [lastYear, lastExpire] = formatVersion === 0 ? [2031, 31] : [2127, 127];
  const limits: readonly (readonly [string, number, number, number])[] = [
    ['issue year', issue.year, 2000, lastYear],
    ['expire years', expireYears, 0, lastExpire],
    ['month', issue.month, 1, 12],
    ['day', issue.day, 1, 31],
    ['hour', issue.hour, 0, 23],
  ];
  for (const [name, value, min, max] of limits) {
    if (!Number.isInteger(value) || value < min || value > max) {
      refuse('invalid-date', `${name} ${value} is not within ${min}..${max} of format ${formatVersion}`);
    }
  }
  const year = issue.year - 2000;
  bytes[64] = ((year & 0x1f) << 3) | (issue.month >> 1);
  bytes[65] = ((issue.month & 1) << 7) | (issue.day << 2) | (issue.hour >> 3);
  bytes[66] = ((issue.hour & 7) << 5) | (expireYears & 0x1f);
  bytes[71] = (byteAt(bytes, 71) & 0x0f) | ((year & 0x60) << 1) | ((expireYears & 0x60) >> 1);
}

function readDates(bytes: Uint8Array): { issue: CertificateDate; expireYears: number } {
  const formatVersion = byteAt(bytes, 70) & 0x0f;
  const extension = formatVersion === 1 || formatVersion === 2 ? byteAt(bytes, 71) : 0;
  const [b64, b65, b66] = [byteAt(bytes, 64), byteAt(bytes, 65), byteAt(bytes, 66)];
  const month = ((b64 & 7) << 1) | (b65 >> 7);
  return {
    issue: {
      year: 2000 + (((extension & 0xc0) >> 1) | (b64 >> 3)),
      month: month === 0 ? 16 : month,
      day: (b65 >> 2) & 0x1f,
      hour: ((b65 & 3) << 3) | (b66 >> 5),
      minute: 0,
      second: 0,
    },
    expireYears: ((extension & 0x30) << 1) | (b66 & 0x1f),
  };
}
