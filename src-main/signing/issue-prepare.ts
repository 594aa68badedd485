import { equalBytes, fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  certificateDate,
  decodeCertificate,
  decodeCompressed,
  isStoredSource,
  keyId,
  type PreparedCertificate,
  prepareCertificate,
  serialSource,
  writeItems,
} from '../../src-shared/certificates/index.ts';
import type { ArchivedCertificate, CertificateArchive, SigningIntent } from './ports.ts';
import { type CertificateRequest, type Refusal, refusal, type SignerSelection } from './request.ts';
import { positiveSerial } from './root.ts';
import type { SignerIdentity } from './signer-module.ts';
import { momentOf } from './times.ts';

/** What a certificate is prepared with besides the request. */
export interface PrepareContext {
  readonly identity: SignerIdentity;
  /** The moment of the certificate. */
  readonly asked: Date;
  /** A request that broke off before: its serial number and date are used again. */
  readonly reuse: SigningIntent | undefined;
  readonly archive: CertificateArchive;
  /** Certificates of this chip. */
  readonly known: readonly ArchivedCertificate[];
  readonly random: (length: number) => Uint8Array;
}

/**
 * The certificate of a request but for its signature. Everything that could go wrong after the signature is tried here: that its
 * blocks can be written, and that its serial number is nobody else's (compressed-certificates.md 2).
 */
export function prepareIssue(
  request: CertificateRequest,
  context: PrepareContext,
): Result<PreparedCertificate, Refusal> {
  const { identity, asked } = context;
  const serial = storedSerial(context);
  if (!serial.ok) return serial;
  const prepared = prepareCertificate({
    definition: identity.deviceDefinition,
    publicKey: request.publicKey,
    caPublicKey: identity.publicKey,
    asked: certificateDate(asked),
    signerId: identity.signerId,
    signerNotBefore: certificateDate(identity.notBefore),
    configZone: request.configZone,
    ...(serial.value === undefined ? {} : { storedSerialNumber: serial.value }),
  });
  if (!prepared.ok) {
    const code = prepared.failure.kind === 'invalid-date' ? 'CLOCK_SUSPECT' : 'DEFINITION_MISMATCH';
    return fail(refusal(code, prepared.failure.reason));
  }
  const certificateSerial = toHex(prepared.value.serialNumber);
  const taken = context.known.some(
    (entry) =>
      entry.certificateSerial === certificateSerial &&
      entry.definitionDigest === toHex(identity.deviceDefinitionDigest) &&
      entry.publicKey !== toHex(request.publicKey),
  );
  if (taken) {
    return fail(
      refusal(
        'DUPLICATE_DEVICE',
        'the definition would repeat the serial number of an earlier certificate of this chip',
      ),
    );
  }
  const items = writeItems([
    { definition: identity.deviceDefinition, certificate: prepared.value.unsigned },
    { definition: identity.signerDefinition, certificate: identity.certificate },
  ]);
  return items.ok ? prepared : fail(refusal('DEFINITION_MISMATCH', items.failure.reason));
}

/** Stored serial numbers are random, positive, of full length, and unique under the CA by asking the archive. */
function storedSerial(context: PrepareContext): Result<Uint8Array | undefined, Refusal> {
  const { identity, reuse, archive, random } = context;
  const { snSource, standardElements } = identity.deviceDefinition;
  if (!isStoredSource(snSource)) return ok(undefined);
  if (reuse !== undefined) return ok(fromHex(reuse.row.cert_serial ?? ''));
  const length = snSource === serialSource.STORED ? standardElements.serialNumber.count : 16;
  const ca = toHex(identity.rootPublicKey);
  for (let attempt = 0; attempt < 16; attempt += 1) {
    const serial = positiveSerial(random(length));
    if (!archive.hasCertificateSerial(ca, toHex(serial))) return ok(serial);
  }
  return fail(refusal('INTERNAL', 'no free serial number was found'));
}

/** Whether an archived certificate is what a selection asks for: the CA, and whatever else it names but the very signer. */
export function fitsSelection(entry: ArchivedCertificate, selection: SignerSelection): boolean {
  const root = fromHex(entry.caPublicKey);
  const { caPublicKey, caKeyId, deviceDefinitionDigest } = selection;
  if (caPublicKey !== undefined && !equalBytes(root, caPublicKey)) return false;
  if (caKeyId !== undefined && !equalBytes(keyId(root), caKeyId)) return false;
  if (deviceDefinitionDigest !== undefined && entry.definitionDigest !== toHex(deviceDefinitionDigest)) return false;
  const device = decodeCompressed(entry.compressedCertificate);
  const signer = decodeCompressed(entry.signerCompressedCertificate);
  if (!device.ok || !signer.ok) return false;
  const { chainId, deviceTemplateId, signerTemplateId } = selection;
  return (
    (chainId === undefined || chainId === device.value.chainId) &&
    (deviceTemplateId === undefined || deviceTemplateId === device.value.templateId) &&
    (signerTemplateId === undefined || signerTemplateId === signer.value.templateId)
  );
}

/** Whether a certificate of the archived chain has expired (its end as the certificates themselves say it). */
export function chainExpired(entry: ArchivedCertificate, now: Date): boolean {
  return [entry.deviceCertificate, entry.signerCertificate].some((der) => {
    const certificate = decodeCertificate(der);
    return certificate.ok && momentOf(certificate.value.notAfter) < now;
  });
}
