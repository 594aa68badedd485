import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { toHex } from '../../src-shared/base/bytes.ts';
import {
  type CertificateDate,
  type DecodedCertificate,
  dateText,
  decodeCertificate,
  encodePem,
  keyUsageBits,
  nameText,
  oidName,
  oids,
} from '../../src-shared/certificates/index.ts';
import type { certificateViewSchema } from '../../src-shared/ipc/contract.ts';
import { extensionTexts } from './extension-texts.ts';

export type CertificateView = z.infer<typeof certificateViewSchema>;

/** A certificate for screens: decoded tree and PEM. What cannot be decoded is shown as it is, with the reason. */
export async function certificateView(der: Uint8Array): Promise<CertificateView> {
  const decoded = decodeCertificate(der);
  const common = { pem: encodePem('CERTIFICATE', der), fingerprint: sha256(der) };
  if (!decoded.ok) {
    return {
      ...common,
      tree: [{ depth: 0, label: 'Not a certificate', value: decoded.failure.reason }],
      subject: '',
      issuer: '',
      serial: '',
      notBefore: '',
      notAfter: '',
    };
  }
  const certificate = decoded.value;
  return {
    ...common,
    tree: treeOf(certificate, await foreignExtensions(certificate)),
    subject: nameText(certificate.subject),
    issuer: nameText(certificate.issuer),
    serial: toHex(certificate.serialNumber),
    notBefore: isoDate(certificate.notBefore),
    notAfter: isoDate(certificate.notAfter),
  };
}

type Node = CertificateView['tree'][number];

function treeOf(certificate: DecodedCertificate, foreign: ReadonlyMap<string, string>): Node[] {
  const nodes: Node[] = [];
  const add = (depth: number, label: string, value = ''): void => {
    nodes.push({ depth, label, value });
  };
  add(0, 'Certificate', `${certificate.der.length} bytes, version ${certificate.version}`);
  add(1, 'Serial number', toHex(certificate.serialNumber));
  add(1, 'Signature algorithm', oidName(certificate.tbsSignatureAlgorithm));
  for (const [label, name] of [
    ['Issuer', certificate.issuer],
    ['Subject', certificate.subject],
  ] as const) {
    add(1, label, nameText(name));
    for (const { oid, value } of name.attributes) add(2, oidName(oid), value);
  }
  add(1, 'Validity');
  add(2, 'Not before', dateText(certificate.notBefore));
  add(2, 'Not after', dateText(certificate.notAfter));
  add(1, 'Public key', certificate.publicKey === undefined ? 'not P-256' : 'P-256');
  if (certificate.publicKey !== undefined) {
    add(2, 'X', toHex(certificate.publicKey.slice(0, 32)));
    add(2, 'Y', toHex(certificate.publicKey.slice(32)));
  }
  if (certificate.extensions.length > 0) add(1, 'Extensions');
  for (const { oid, critical, value } of certificate.extensions)
    add(
      2,
      `${oidName(oid)}${critical ? ' (critical)' : ''}`,
      extensionText(certificate, oid) ?? foreign.get(oid) ?? toHex(value),
    );
  add(0, 'Signature', oidName(certificate.signatureAlgorithm));
  if (certificate.signature !== undefined) {
    add(1, 'R', toHex(certificate.signature.slice(0, 32)));
    add(1, 'S', toHex(certificate.signature.slice(32)));
  }
  return nodes;
}

function extensionText(certificate: DecodedCertificate, oid: string): string | undefined {
  const { basicConstraints, keyUsage, subjectKeyId, authorityKeyId } = certificate;
  switch (oid) {
    case oids.basicConstraints: {
      if (basicConstraints === undefined) return undefined;
      const { ca, pathLength } = basicConstraints;
      return `${ca ? 'CA' : 'no CA'}${pathLength === undefined ? '' : `, path length ${pathLength}`}`;
    }
    case oids.keyUsage:
      if (keyUsage === undefined) return undefined;
      return Object.entries(keyUsageBits)
        .filter(([, bit]) => (keyUsage & bit) !== 0)
        .map(([name]) => name)
        .join(', ');
    case oids.subjectKeyId:
      return subjectKeyId === undefined ? undefined : toHex(subjectKeyId);
    case oids.authorityKeyId:
      return authorityKeyId === undefined ? undefined : toHex(authorityKeyId);
    default:
      return undefined;
  }
}

/** Extensions that a definition or a root may carry and our own decoder has no words for, told by the X.509 library. */
function foreignExtensions(certificate: DecodedCertificate): Promise<ReadonlyMap<string, string>> | typeof noneForeign {
  const known = certificate.extensions.every(({ oid }) => extensionText(certificate, oid) !== undefined);
  return known ? noneForeign : extensionTexts(certificate.der);
}

const noneForeign: ReadonlyMap<string, string> = new Map();

/** ISO 8601 in UTC. */
function isoDate(date: CertificateDate): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}T${two(date.hour)}:${two(date.minute)}:${two(date.second)}Z`;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').toUpperCase();
}
