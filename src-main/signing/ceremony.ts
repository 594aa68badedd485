import { createHash } from 'node:crypto';
import { toHex } from '../../src-shared/base/bytes.ts';
import { decodeCertificate, oids } from '../../src-shared/certificates/index.ts';
import type { SignerIdentity } from './signer-module.ts';

/** Which program did it. */
export interface Software {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of what runs, hex; empty when it is not known. */
  readonly digest: string;
}

/**
 * What is kept of the making of a root or signer: who, when, what, with which program. Everything in it is public. It is
 * printed and signed by hand, or filed as JSON.
 */
export interface CeremonyRecord {
  readonly format: 'signet-ceremony';
  readonly version: 1;
  readonly subject: 'root' | 'signer';
  readonly storage: 'chip' | 'file' | 'pkcs11';
  /** ISO times */
  readonly begunAt: string;
  readonly finishedAt: string;
  readonly persons: readonly string[];
  readonly software: Software;
  /** 18 hex digits; empty for a root in a file. */
  readonly serialNumber: string;
  readonly name: string;
  /** As the certificate made has it; absent in records of before it was noted. */
  readonly organisation?: string;
  readonly signerId: string;
  readonly chainId: number;
  readonly passwordScheme: SignerIdentity['passwordScheme'];
  /** SHA-256 over 04‖X‖Y, upper-case hex */
  readonly publicKeyFingerprint: string;
  /** SHA-256 over the DER */
  readonly certificateFingerprint: string;
  readonly rootPublicKeyFingerprint: string;
  readonly deviceDefinitionDigest: string;
  readonly signerDefinitionDigest: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** ms in which the new key signed for anybody, between its making and the data lock; undefined = not measured (interrupted, or no chip). */
  readonly openWindowMs: number | undefined;
  /** What an auditor should stop at: resumed, finished by decision of somebody, weaker kind of storage. */
  readonly remarks: readonly string[];
}

/** SHA-256 over the uncompressed point, upper-case hex: what people compare aloud. */
export function keyFingerprint(publicKey: Uint8Array): string {
  return createHash('sha256').update(Uint8Array.of(4)).update(publicKey).digest('hex').toUpperCase();
}

/** SHA-256 of a DER certificate, upper-case hex. */
export function certificateFingerprint(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('hex').toUpperCase();
}

/** What a ceremony made. */
export type CeremonySubject = Pick<
  SignerIdentity,
  | 'kind'
  | 'isRoot'
  | 'serialNumber'
  | 'name'
  | 'signerId'
  | 'chainId'
  | 'passwordScheme'
  | 'publicKey'
  | 'rootPublicKey'
  | 'certificate'
  | 'deviceDefinitionDigest'
  | 'signerDefinitionDigest'
  | 'notBefore'
  | 'notAfter'
>;

/** The record of what was made. */
export function ceremonyRecord(
  identity: CeremonySubject,
  facts: Pick<CeremonyRecord, 'begunAt' | 'finishedAt' | 'persons' | 'software' | 'openWindowMs' | 'remarks'>,
): CeremonyRecord {
  return {
    format: 'signet-ceremony',
    version: 1,
    subject: identity.isRoot ? 'root' : 'signer',
    storage: identity.kind,
    ...facts,
    serialNumber: toHex(identity.serialNumber),
    name: identity.name,
    organisation: organisationOf(identity.certificate),
    signerId: toHex(identity.signerId),
    chainId: identity.chainId,
    passwordScheme: identity.passwordScheme,
    publicKeyFingerprint: keyFingerprint(identity.publicKey),
    certificateFingerprint: certificateFingerprint(identity.certificate),
    rootPublicKeyFingerprint: keyFingerprint(identity.rootPublicKey),
    deviceDefinitionDigest: toHex(identity.deviceDefinitionDigest),
    signerDefinitionDigest: toHex(identity.signerDefinitionDigest),
    notBefore: identity.notBefore.toISOString(),
    notAfter: identity.notAfter.toISOString(),
  };
}

/** Organisation of a certificate's subject; empty when it names none. */
function organisationOf(certificate: Uint8Array): string {
  const decoded = decodeCertificate(certificate);
  if (!decoded.ok) return '';
  return decoded.value.subject.attributes.find(({ oid }) => oid === oids.organization)?.value ?? '';
}

/** The record as a page to print. */
export function ceremonyText(record: CeremonyRecord): string {
  const schemes = {
    open: 'no password',
    one: 'one password',
    'two-persons': 'two persons, one password each',
  } as const;
  const rows: readonly (readonly [string, string])[] = [
    ['Subject', record.subject],
    ['Key storage', record.storage === 'file' ? 'encrypted file (weaker than a chip)' : record.storage],
    ['Serial number', record.serialNumber === '' ? '-' : record.serialNumber],
    ['Name', record.name],
    ...(record.organisation === undefined ? [] : [['Organisation', record.organisation] as const]),
    ['Signer id', record.signerId],
    ['Chain id', String(record.chainId)],
    ['Begun', record.begunAt],
    ['Finished', record.finishedAt],
    ['Present', record.persons.length === 0 ? '-' : record.persons.join(', ')],
    ['Program', `${record.software.name} ${record.software.version}`],
    ['Program SHA-256', record.software.digest === '' ? '-' : record.software.digest],
    ['Protection', schemes[record.passwordScheme]],
    ['Public key SHA-256', grouped(record.publicKeyFingerprint)],
    ['Certificate SHA-256', grouped(record.certificateFingerprint)],
    ['Root key SHA-256', grouped(record.rootPublicKeyFingerprint)],
    ['Device definition', record.deviceDefinitionDigest],
    ['Signer definition', record.signerDefinitionDigest],
    ['Valid from', record.notBefore],
    ['Valid until', record.notAfter],
    ['Key open for', record.openWindowMs === undefined ? 'not measured' : `${Math.ceil(record.openWindowMs)} ms`],
    ...record.remarks.map((remark) => ['Remark', remark] as const),
  ];
  const lines = rows.map(([label, value]) => `${`${label}:`.padEnd(22)}${value}`);
  const signatures = (record.persons.length === 0 ? [''] : record.persons).map(
    (person) => `\n\n______________________________  ${person}`,
  );
  return `CEREMONY RECORD\n\n${lines.join('\n')}\n${signatures.join('')}\n`;
}

/** Hex in groups of eight, to be read aloud. */
function grouped(hex: string): string {
  return hex.replace(/(.{8})(?=.)/g, '$1 ');
}
