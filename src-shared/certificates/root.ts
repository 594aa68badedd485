import { sha256 } from '@noble/hashes/sha2.js';
import { byteAt } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import {
  assembleCertificate,
  authorityKeyIdentifier,
  basicConstraints,
  generalizedTime,
  keyUsage,
  nameText,
  organizationAndCommonName,
  subjectKeyIdentifier,
  tbsPiece,
  utcTime,
} from './assemble.ts';
import { type CertificateDate, compareDates, isCalendarDate } from './dates.ts';
import { raw } from './der.ts';
import { isPublicKey } from './p256.ts';
import { keyId } from './public-key.ts';

/** What a root certificate is made from. */
export interface RootRequest {
  /** As in the signer definition: the root's subject must be the signer's issuer byte for byte. */
  readonly organization: string;
  readonly commonName: string;
  /** X‖Y, 64 bytes. */
  readonly publicKey: Uint8Array;
  /** 8..20 random bytes; the first is forced to 40..7F so that the number is positive and keeps its length. */
  readonly serialNumber: Uint8Array;
  readonly notBefore: CertificateDate;
  /** Undefined = 99991231235959Z. */
  readonly notAfter: CertificateDate | undefined;
}

/** A root certificate that waits for its own signature. */
export interface PreparedRoot {
  readonly tbs: Uint8Array;
  /** SHA-256 of `tbs`. */
  readonly digest: Uint8Array;
}

/**
 * The to-be-signed part of a self-signed root: CA, path length not limited, certificate and CRL signing, both key ids.
 * UTCTime through 2049 and GeneralizedTime from 2050 on, as RFC 5280 wants it.
 */
export function prepareRoot(request: RootRequest): Result<PreparedRoot, string> {
  const { serialNumber, notBefore, publicKey } = request;
  const notAfter = request.notAfter ?? { year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59 };
  if (!isPublicKey(publicKey)) return fail('the public key is no point of P-256');
  if (serialNumber.length < 8 || serialNumber.length > 20) return fail('the serial number has 8..20 bytes');
  if (!isCalendarDate(notBefore) || !isCalendarDate(notAfter)) return fail('a date does not exist');
  if (notBefore.year < 2000) return fail('the root begins before the year 2000');
  if (compareDates(notBefore, notAfter) >= 0) return fail('the root would expire before it begins');
  const serial = serialNumber.slice();
  serial[0] = (byteAt(serial, 0) & 0x3f) | 0x40;
  const name = organizationAndCommonName(request.organization, nameText(request.commonName));
  const time = (date: CertificateDate) => (date.year < 2050 ? utcTime : generalizedTime)('date', date);
  const id = keyId(publicKey);
  const tbs = tbsPiece({
    serialNumber: raw(serial),
    issuer: name,
    notBefore: time(notBefore),
    notAfter: time(notAfter),
    subject: name,
    publicKey,
    extensions: [basicConstraints(true), keyUsage(0x86, 1), subjectKeyIdentifier(id), authorityKeyIdentifier(id)],
  }).bytes;
  return ok({ tbs, digest: sha256(tbs) });
}

/** The root certificate, DER, with a signature (R‖S, 64 bytes) that was made elsewhere. Not verified here. */
export function finishRoot(prepared: PreparedRoot, signature: Uint8Array): Uint8Array {
  return assembleCertificate(prepared.tbs, signature);
}
