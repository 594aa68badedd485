import { utf8 } from '../base/bytes.ts';
import { type CertificateDate, formatDate } from './dates.ts';
import { dateFormat } from './definition.ts';
import {
  bitString,
  type DerPiece,
  derTag,
  derTrue,
  integer,
  mark,
  octetString,
  oid,
  raw,
  sequence,
  tlv,
} from './der.ts';
import { signatureBitString } from './signature-der.ts';
import { oids } from './x509.ts';

/**
 * Certificates written piece by piece, byte for byte as templates and roots need them. Every part that a definition
 * patches carries a mark in the words of `StandardElementName`, so offsets are never counted by hand.
 */
export interface CertificateParts {
  /** Value octets in the shortest form; mark 'serialNumber' around what the element covers. */
  readonly serialNumber: DerPiece;
  readonly issuer: DerPiece;
  readonly notBefore: DerPiece;
  readonly notAfter: DerPiece;
  readonly subject: DerPiece;
  /** X‖Y, 64 bytes. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly DerPiece[];
}

const algorithm = sequence(oid(oids.ecdsaWithSha256));

/** The to-be-signed part, version 3. */
export function tbsPiece(parts: CertificateParts): DerPiece {
  const version = tlv(0xa0, integer([2]));
  const key = sequence(
    sequence(oid(oids.ecPublicKey), oid(oids.prime256v1)),
    bitString(raw([0x04]), mark('publicKey', raw(parts.publicKey))),
  );
  return sequence(
    version,
    tlv(derTag.INTEGER, parts.serialNumber),
    algorithm,
    parts.issuer,
    sequence(parts.notBefore, parts.notAfter),
    parts.subject,
    key,
    // The list holds one at least or is not there (RFC 5280, 4.1).
    ...(parts.extensions.length === 0 ? [] : [tlv(0xa3, sequence(...parts.extensions))]),
  );
}

/** The whole certificate with its marks: those of the parts, 'tbs' and 'signature'. */
export function certificatePiece(tbs: DerPiece, signature: Uint8Array): DerPiece {
  return sequence(mark('tbs', tbs), algorithm, mark('signature', raw(signatureBitString(signature))));
}

/** Joins a to-be-signed part and R‖S (64 bytes) to a certificate, DER. */
export function assembleCertificate(tbs: Uint8Array, signature: Uint8Array): Uint8Array {
  return certificatePiece(raw(tbs), signature).bytes;
}

/** A name of one attribute per relative name, each a UTF8String. */
function namePiece(...attributes: readonly (readonly [oidText: string, value: DerPiece])[]): DerPiece {
  return sequence(
    ...attributes.map(([type, value]) => tlv(derTag.SET, sequence(oid(type), tlv(derTag.UTF8_STRING, value)))),
  );
}

/** Organisation and common name in this order, the form of every profile; between them a unit where there is one. */
export function organizationAndCommonName(
  organization: string,
  commonName: DerPiece,
  organizationalUnit = '',
): DerPiece {
  return namePiece(
    [oids.organization, nameText(organization)],
    ...(organizationalUnit === '' ? [] : [[oids.organizationalUnit, nameText(organizationalUnit)] as const]),
    [oids.commonName, commonName],
  );
}

/** A UTCTime with a mark on its content; the date must be one that UTCTime can say. */
export function utcTime(name: string, date: CertificateDate): DerPiece {
  return tlv(derTag.UTC_TIME, mark(name, raw(dateBytes(dateFormat.RFC5280_UTC, date))));
}

/** A GeneralizedTime with a mark on its content. */
export function generalizedTime(name: string, date: CertificateDate): DerPiece {
  return tlv(derTag.GENERALIZED_TIME, mark(name, raw(dateBytes(dateFormat.RFC5280_GEN, date))));
}

/** Basic constraints, critical; `pathLength` only with a CA. */
export function basicConstraints(ca: boolean, pathLength?: number): DerPiece {
  const content = ca ? [derTrue, ...(pathLength === undefined ? [] : [integer([pathLength])])] : [];
  return extension(oids.basicConstraints, true, sequence(...content));
}

/** Key usage, critical; the first octet of the bits and how many of its low bits are unused. */
export function keyUsage(octet: number, unusedBits: number): DerPiece {
  return extension(oids.keyUsage, true, tlv(derTag.BIT_STRING, raw([unusedBits, octet])));
}

/** Extended key usage, not critical: purposes as dotted object identifiers, one at least (RFC 5280, 4.2.1.12). */
export function extendedKeyUsage(purposes: readonly string[]): DerPiece {
  return extension(oids.extendedKeyUsage, false, sequence(...purposes.map(oid)));
}

/** Subject key identifier with a mark on the 20 bytes. */
export function subjectKeyIdentifier(id: Uint8Array): DerPiece {
  return extension(oids.subjectKeyId, false, octetString(mark('subjectKeyId', raw(id))));
}

/** Authority key identifier with a mark on the 20 bytes. */
export function authorityKeyIdentifier(id: Uint8Array): DerPiece {
  return extension(oids.authorityKeyId, false, sequence(tlv(0x80, mark('authorityKeyId', raw(id)))));
}

/** A text as the content of a name's attribute. */
export function nameText(text: string): DerPiece {
  return raw(utf8(text));
}

function extension(type: string, critical: boolean, value: DerPiece): DerPiece {
  return sequence(oid(type), ...(critical ? [derTrue] : []), octetString(value));
}

function dateBytes(format: 1 | 4, date: CertificateDate): Uint8Array {
  const bytes = formatDate(format, date);
  if (!bytes.ok) throw new RangeError(bytes.failure.reason);
  return bytes.value;
}
