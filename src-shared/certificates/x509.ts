import { sha256 } from '@noble/hashes/sha2.js';
import { byteAt, parseUtf8, toHex } from '../base/bytes.ts';
import type { Result } from '../base/result.ts';
import { type CertificateDate, isCalendarDate, parseDate } from './dates.ts';
import { type DateFormat, dateFormat } from './definition.ts';
import { type DerNode, decodeDer, derBytes, derContent, derTag, oidText } from './der.ts';
import { attempt, type CertificateFault, refuse } from './faults.ts';
import { signatureFromBitString } from './signature-der.ts';

/** Object identifiers that occur in our certificates, with the names that screens show. */
export const oids = {
  ecPublicKey: '1.2.840.10045.2.1',
  prime256v1: '1.2.840.10045.3.1.7',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  serialNumberAttribute: '2.5.4.5',
  country: '2.5.4.6',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
} as const;

const oidNames: ReadonlyMap<string, string> = new Map(Object.entries(oids).map(([name, dotted]) => [dotted, name]));

/** Our word for an object identifier, or the dotted numbers. */
export function oidName(dotted: string): string {
  return oidNames.get(dotted) ?? dotted;
}

/** One attribute of a name. */
export interface NameAttribute {
  /** Dotted numbers. */
  readonly oid: string;
  readonly value: string;
}

/** A distinguished name; `der` is what must be equal byte for byte between issuer and subject. */
export interface DistinguishedName {
  readonly attributes: readonly NameAttribute[];
  readonly der: Uint8Array;
}

/** An extension as it stands. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** Content of the OCTET STRING. */
  readonly value: Uint8Array;
}

/** A place in the certificate. */
export interface ByteRange {
  readonly offset: number;
  readonly count: number;
}

/** The to-be-signed part of a certificate: everything that it says. */
export interface DecodedTbs {
  /** 1, 2 or 3. */
  readonly version: number;
  /** Value octets as in the certificate. */
  readonly serialNumber: Uint8Array;
  /** Dotted numbers of the algorithm named inside. */
  readonly tbsSignatureAlgorithm: string;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: CertificateDate;
  readonly notAfter: CertificateDate;
  /** Whether the dates are UTCTime (1) or GeneralizedTime (4). */
  readonly notBeforeFormat: DateFormat;
  readonly notAfterFormat: DateFormat;
  /** X‖Y, 64 bytes; undefined for another kind of key. */
  readonly publicKey: Uint8Array | undefined;
  readonly extensions: readonly Extension[];
  /** From basicConstraints; undefined without the extension. */
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | undefined } | undefined;
  /** Key usage bits, bit 0 = digitalSignature; undefined without the extension. */
  readonly keyUsage: number | undefined;
  /** 20 bytes as a rule; undefined without the extension. */
  readonly subjectKeyId: Uint8Array | undefined;
  readonly authorityKeyId: Uint8Array | undefined;
}

/** A decoded certificate. */
export interface DecodedCertificate extends DecodedTbs {
  readonly der: Uint8Array;
  readonly tree: DerNode;
  /** To-be-signed bytes and their SHA-256. */
  readonly tbs: Uint8Array;
  readonly tbsDigest: Uint8Array;
  /** Dotted numbers of the algorithm named outside, next to the signature. */
  readonly signatureAlgorithm: string;
  /** R‖S, 64 bytes; undefined for another kind of signature. */
  readonly signature: Uint8Array | undefined;
  /** Where the parts lie that a definition patches, in the words of `StandardElementName`, and the TBS. */
  readonly places: CertificatePlaces;
}

/** Offsets of the parts of a to-be-signed part, from the start of what was decoded. */
interface TbsPlaces {
  /** X‖Y behind the 04 of the point. */
  readonly publicKey: ByteRange | undefined;
  readonly issueDate: ByteRange;
  readonly expireDate: ByteRange;
  readonly serialNumber: ByteRange;
  readonly authorityKeyId: ByteRange | undefined;
  readonly subjectKeyId: ByteRange | undefined;
  /** The whole names: a signer id lies within one of them. */
  readonly issuer: ByteRange;
  readonly subject: ByteRange;
}

/** Offsets of the parts, from the start of the certificate; the names are those of the standard elements. */
export interface CertificatePlaces extends TbsPlaces {
  readonly tbs: ByteRange;
  /** The whole BIT STRING. */
  readonly signature: ByteRange;
}

/** Key usage bits by their place. */
export const keyUsageBits = {
  digitalSignature: 1,
  keyAgreement: 1 << 4,
  keyCertSign: 1 << 5,
  crlSign: 1 << 6,
} as const;

/** Certificates longer than this are not looked at. */
export const maxCertificateLength = 16 * 1024;

/** Decodes an X.509 certificate strictly; 'decoding' says what is wrong. Signatures are not verified here. */
export function decodeCertificate(der: Uint8Array): Result<DecodedCertificate, CertificateFault> {
  return attempt(() => new CertificateReader(der).certificate());
}

/** Decodes the to-be-signed part alone, as a signer is handed it: whose certificate it will be, and in whose name. */
export function decodeTbs(tbs: Uint8Array): Result<DecodedTbs, CertificateFault> {
  return attempt(() => new CertificateReader(tbs).tbs().fields);
}

/** A name in one line: "O=Example, CN=Device". */
export function nameText(name: DistinguishedName): string {
  const short: Readonly<Record<string, string>> = {
    [oids.commonName]: 'CN',
    [oids.organization]: 'O',
    [oids.organizationalUnit]: 'OU',
    [oids.country]: 'C',
    [oids.serialNumberAttribute]: 'serialNumber',
  };
  return name.attributes.map(({ oid, value }) => `${short[oid] ?? oid}=${value}`).join(', ');
}

/** The common name, the last one if there are several. */
export function commonName(name: DistinguishedName): string | undefined {
  return name.attributes.findLast((attribute) => attribute.oid === oids.commonName)?.value;
}

class CertificateReader {
  readonly #der: Uint8Array;
  readonly #tree: DerNode;

  constructor(der: Uint8Array) {
    if (der.length > maxCertificateLength) refuse('decoding', 'the certificate is longer than 16 KiB');
    const decoded = decodeDer(der);
    this.#der = der;
    this.#tree = decoded.ok
      ? decoded.value
      : refuse('decoding', `not DER at byte ${decoded.failure.offset}: ${decoded.failure.reason}`);
  }

  certificate(): DecodedCertificate {
    const [tbsNode, algorithmNode, signatureNode] = this.#exactly(this.#tree, derTag.SEQUENCE, 3, 'certificate');
    const { fields, places } = this.tbs(tbsNode);
    const tbs = derBytes(this.#der, tbsNode);
    this.#content(signatureNode, derTag.BIT_STRING, 'signature');
    const signature = signatureFromBitString(derBytes(this.#der, signatureNode));
    return {
      ...fields,
      der: this.#der,
      tree: this.#tree,
      tbs,
      tbsDigest: sha256(tbs),
      signatureAlgorithm: this.#algorithm(algorithmNode),
      signature: signature.ok ? signature.value : undefined,
      places: { ...places, tbs: whole(tbsNode), signature: whole(signatureNode) },
    };
  }

  tbs(tbsNode: DerNode = this.#tree): { fields: DecodedTbs; places: TbsPlaces } {
    const parts = [...this.#children(tbsNode, derTag.SEQUENCE, 'to-be-signed part')];
    const version = this.#version(parts);
    const serial = this.#required(parts.shift(), 'serial number');
    const inner = this.#required(parts.shift(), 'signature algorithm');
    const issuerNode = this.#required(parts.shift(), 'issuer');
    const [before, after] = this.#exactly(this.#required(parts.shift(), 'validity'), derTag.SEQUENCE, 2, 'validity');
    const subjectNode = this.#required(parts.shift(), 'subject');
    const spki = this.#required(parts.shift(), 'public key');
    const extensionsNode = parts.find((node) => node.tag === 0xa3);
    const strange = parts.find((node) => ![0x81, 0x82, 0xa1, 0xa2, 0xa3].includes(node.tag));
    if (strange !== undefined) refuse('decoding', 'the to-be-signed part holds something unknown');
    const extensions = extensionsNode === undefined ? [] : this.#extensions(extensionsNode);
    const find = (oid: string) => extensions.find((extension) => extension.oid === oid);
    const notBefore = this.#time(before);
    const notAfter = this.#time(after);
    const publicKey = this.#publicKey(spki);
    const subjectKey = this.#subjectKeyId(find(oids.subjectKeyId));
    const authorityKey = this.#authorityKeyId(find(oids.authorityKeyId));
    const fields: DecodedTbs = {
      version,
      serialNumber: this.#content(serial, derTag.INTEGER, 'serial number'),
      tbsSignatureAlgorithm: this.#algorithm(inner),
      issuer: this.#name(issuerNode),
      subject: this.#name(subjectNode),
      notBefore: notBefore.date,
      notAfter: notAfter.date,
      notBeforeFormat: notBefore.format,
      notAfterFormat: notAfter.format,
      publicKey: publicKey?.bytes,
      extensions: extensions.map(({ oid, critical, value }) => ({ oid, critical, value })),
      basicConstraints: this.#basicConstraints(find(oids.basicConstraints)),
      keyUsage: this.#keyUsage(find(oids.keyUsage)),
      subjectKeyId: subjectKey?.bytes,
      authorityKeyId: authorityKey?.bytes,
    };
    const places: TbsPlaces = {
      publicKey: publicKey?.place,
      issueDate: inside(before),
      expireDate: inside(after),
      serialNumber: inside(serial),
      authorityKeyId: authorityKey?.place,
      subjectKeyId: subjectKey?.place,
      issuer: whole(issuerNode),
      subject: whole(subjectNode),
    };
    return { fields, places };
  }

  /** Takes the version off the front of the parts; without it a certificate is of version 1. */
  #version(parts: DerNode[]): number {
    if (parts[0]?.tag !== 0xa0) return 1;
    const [explicit] = this.#exactly(this.#required(parts.shift(), 'version'), 0xa0, 1, 'version');
    const content = this.#content(explicit, derTag.INTEGER, 'version');
    return content.length === 1 ? byteAt(content, 0) + 1 : refuse('decoding', 'the version is not a small number');
  }

  #required(node: DerNode | undefined, what: string): DerNode {
    return node ?? refuse('decoding', `the ${what} is missing`);
  }

  #children(node: DerNode, tag: number, what: string): readonly DerNode[] {
    if (node.tag !== tag) refuse('decoding', `the ${what} has tag ${node.tag.toString(16)}`);
    return node.children;
  }

  /** The children, exactly `count` of them. */
  #exactly(node: DerNode, tag: number, count: number, what: string): readonly [DerNode, DerNode, DerNode] {
    const children = this.#children(node, tag, what);
    if (children.length !== count) refuse('decoding', `the ${what} has ${children.length} parts, not ${count}`);
    const [a = node, b = node, c = node] = children;
    return [a, b, c];
  }

  #content(node: DerNode, tag: number, what: string): Uint8Array {
    if (node.tag !== tag) refuse('decoding', `the ${what} has tag ${node.tag.toString(16)}`);
    const content = derContent(this.#der, node);
    if (content.length === 0) refuse('decoding', `the ${what} is empty`);
    return content;
  }

  #oid(node: DerNode | undefined, what: string): string {
    const content = this.#content(this.#required(node, what), derTag.OID, what);
    return oidText(content) ?? refuse('decoding', `the ${what} is no object identifier`);
  }

  #algorithm(node: DerNode): string {
    return this.#oid(this.#children(node, derTag.SEQUENCE, 'algorithm')[0], 'algorithm');
  }

  #name(node: DerNode): DistinguishedName {
    const attributes: NameAttribute[] = [];
    for (const set of this.#children(node, derTag.SEQUENCE, 'name')) {
      for (const pair of this.#children(set, derTag.SET, 'part of a name')) {
        const [type, value] = this.#exactly(pair, derTag.SEQUENCE, 2, 'attribute of a name');
        const content = derContent(this.#der, value);
        attributes.push({ oid: this.#oid(type, 'attribute type'), value: parseUtf8(content) ?? toHex(content) });
      }
    }
    return { attributes, der: derBytes(this.#der, node) };
  }

  #time(node: DerNode): { date: CertificateDate; format: DateFormat } {
    const format =
      node.tag === derTag.UTC_TIME
        ? dateFormat.RFC5280_UTC
        : node.tag === derTag.GENERALIZED_TIME
          ? dateFormat.RFC5280_GEN
          : refuse('decoding', 'a date is neither UTCTime nor GeneralizedTime');
    const content = derContent(this.#der, node);
    const parsed = parseDate(format, content);
    const expected = format === dateFormat.RFC5280_UTC ? 13 : 15;
    if (!parsed.ok || content.length !== expected || !isCalendarDate(parsed.value)) {
      return refuse('decoding', `'${String.fromCharCode(...content)}' is not a date`);
    }
    return { date: parsed.value, format };
  }

  #publicKey(spki: DerNode): { bytes: Uint8Array; place: ByteRange } | undefined {
    const [algorithm, key] = this.#exactly(spki, derTag.SEQUENCE, 2, 'public key');
    const [type, curve] = this.#children(algorithm, derTag.SEQUENCE, 'key algorithm');
    const content = this.#content(key, derTag.BIT_STRING, 'public key');
    if (this.#oid(type, 'key algorithm') !== oids.ecPublicKey || curve?.tag !== derTag.OID) return undefined;
    if (
      this.#oid(curve, 'curve') !== oids.prime256v1 ||
      content.length !== 66 ||
      content[0] !== 0 ||
      content[1] !== 4
    ) {
      return undefined;
    }
    return { bytes: content.slice(2), place: { offset: key.offset + key.headerLength + 2, count: 64 } };
  }

  #extensions(node: DerNode): readonly (Extension & { readonly node: DerNode })[] {
    const [list] = this.#exactly(node, 0xa3, 1, 'extensions');
    const seen = new Set<string>();
    return this.#children(list, derTag.SEQUENCE, 'extensions').map((each) => {
      const parts = this.#children(each, derTag.SEQUENCE, 'extension');
      const oid = this.#oid(parts[0], 'extension');
      if (seen.has(oid)) refuse('decoding', `the extension ${oidName(oid)} occurs twice`);
      seen.add(oid);
      const flag = parts.length === 3 ? parts[1] : undefined;
      if (parts.length < 2 || parts.length > 3) refuse('decoding', 'an extension has two or three parts');
      const critical = flag === undefined ? false : this.#content(flag, derTag.BOOLEAN, 'critical flag')[0] === 0xff;
      const value = this.#required(parts[parts.length - 1], 'extension value');
      return { oid, critical, value: this.#content(value, derTag.OCTET_STRING, 'extension value'), node: value };
    });
  }

  /** The DER inside an extension, its offsets counted from the start of the value. */
  #inner(extension: Extension): DerNode {
    const decoded = decodeDer(extension.value);
    return decoded.ok ? decoded.value : refuse('decoding', `the extension ${oidName(extension.oid)} is not DER`);
  }

  #basicConstraints(extension: Extension | undefined): DecodedCertificate['basicConstraints'] {
    if (extension === undefined) return undefined;
    const parts = this.#children(this.#inner(extension), derTag.SEQUENCE, 'basic constraints');
    const flag = parts.find((part) => part.tag === derTag.BOOLEAN);
    const length = parts.find((part) => part.tag === derTag.INTEGER);
    const ca = flag !== undefined && derContent(extension.value, flag)[0] === 0xff;
    const pathLength = length === undefined ? undefined : (derContent(extension.value, length)[0] ?? 0);
    return { ca, pathLength };
  }

  #keyUsage(extension: Extension | undefined): number | undefined {
    if (extension === undefined) return undefined;
    const node = this.#inner(extension);
    if (node.tag !== derTag.BIT_STRING) refuse('decoding', 'the key usage is no BIT STRING');
    const [, first = 0] = derContent(extension.value, node);
    let bits = 0;
    for (let bit = 0; bit < 8; bit += 1) if ((first & (0x80 >> bit)) !== 0) bits |= 1 << bit;
    return bits;
  }

  #subjectKeyId(
    extension: (Extension & { readonly node: DerNode }) | undefined,
  ): { bytes: Uint8Array; place: ByteRange } | undefined {
    if (extension === undefined) return undefined;
    const node = this.#inner(extension);
    if (node.tag !== derTag.OCTET_STRING) refuse('decoding', 'the subject key id is no OCTET STRING');
    return { bytes: derContent(extension.value, node), place: within(extension.node, node) };
  }

  #authorityKeyId(
    extension: (Extension & { readonly node: DerNode }) | undefined,
  ): { bytes: Uint8Array; place: ByteRange } | undefined {
    if (extension === undefined) return undefined;
    const parts = this.#children(this.#inner(extension), derTag.SEQUENCE, 'authority key id');
    const node = parts.find((part) => part.tag === 0x80);
    if (node === undefined) return undefined;
    return { bytes: derContent(extension.value, node), place: within(extension.node, node) };
  }
}

function whole(node: DerNode): ByteRange {
  return { offset: node.offset, count: node.headerLength + node.length };
}

function inside(node: DerNode): ByteRange {
  return { offset: node.offset + node.headerLength, count: node.length };
}

/** The content of a node inside an OCTET STRING, counted from the start of the certificate. */
function within(outer: DerNode, inner: DerNode): ByteRange {
  const base = outer.offset + outer.headerLength;
  return { offset: base + inner.offset + inner.headerLength, count: inner.length };
}
