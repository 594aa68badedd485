import {
  authorityKeyIdentifier,
  basicConstraints,
  generalizedTime,
  keyUsage,
  nameText,
  organizationAndCommonName,
  subjectKeyIdentifier,
  utcTime,
} from '../../src-shared/certificates/assemble.ts';
import {
  type CertificateDate,
  type CertificateDefinition,
  type DateFormat,
  dateFormat,
  serialSource,
} from '../../src-shared/certificates/index.ts';
import { dataLocation, definitionFrom, filler, serialPiece } from '../../src-shared/certificates/profiles/layout.ts';

/** What the layout of a root certificate depends on. */
export interface RootLayout {
  readonly organization: string;
  readonly commonName: string;
  readonly chainId: number;
  /** Year of notBefore: with the years it decides which date formats RFC 5280 wants. */
  readonly issueYear: number;
  /** 0 = 99991231235959Z */
  readonly expireYears: number;
  /** `PUB_KEY_HASH`, or `STORED` for a random number. */
  readonly snSource: number;
}

const lastUtcYear = 2049;
const never: CertificateDate = { year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59 };

/**
 * A root certificate as a definition, so that a root module keeps it in compressed form like every other certificate and a signer
 * module can carry it in slot 13 (signer-and-server.md 6.1). The bytes are those of `prepareRoot`: CA, path length not
 * limited, certificate and CRL signing, both key ids; UTCTime through 2049 and GeneralizedTime from 2050 on.
 */
export function rootDefinition(layout: RootLayout): CertificateDefinition {
  const name = organizationAndCommonName(layout.organization, nameText(layout.commonName));
  const issueFormat: DateFormat = layout.issueYear > lastUtcYear ? dateFormat.RFC5280_GEN : dateFormat.RFC5280_UTC;
  const expireFormat: DateFormat =
    layout.expireYears === 0 || layout.issueYear + layout.expireYears > lastUtcYear
      ? dateFormat.RFC5280_GEN
      : dateFormat.RFC5280_UTC;
  const time = (format: DateFormat) => (format === dateFormat.RFC5280_GEN ? generalizedTime : utcTime);
  const expiry = expireFormat === dateFormat.RFC5280_GEN ? never : { ...never, year: lastUtcYear };
  const stored = layout.snSource === serialSource.STORED;
  const definition = definitionFrom({
    parts: {
      serialNumber: serialPiece(layout.snSource, filler.signerSerial, []),
      issuer: name,
      notBefore: time(issueFormat)('issueDate', filler.signerNotBefore),
      notAfter: time(expireFormat)('expireDate', expiry),
      subject: name,
      publicKey: filler.signerPublicKey,
      extensions: [
        basicConstraints(true),
        keyUsage(0x86, 1),
        subjectKeyIdentifier(filler.rootKeyId),
        authorityKeyIdentifier(filler.rootKeyId),
      ],
    },
    signature: filler.signerSignature,
    templateId: 0,
    chainId: layout.chainId,
    privateKeySlot: 0,
    snSource: layout.snSource,
    ...(stored ? { serialNumberLocation: dataLocation(10, 0, 16) } : {}),
    expireYears: layout.expireYears,
    publicKeyLocation: dataLocation(11, 0, 72),
    compressedSlot: 12,
    signatureCount: 74,
  });
  return { ...definition, issueDateFormat: issueFormat, expireDateFormat: expireFormat };
}
