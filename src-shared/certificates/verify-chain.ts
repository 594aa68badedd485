import { equalBytes, toHex } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { compressCertificate } from './compress.ts';
import { type CertificateDate, compareDates, dateText } from './dates.ts';
import type { CertificateDefinition } from './definition.ts';
import { verifyDigest } from './p256.ts';
import { keyId } from './public-key.ts';
import { generateSerialNumber, isStoredSource } from './serial-number.ts';
import { type DecodedCertificate, decodeCertificate, keyUsageBits, nameText, oids } from './x509.ts';

/** Which certificate a failure concerns. */
export type ChainMember = 'device' | 'signer';

/** The rules that a chain may break. */
export type ChainRule =
  /** Not a certificate that we can read. */
  | 'encoding'
  /** The signature does not verify under the issuer's key. */
  | 'signature'
  /** Inner and outer algorithm differ or are not ECDSA with SHA-256. */
  | 'algorithm'
  /** The issuer's name is not the subject of the certificate above. */
  | 'issuer'
  /** The authority key id is not that of the issuer's key. */
  | 'authority-key-id'
  /** The subject key id is not that of the subject's key. */
  | 'subject-key-id'
  /** Not yet or no longer valid. */
  | 'dates'
  /** A signer without CA, or a device with it; key usage that forbids what the key is for. */
  | 'constraints'
  /** The serial number is not what its source gives, or no positive number in its shortest form. */
  | 'serial-number'
  /** The device's certificate outlives or predates the signer's. */
  | 'nesting';

/** What exactly is wrong; the words for it are the model's (`chainReasons`). */
export type ChainCode =
  | 'encoding'
  | 'key'
  | 'algorithm'
  | 'signature'
  | 'issuer'
  | 'authority-key-id'
  | 'subject-key-id'
  | 'not-yet'
  | 'expired'
  | 'no-authority'
  | 'may-not-sign'
  | 'authority'
  | 'may-sign'
  | 'serial-form'
  | 'serial-source'
  | 'serial-differs'
  | 'nesting';

/** One broken rule. */
export interface ChainFailure {
  readonly member: ChainMember;
  readonly rule: ChainRule;
  readonly code: ChainCode;
  /** What the words of the code have holes for. */
  readonly facts: Readonly<Record<string, string>>;
}

/** A chain to be checked. */
export interface ChainToVerify {
  /** DER. */
  readonly device: Uint8Array;
  readonly signer: Uint8Array;
  /** X‖Y of the root, 64 bytes. */
  readonly rootPublicKey: Uint8Array;
  readonly at: CertificateDate;
  /** With definitions the serial numbers are held against their sources. */
  readonly definitions?: { readonly device: CertificateDefinition; readonly signer: CertificateDefinition };
  /** The chip's serial number, 9 bytes: sources 8, B, D, F need it. */
  readonly deviceSn?: Uint8Array;
  /** Whether R‖S signs SHA-256 of a message under X‖Y: a quicker library than the pure one, where there is one. */
  readonly verifyMessage?: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
}

/** A chain that holds. */
export interface VerifiedChain {
  readonly device: DecodedCertificate;
  readonly signer: DecodedCertificate;
}

/**
 * Verifies device and signer certificate up to a root key: every rule is looked at, and all that are broken are listed.
 * A device certificate may outlive its signer's, as the examples of the reference do: `nesting` is reported only for a
 * device certificate that begins before its signer's.
 */
export function verifyChain(chain: ChainToVerify): Result<VerifiedChain, readonly ChainFailure[]> {
  const failures: ChainFailure[] = [];
  const device = decodeMember('device', chain.device, failures);
  const signer = decodeMember('signer', chain.signer, failures);
  if (signer !== undefined) checkMember('signer', signer, chain.rootPublicKey, chain, failures);
  if (device !== undefined && signer !== undefined) {
    checkMember('device', device, signer.publicKey, chain, failures);
    if (!equalBytes(device.issuer.der, signer.subject.der)) {
      const facts = { issuer: nameText(device.issuer), signer: nameText(signer.subject) };
      failures.push({ member: 'device', rule: 'issuer', code: 'issuer', facts });
    }
    if (compareDates(device.notBefore, signer.notBefore) < 0) {
      failures.push({ member: 'device', rule: 'nesting', code: 'nesting', facts: {} });
    }
  }
  if (failures.length > 0 || device === undefined || signer === undefined) return fail(failures);
  return ok({ device, signer });
}

function decodeMember(member: ChainMember, der: Uint8Array, failures: ChainFailure[]): DecodedCertificate | undefined {
  const decoded = decodeCertificate(der);
  if (decoded.ok) return decoded.value;
  failures.push({ member, rule: 'encoding', code: 'encoding', facts: { quote: decoded.failure.reason } });
  return undefined;
}

function checkMember(
  member: ChainMember,
  certificate: DecodedCertificate,
  issuerKey: Uint8Array | undefined,
  chain: ChainToVerify,
  failures: ChainFailure[],
): void {
  const report: Report = (rule, code, facts = {}) => {
    failures.push({ member, rule, code, facts });
  };
  const { signature, tbs, tbsDigest, publicKey } = certificate;
  const { at, verifyMessage } = chain;
  if (publicKey === undefined) report('encoding', 'key');
  if (
    certificate.signatureAlgorithm !== oids.ecdsaWithSha256 ||
    certificate.tbsSignatureAlgorithm !== oids.ecdsaWithSha256
  ) {
    report('algorithm', 'algorithm');
  }
  const signed =
    issuerKey !== undefined &&
    signature !== undefined &&
    (verifyMessage === undefined
      ? verifyDigest(issuerKey, tbsDigest, signature)
      : verifyMessage(issuerKey, tbs, signature));
  if (!signed) {
    report('signature', 'signature');
  }
  if (
    certificate.authorityKeyId !== undefined &&
    issuerKey !== undefined &&
    !equalBytes(certificate.authorityKeyId, keyId(issuerKey))
  ) {
    report('authority-key-id', 'authority-key-id', { id: toHex(certificate.authorityKeyId) });
  }
  if (
    certificate.subjectKeyId !== undefined &&
    publicKey !== undefined &&
    !equalBytes(certificate.subjectKeyId, keyId(publicKey))
  ) {
    report('subject-key-id', 'subject-key-id', { id: toHex(certificate.subjectKeyId) });
  }
  if (compareDates(at, certificate.notBefore) < 0)
    report('dates', 'not-yet', { date: dateText(certificate.notBefore) });
  if (compareDates(at, certificate.notAfter) > 0) report('dates', 'expired', { date: dateText(certificate.notAfter) });
  checkConstraints(member, certificate, report);
  checkSerialNumber(member, certificate, chain, report);
}

type Report = (rule: ChainRule, code: ChainCode, facts?: Readonly<Record<string, string>>) => void;

function checkConstraints(member: ChainMember, certificate: DecodedCertificate, report: Report): void {
  const { basicConstraints, keyUsage } = certificate;
  if (member === 'signer') {
    if (basicConstraints?.ca !== true) report('constraints', 'no-authority');
    if (keyUsage !== undefined && (keyUsage & keyUsageBits.keyCertSign) === 0) {
      report('constraints', 'may-not-sign');
    }
    return;
  }
  if (basicConstraints?.ca === true) report('constraints', 'authority');
  if (keyUsage !== undefined && (keyUsage & keyUsageBits.keyCertSign) !== 0) {
    report('constraints', 'may-sign');
  }
}

function checkSerialNumber(
  member: ChainMember,
  certificate: DecodedCertificate,
  chain: ChainToVerify,
  report: Report,
): void {
  const [first = 0, second = 0] = certificate.serialNumber;
  const shortest = certificate.serialNumber.length === 1 || first !== 0 || second >= 0x80;
  if (first >= 0x80 || !shortest || certificate.serialNumber.length > 20) {
    report('serial-number', 'serial-form');
  }
  const definition = chain.definitions?.[member];
  if (definition === undefined || isStoredSource(definition.snSource)) return;
  const { count } = definition.standardElements.serialNumber;
  if (count === 0) return;
  const compressed = compressCertificate(definition, certificate.der);
  const expected = generateSerialNumber(
    definition.snSource,
    {
      ...(compressed.ok ? { compressed: compressed.value } : {}),
      ...(certificate.publicKey === undefined ? {} : { publicKey: certificate.publicKey }),
      ...(chain.deviceSn === undefined ? {} : { deviceSn: chain.deviceSn }),
    },
    count,
  );
  if (!expected.ok) report('serial-number', 'serial-source', { quote: expected.failure.reason });
  else if (!equalBytes(expected.value, certificate.serialNumber.slice(0, count))) {
    report('serial-number', 'serial-differs', {
      found: toHex(certificate.serialNumber),
      expected: toHex(expected.value),
    });
  }
}
