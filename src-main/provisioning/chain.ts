import { equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  type CertificateDate,
  compareDates,
  dateText,
  decodeCertificate,
  keyId,
  verifyDigest,
} from '../../src-shared/certificates/index.ts';

/** A device certificate, the signer's, and the root key that the plan trusts. */
export interface Chain {
  /** DER */
  readonly device: Uint8Array;
  readonly signer: Uint8Array;
  /** X‖Y, 64 bytes: the certinfo's, never one that a server sends. */
  readonly rootPublicKey: Uint8Array;
  /** Key that the device certificate must be for, 64 bytes. */
  readonly devicePublicKey: Uint8Array;
  readonly now: CertificateDate;
}

/**
 * Whether the chain holds: both signatures, names that meet, key ids that meet, a signer that may sign certificates, dates, and
 * the chip's own key at the end (RFC 5280 6.1 as far as a chain of two goes). The failure is one sentence.
 */
export function checkChain(chain: Chain): Result<undefined, string> {
  const device = decodeCertificate(chain.device);
  if (!device.ok) return fail(`the device certificate cannot be read: ${device.failure.reason}`);
  const signer = decodeCertificate(chain.signer);
  if (!signer.ok) return fail(`the signer certificate cannot be read: ${signer.failure.reason}`);
  const { value: leaf } = device;
  const { value: ca } = signer;
  if (ca.publicKey === undefined || ca.signature === undefined || leaf.signature === undefined)
    return fail('a certificate is not of P-256');
  if (!verifyDigest(chain.rootPublicKey, ca.tbsDigest, ca.signature))
    return fail('the signer certificate does not verify under the root of the plan');
  if (!verifyDigest(ca.publicKey, leaf.tbsDigest, leaf.signature))
    return fail('the device certificate does not verify under the signer');
  if (!equalBytes(leaf.issuer.der, ca.subject.der))
    return fail('issuer of the device and subject of the signer differ');
  if (leaf.publicKey === undefined || !equalBytes(leaf.publicKey, chain.devicePublicKey))
    return fail('the device certificate is for another key than the chip’s');
  if (leaf.authorityKeyId !== undefined && !equalBytes(leaf.authorityKeyId, keyId(ca.publicKey))) {
    return fail(`the authority key id ${toHex(leaf.authorityKeyId)} is not the signer's`);
  }
  if (ca.authorityKeyId !== undefined && !equalBytes(ca.authorityKeyId, keyId(chain.rootPublicKey)))
    return fail("the signer's authority key id is not the root's");
  if (leaf.subjectKeyId !== undefined && !equalBytes(leaf.subjectKeyId, keyId(leaf.publicKey)))
    return fail('the subject key id of the device is wrong');
  if (ca.basicConstraints?.ca === false) return fail('the signer certificate is none of a certificate authority');
  for (const [name, certificate] of [
    ['device', leaf],
    ['signer', ca],
  ] as const) {
    if (compareDates(chain.now, certificate.notBefore) < 0)
      return fail(`the ${name} certificate is valid from ${dateText(certificate.notBefore)} only`);
    if (compareDates(chain.now, certificate.notAfter) > 0)
      return fail(`the ${name} certificate expired at ${dateText(certificate.notAfter)}`);
  }
  return ok(undefined);
}

/** A moment as certificates count it. */
export function certificateDate(date: Date): CertificateDate {
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}
