import { sha256 } from '@noble/hashes/sha2.js';
import { byteAt, concat, parseHex, toHex, utf8 } from '../base/bytes.ts';
import { type CompressedCertificate, decodeCompressed } from './compressed.ts';
import { type CertificateDate, dateLength, expiryOf, formatDate, parseDate } from './dates.ts';
import {
  type CertificateDefinition,
  type CertificateLocation,
  certificateType,
  type DateFormat,
  type StandardElementName,
  serialSource,
} from './definition.ts';
import { orRefuse, refuse } from './faults.ts';
import { keyId } from './public-key.ts';
import { signatureBitString, signatureFromBitString, signatureLength } from './signature-der.ts';

/**
 * A certificate seen through its definition: the elements are read and patched where the definition says
 * (compressed-certificates.md 5 and 6). Every method may `refuse`, so an image lives inside `attempt`.
 */
export class CertificateImage {
  readonly definition: CertificateDefinition;
  #bytes: Uint8Array;

  /** Works on a copy of `bytes`; without them on a copy of the template. */
  constructor(definition: CertificateDefinition, bytes: Uint8Array = definition.template) {
    this.definition = definition;
    this.#bytes = bytes.slice();
  }

  /** A copy of the certificate as it is now. */
  get bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /** The content of an element; 'element-missing' when the definition has none. */
  element(location: CertificateLocation): Uint8Array {
    if (location.count === 0) refuse('element-missing', 'the definition has no such element');
    const offset = location.offset + this.#shiftAt(location.offset);
    if (offset + location.count > this.#bytes.length) {
      refuse('out-of-bounds', `bytes ${offset}..${offset + location.count} of ${this.#bytes.length}`);
    }
    return this.#bytes.slice(offset, offset + location.count);
  }

  /** Patches an element; an absent one is left out silently, as in the reference library. */
  setElement(location: CertificateLocation, data: Uint8Array): void {
    if (location.count === 0) return;
    if (data.length !== location.count) {
      refuse('element-size', `${data.length} bytes for an element of ${location.count}`);
    }
    const offset = location.offset + this.#shiftAt(location.offset);
    if (offset + data.length > this.#bytes.length) {
      refuse('out-of-bounds', `bytes ${offset}..${offset + data.length} of ${this.#bytes.length}`);
    }
    this.#bytes.set(data, offset);
  }

  /** The to-be-signed bytes. */
  get tbs(): Uint8Array {
    const { offset, count } = this.definition.tbsLocation;
    const end = offset + count + this.#shiftAt(offset + count);
    if (end > this.#bytes.length) refuse('bad-certificate', 'the to-be-signed part lies outside the certificate');
    return this.#bytes.slice(offset, end);
  }

  /** SHA-256 of the to-be-signed bytes: what the signer signs. */
  get tbsDigest(): Uint8Array {
    return sha256(this.tbs);
  }

  /** R‖S. */
  get signature(): Uint8Array {
    const location = this.#standard('signature');
    if (this.definition.type !== certificateType.X509)
      return this.element({ ...location, count: this.#plainSignature() });
    return orRefuse(signatureFromBitString(this.#bytes.subarray(this.#signatureOffset())));
  }

  /** Replaces everything from the signature element to the end, and adjusts the outer length. */
  set signature(signature: Uint8Array) {
    if (signature.length !== signatureLength) refuse('parameters', 'a signature has 64 bytes');
    if (this.definition.type !== certificateType.X509) {
      this.setElement(this.#standard('signature'), signature);
      return;
    }
    const offset = this.#signatureOffset();
    const before = this.#bytes.length;
    this.#bytes = concat(this.#bytes.subarray(0, offset), signatureBitString(signature));
    this.#adjustLength(1, this.#bytes.length - before);
    const outer = readLength(this.#bytes, 1);
    if (1 + outer.size + outer.value !== this.#bytes.length) {
      refuse('bad-certificate', 'the outer length of the template is not that of its content');
    }
  }

  /** X‖Y. */
  get publicKey(): Uint8Array {
    return this.element(this.#standard('publicKey'));
  }

  /** Patches X‖Y and the subject key id. */
  set publicKey(publicKey: Uint8Array) {
    if (publicKey.length !== 64) refuse('parameters', 'a public key has 64 bytes');
    this.setElement(this.#standard('publicKey'), publicKey);
    this.setElement(this.#standard('subjectKeyId'), keyId(publicKey));
  }

  /** Patches the authority key id from the public key of the issuer. */
  setAuthority(caPublicKey: Uint8Array): void {
    if (caPublicKey.length !== 64) refuse('parameters', 'a public key has 64 bytes');
    this.setElement(this.#standard('authorityKeyId'), keyId(caPublicKey));
  }

  get issueDate(): CertificateDate {
    return this.#date('issueDate', this.definition.issueDateFormat);
  }

  set issueDate(date: CertificateDate) {
    this.#setDate('issueDate', this.definition.issueDateFormat, date);
  }

  get expireDate(): CertificateDate {
    return this.#date('expireDate', this.definition.expireDateFormat);
  }

  set expireDate(date: CertificateDate) {
    this.#setDate('expireDate', this.definition.expireDateFormat, date);
  }

  /** Two bytes; in the certificate four hex digits within a name. */
  get signerId(): Uint8Array {
    const location = this.#standard('signerId');
    if (location.count !== 0 && location.count !== 4) refuse('element-size', 'a signer id has 4 characters');
    const text = String.fromCharCode(...this.element(location));
    return parseHex(text) ?? refuse('decoding', `the signer id '${text}' is not hex`);
  }

  set signerId(signerId: Uint8Array) {
    if (signerId.length !== 2) refuse('parameters', 'a signer id has 2 bytes');
    this.setElement(this.#standard('signerId'), utf8(toHex(signerId)));
  }

  /** The value octets; for a dynamic serial number without its length byte. */
  get serialNumber(): Uint8Array {
    const location = this.#standard('serialNumber');
    if (!this.#isDynamic) return this.element(location);
    if (location.count === 0) refuse('element-missing', 'the definition has no serial number element');
    const start = location.offset + 1;
    if (start + this.#dynamicLength > this.#bytes.length) {
      refuse('out-of-bounds', 'the serial number lies outside the certificate');
    }
    return this.#bytes.slice(start, start + this.#dynamicLength);
  }

  /**
   * Patches the serial number. For source 7 the data is length byte and value: the certificate grows or shrinks and
   * the two outer lengths follow; a length that would need another number of bytes is refused.
   */
  set serialNumber(data: Uint8Array) {
    const location = this.#standard('serialNumber');
    if (!this.#isDynamic || location.count === 0) {
      this.setElement(location, data);
      return;
    }
    const length = data[0];
    if (length === undefined || length === 0 || length > 127 || data.length < 1 + length) {
      refuse('parameters', 'a dynamic serial number is a length byte 1..127 and that many bytes');
    }
    const start = location.offset;
    const oldEnd = start + 1 + this.#dynamicLength;
    if (oldEnd > this.#bytes.length) refuse('out-of-bounds', 'the serial number lies outside the certificate');
    const change = length - this.#dynamicLength;
    this.#bytes = concat(this.#bytes.subarray(0, start), data.subarray(0, 1 + length), this.#bytes.subarray(oldEnd));
    if (change === 0) return;
    this.#adjustLength(1, change);
    this.#adjustLength(1 + readLength(this.#bytes, 1).size + 1, change);
  }

  /** Patches signature, dates and signer id of a compressed certificate, in that order (compressed-certificates.md 6). */
  applyCompressed(bytes: Uint8Array): CompressedCertificate {
    const fields = orRefuse(decodeCompressed(bytes));
    const { templateId, chainId, snSource, expireDateFormat } = this.definition;
    if (fields.templateId !== templateId || fields.chainId !== chainId || fields.snSource !== snSource) {
      refuse(
        'wrong-definition',
        `the compressed certificate is for template ${fields.templateId}, chain ${fields.chainId}, serial source ${fields.snSource}; ` +
          `the definition has ${templateId}, ${chainId}, ${snSource}`,
      );
    }
    this.signature = fields.signature;
    this.issueDate = fields.issue;
    this.expireDate = expiryOf(fields.issue, fields.expireYears, expireDateFormat);
    this.signerId = fields.signerId;
    return fields;
  }

  #standard(name: StandardElementName): CertificateLocation {
    return this.definition.standardElements[name];
  }

  #plainSignature(): number {
    const { count } = this.#standard('signature');
    if (count !== 0 && count !== signatureLength) refuse('element-size', 'a signature element has 64 bytes');
    return count;
  }

  #signatureOffset(): number {
    const { offset } = this.#standard('signature');
    const shifted = offset + this.#shiftAt(offset);
    if (shifted >= this.#bytes.length) refuse('out-of-bounds', 'the signature lies outside the certificate');
    return shifted;
  }

  #date(name: 'issueDate' | 'expireDate', format: DateFormat): CertificateDate {
    const location = this.#standard(name);
    if (location.count !== 0 && location.count !== dateLength[format]) {
      refuse('element-size', `a date of format ${format} has ${dateLength[format]} bytes`);
    }
    const parsed = parseDate(format, this.element(location));
    return parsed.ok ? parsed.value : refuse(parsed.failure.kind, parsed.failure.reason);
  }

  #setDate(name: 'issueDate' | 'expireDate', format: DateFormat, date: CertificateDate): void {
    const location = this.#standard(name);
    if (location.count === 0) return;
    this.setElement(location, orRefuse(formatDate(format, date)));
  }

  get #isDynamic(): boolean {
    return this.definition.type === certificateType.X509 && this.definition.snSource === serialSource.STORED_DYNAMIC;
  }

  get #dynamicLength(): number {
    const { offset } = this.#standard('serialNumber');
    return this.#bytes[offset] ?? refuse('out-of-bounds', 'the serial number lies outside the certificate');
  }

  /** How far a dynamic serial number of another length than the template's has moved what lies behind it. */
  #shiftAt(offset: number): number {
    const serial = this.#standard('serialNumber');
    if (!this.#isDynamic || serial.count === 0 || offset <= serial.offset) return 0;
    return this.#dynamicLength - (this.definition.template[serial.offset] ?? 0);
  }

  /** Adds `change` to the DER length at an offset without changing how many bytes it takes. */
  #adjustLength(at: number, change: number): void {
    const old = readLength(this.#bytes, at);
    const value = old.value + change;
    const encoded = lengthBytes(value);
    if (value < 0 || encoded.length !== old.size) {
      refuse('bad-certificate', 'an outer length would need another number of bytes');
    }
    this.#bytes.set(encoded, at);
  }
}

/** A definite DER length: how many bytes it takes and its value. */
function readLength(bytes: Uint8Array, at: number): { size: number; value: number } {
  const first = bytes[at] ?? refuse('bad-certificate', 'the certificate ends within a length');
  if (first < 0x80) return { size: 1, value: first };
  const count = first & 0x7f;
  if (count === 0 || count > 3 || at + count >= bytes.length) refuse('bad-certificate', 'a length is not DER');
  let value = 0;
  for (let i = 1; i <= count; i += 1) value = value * 256 + byteAt(bytes, at + i);
  return { size: 1 + count, value };
}

function lengthBytes(value: number): Uint8Array {
  if (value < 0x80) return Uint8Array.of(Math.max(value, 0));
  if (value < 0x100) return Uint8Array.of(0x81, value);
  if (value < 0x10000) return Uint8Array.of(0x82, value >> 8, value & 0xff);
  return Uint8Array.of(0x83, value >> 16, (value >> 8) & 0xff, value & 0xff);
}
