import { z } from 'zod';
import { equalBytes, fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  type CertificateDefinition,
  decodeCertificate,
  decodeDefinition,
  definitionDigest,
  encodeDefinition,
  isPublicKey,
} from '../../src-shared/certificates/index.ts';
import type { SignerIdentity } from './signer-module.ts';
import { momentOf } from './times.ts';
import { verifyP256Message } from './verify.ts';

/** The public facts of a signer that is no stick, as they stand in its file: everything a request needs but the key. */
const hexText = z.string().regex(/^(?:[0-9A-F]{2})+$/);
const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9A-F]{${2 * bytes}}$`));

export const identityFileSchema = z.strictObject({
  serialNumber: hexOf(9),
  name: z.string().min(1).max(48),
  label: z.string().max(72),
  signerId: hexOf(2),
  rootPublicKey: hexOf(64),
  certificate: hexText,
  compressedCertificate: hexOf(72),
  /** Empty when it is not known. */
  rootCertificate: z.union([hexText, z.literal('')]),
  /** Canonical layouts (compressed-certificates.md 5) */
  deviceDefinition: hexText,
  signerDefinition: hexText,
});

export type IdentityFile = z.infer<typeof identityFileSchema>;

/** All of it in a fixed order: what a key is bound to. */
export function identityText(file: IdentityFile): string {
  return JSON.stringify([
    file.serialNumber,
    file.name,
    file.label,
    file.signerId,
    file.rootPublicKey,
    file.certificate,
    file.compressedCertificate,
    file.rootCertificate,
    file.deviceDefinition,
    file.signerDefinition,
  ]);
}

/** An identity as it is filed. */
export function identityToFile(identity: SignerIdentity): IdentityFile {
  return {
    serialNumber: toHex(identity.serialNumber),
    name: identity.name,
    label: identity.label,
    signerId: toHex(identity.signerId),
    rootPublicKey: toHex(identity.rootPublicKey),
    certificate: toHex(identity.certificate),
    compressedCertificate: toHex(identity.compressedCertificate),
    rootCertificate: toHex(identity.rootCertificate ?? new Uint8Array(0)),
    deviceDefinition: toHex(canonical(identity.deviceDefinition)),
    signerDefinition: toHex(canonical(identity.signerDefinition)),
  };
}

/**
 * The identity of a file, with everything checked that can be without the key: definitions, and the certificate under its root.
 * The failure is a sentence.
 */
export function identityFromFile(
  file: IdentityFile,
  kind: 'file' | 'pkcs11',
  passwordScheme: SignerIdentity['passwordScheme'],
): Result<SignerIdentity, string> {
  const device = decodeDefinition(fromHex(file.deviceDefinition));
  const signer = decodeDefinition(fromHex(file.signerDefinition));
  if (!device.ok || !signer.ok) return fail('a definition in it cannot be read');
  const digests = { device: definitionDigest(device.value), signer: definitionDigest(signer.value) };
  if (!digests.device.ok || !digests.signer.ok) return fail('a definition in it has values that do not fit');
  const certificate = fromHex(file.certificate);
  const decoded = decodeCertificate(certificate);
  if (!decoded.ok) return fail(`its certificate cannot be read: ${decoded.failure.reason}`);
  const { publicKey, tbs, signature, notBefore, notAfter } = decoded.value;
  const rootPublicKey = fromHex(file.rootPublicKey);
  if (publicKey === undefined || signature === undefined || !isPublicKey(publicKey) || !isPublicKey(rootPublicKey)) {
    return fail('a key in it is none of P-256');
  }
  if (equalBytes(publicKey, rootPublicKey)) return fail('signer and root have the same key');
  if (!verifyP256Message(rootPublicKey, tbs, signature)) {
    return fail('its certificate does not verify under its root key');
  }
  return ok({
    kind,
    serialNumber: fromHex(file.serialNumber),
    name: file.name,
    label: file.label,
    signerId: fromHex(file.signerId),
    chainId: signer.value.chainId,
    signerTemplateId: signer.value.templateId,
    deviceTemplateId: device.value.templateId,
    publicKey,
    rootPublicKey,
    certificate,
    compressedCertificate: fromHex(file.compressedCertificate),
    rootCertificate: file.rootCertificate === '' ? undefined : fromHex(file.rootCertificate),
    notBefore: momentOf(notBefore),
    notAfter: momentOf(notAfter),
    deviceDefinition: device.value,
    signerDefinition: signer.value,
    deviceDefinitionDigest: digests.device.value,
    signerDefinitionDigest: digests.signer.value,
    isRoot: false,
    passwordScheme,
  });
}

function canonical(definition: CertificateDefinition): Uint8Array {
  const bytes = encodeDefinition(definition);
  if (!bytes.ok) throw new SignetError('INTERNAL', 'a definition in use cannot be encoded');
  return bytes.value;
}
