import { sha256 } from '@noble/hashes/sha2.js';
import { byteAt, concat, readU16be, sliceExact, toHex, u16be, utf8 } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import {
  type CertificateDefinition,
  type CertificateLocation,
  type CustomElement,
  checkDefinition,
  type DefinitionFault,
  type DeviceLocation,
  isDateFormat,
  type StandardElements,
  standardElementNames,
} from './definition.ts';

const MAGIC = utf8('ADF1');

/**
 * The canonical binary layout, the only form in which definitions are compared, recorded or named
 * (compressed-certificates.md 5): big-endian, no padding, values exactly as parsed.
 */
export function encodeDefinition(definition: CertificateDefinition): Result<Uint8Array, readonly DefinitionFault[]> {
  const checked = checkDefinition(definition);
  if (!checked.ok) return checked;
  return ok(
    concat(
      MAGIC,
      [definition.type, definition.templateId, definition.chainId],
      u16be(definition.privateKeySlot),
      [definition.snSource],
      deviceLocationBytes(definition.serialNumberLocation),
      [definition.issueDateFormat, definition.expireDateFormat],
      certificateLocationBytes(definition.tbsLocation),
      [definition.expireYears],
      deviceLocationBytes(definition.publicKeyLocation),
      deviceLocationBytes(definition.compressedLocation),
      [standardElementNames.length],
      ...standardElementNames.map((name) => certificateLocationBytes(definition.standardElements[name])),
      [definition.customElements.length],
      ...definition.customElements.map(customElementBytes),
      u16be(definition.template.length),
      definition.template,
    ),
  );
}

/** SHA-256 over the canonical layout: the name of a definition everywhere (signer-and-server.md 3.6). */
export function definitionDigest(definition: CertificateDefinition): Result<Uint8Array, readonly DefinitionFault[]> {
  const encoded = encodeDefinition(definition);
  return encoded.ok ? ok(sha256(encoded.value)) : encoded;
}

/** The digest as upper-case hex; RangeError for a definition that `checkDefinition` would refuse. */
export function definitionDigestHex(definition: CertificateDefinition): string {
  const digest = definitionDigest(definition);
  if (!digest.ok)
    throw new RangeError(`not a definition: ${digest.failure.map((f) => `${f.path}: ${f.reason}`).join('; ')}`);
  return toHex(digest.value);
}

/** Reads the canonical layout back; refuses every byte string that `encodeDefinition` could not have made. */
export function decodeDefinition(bytes: Uint8Array): Result<CertificateDefinition, readonly DefinitionFault[]> {
  const reader = new CanonicalReader(bytes);
  let definition: CertificateDefinition;
  try {
    definition = reader.definition();
  } catch (thrown) {
    if (thrown instanceof CanonicalFault) return fail([{ path: thrown.path, reason: thrown.message }]);
    if (thrown instanceof RangeError) return fail([{ path: 'length', reason: 'the bytes end too early' }]);
    throw thrown;
  }
  return checkDefinition(definition);
}

function deviceLocationBytes(location: DeviceLocation): Uint8Array {
  return concat(
    [location.zone],
    u16be(location.slot),
    [location.isGenkey ? 1 : 0],
    u16be(location.offset),
    u16be(location.count),
  );
}

function certificateLocationBytes(location: CertificateLocation): Uint8Array {
  return concat(u16be(location.offset), u16be(location.count));
}

function customElementBytes(element: CustomElement): Uint8Array {
  const id = utf8(element.id);
  return concat(
    [id.length],
    id,
    deviceLocationBytes(element.deviceLocation),
    certificateLocationBytes(element.certificateLocation),
    [element.transforms.length],
    [...element.transforms],
  );
}

class CanonicalFault extends Error {
  readonly path: string;

  constructor(path: string, reason: string) {
    super(reason);
    this.path = path;
  }
}

/** Reads front to back; RangeError from the byte helpers means "too short". */
class CanonicalReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  definition(): CertificateDefinition {
    const magic = this.#take(MAGIC.length);
    if (toHex(magic) !== toHex(MAGIC)) throw new CanonicalFault('magic', 'the first four bytes are not ADF1');
    const type = this.#u8();
    const templateId = this.#u8();
    const chainId = this.#u8();
    const privateKeySlot = this.#u16();
    const snSource = this.#u8();
    const serialNumberLocation = this.#deviceLocation('cert_sn_dev_loc');
    const issueDateFormat = this.#dateFormat('issue_date_format');
    const expireDateFormat = this.#dateFormat('expire_date_format');
    const tbsLocation = this.#certificateLocation();
    const expireYears = this.#u8();
    const publicKeyLocation = this.#deviceLocation('public_key_dev_loc');
    const compressedLocation = this.#deviceLocation('comp_cert_dev_loc');
    const standardElements = this.#standardElements();
    const customElements: CustomElement[] = [];
    const customCount = this.#u8();
    for (let i = 0; i < customCount; i += 1) customElements.push(this.#customElement(`cert_elements[${i}]`));
    const template = this.#take(this.#u16());
    if (this.#at !== this.#bytes.length) throw new CanonicalFault('length', 'bytes follow the template');
    return {
      type,
      templateId,
      chainId,
      privateKeySlot,
      snSource,
      serialNumberLocation,
      issueDateFormat,
      expireDateFormat,
      tbsLocation,
      expireYears,
      publicKeyLocation,
      compressedLocation,
      standardElements,
      customElements,
      template,
    };
  }

  #u8(): number {
    const value = byteAt(this.#bytes, this.#at);
    this.#at += 1;
    return value;
  }

  #u16(): number {
    const value = readU16be(this.#bytes, this.#at);
    this.#at += 2;
    return value;
  }

  #take(count: number): Uint8Array {
    const part = sliceExact(this.#bytes, this.#at, count);
    this.#at += count;
    return part;
  }

  #dateFormat(path: string): 0 | 1 | 2 | 3 | 4 {
    const value = this.#u8();
    if (!isDateFormat(value)) throw new CanonicalFault(path, `${value} is not a date format`);
    return value;
  }

  #deviceLocation(path: string): DeviceLocation {
    const zone = this.#u8();
    const slot = this.#u16();
    const genkey = this.#u8();
    if (genkey > 1) throw new CanonicalFault(`${path}.is_genkey`, `${genkey} is not 0 or 1`);
    return { zone, slot, isGenkey: genkey === 1, offset: this.#u16(), count: this.#u16() };
  }

  #certificateLocation(): CertificateLocation {
    return { offset: this.#u16(), count: this.#u16() };
  }

  #standardElements(): StandardElements {
    if (this.#u8() !== standardElementNames.length) {
      throw new CanonicalFault('std_cert_elements', 'there are eight standard elements');
    }
    return {
      publicKey: this.#certificateLocation(),
      signature: this.#certificateLocation(),
      issueDate: this.#certificateLocation(),
      expireDate: this.#certificateLocation(),
      signerId: this.#certificateLocation(),
      serialNumber: this.#certificateLocation(),
      authorityKeyId: this.#certificateLocation(),
      subjectKeyId: this.#certificateLocation(),
    };
  }

  #customElement(path: string): CustomElement {
    const id = String.fromCharCode(...this.#take(this.#u8()));
    const deviceLocation = this.#deviceLocation(`${path}.device_loc`);
    const certificateLocation = this.#certificateLocation();
    if (this.#u8() !== 2) throw new CanonicalFault(`${path}.transforms`, 'an element has two transforms');
    return { id, deviceLocation, certificateLocation, transforms: [this.#u8(), this.#u8()] };
  }
}
