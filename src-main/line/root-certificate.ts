import { createHash } from 'node:crypto';
import { equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import {
  certificatesOf,
  commonName,
  type DecodedCertificate,
  dateText,
  decodeCertificate,
  isPublicKey,
  nameText,
  verifyDigest,
} from '../../src-shared/certificates/index.ts';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import { keyFingerprint } from '../signing/ceremony.ts';

type Read = CallOutput<'settings.readRoot'>;
type Fault = NonNullable<Read['fault']>;

/**
 * A root certificate that a person brings as a file, PEM or DER: decoded and judged, nothing is trusted by it yet. In a file with a
 * whole chain the one that signed itself is meant. A signature by its own key says that nothing was mangled on the way; that it is the
 * right root is for the person to say, by the fingerprints.
 */
export function readRootCertificate(bytes: Uint8Array): Read {
  const refuse = (fault: Fault): Read => ({ fault, root: null });
  const found = certificatesOf(bytes);
  if (!found.ok) return refuse('no-certificate');
  const certificates: DecodedCertificate[] = [];
  for (const der of found.value) {
    const decoded = decodeCertificate(der);
    if (!decoded.ok) return refuse('no-certificate');
    certificates.push(decoded.value);
  }
  const [root, ...more] = certificates.filter(({ issuer, subject }) => equalBytes(issuer.der, subject.der));
  if (root === undefined) return refuse('not-root');
  if (more.length > 0) return refuse('several');
  const { publicKey, signature } = root;
  if (publicKey === undefined || !isPublicKey(publicKey)) return refuse('other-key');
  if (root.basicConstraints?.ca !== true) return refuse('no-authority');
  if (signature === undefined || !verifyDigest(publicKey, root.tbsDigest, signature)) return refuse('signature');
  return {
    fault: null,
    root: {
      name: commonName(root.subject) ?? nameText(root.subject),
      subject: nameText(root.subject),
      notAfter: dateText(root.notAfter),
      publicKey: toHex(publicKey),
      keyFingerprint: keyFingerprint(publicKey),
      fingerprint: createHash('sha256').update(root.der).digest('hex').toUpperCase(),
    },
  };
}
