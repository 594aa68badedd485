import type { Result } from '../base/result.ts';
import type { CertificateDate } from './dates.ts';
import type { CertificateDefinition } from './definition.ts';
import { attempt, type CertificateFault } from './faults.ts';
import { CertificateImage } from './image.ts';

type Field<T> = Result<T, CertificateFault>;

/** The elements of a certificate as its definition finds them; each fails on its own ('element-missing' when absent). */
export interface CertificateFields {
  readonly tbs: Field<Uint8Array>;
  /** SHA-256 of the to-be-signed bytes. */
  readonly tbsDigest: Field<Uint8Array>;
  /** R‖S, 64 bytes. */
  readonly signature: Field<Uint8Array>;
  /** X‖Y, 64 bytes. */
  readonly publicKey: Field<Uint8Array>;
  readonly issueDate: Field<CertificateDate>;
  readonly expireDate: Field<CertificateDate>;
  /** Two bytes. */
  readonly signerId: Field<Uint8Array>;
  readonly serialNumber: Field<Uint8Array>;
}

/** Reads a certificate through its definition, without parsing ASN.1. x509.ts is the reader for any certificate. */
export function readCertificate(definition: CertificateDefinition, certificate: Uint8Array): CertificateFields {
  const image = new CertificateImage(definition, certificate);
  return {
    tbs: attempt(() => image.tbs),
    tbsDigest: attempt(() => image.tbsDigest),
    signature: attempt(() => image.signature),
    publicKey: attempt(() => image.publicKey),
    issueDate: attempt(() => image.issueDate),
    expireDate: attempt(() => image.expireDate),
    signerId: attempt(() => image.signerId),
    serialNumber: attempt(() => image.serialNumber),
  };
}

/**
 * The template with the parts of a compressed certificate patched in: signature, dates, signer id. Public key, key ids
 * and serial number stay the template's; `rebuildCertificate` is the whole way.
 */
export function decompressCertificate(
  definition: CertificateDefinition,
  compressed: Uint8Array,
): Result<Uint8Array, CertificateFault> {
  return attempt(() => {
    const image = new CertificateImage(definition);
    image.applyCompressed(compressed);
    return image.bytes;
  });
}
