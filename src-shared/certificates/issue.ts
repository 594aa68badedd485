import { toHex } from '../base/bytes.ts';
import type { Result } from '../base/result.ts';
import { type CompressedCertificate, encodeCompressed } from './compressed.ts';
import type { CertificateDate } from './dates.ts';
import {
  type CertificateDefinition,
  type CustomElement,
  certificateType,
  type DeviceLocation,
  deviceZone,
  isPresent,
  standardElementNames,
} from './definition.ts';
import { attempt, type CertificateFault, orRefuse, refuse } from './faults.ts';
import { CertificateImage } from './image.ts';
import { issueDates } from './issue-date.ts';
import { contentOf, deviceSnOfConfig, type LocationContent } from './locations.ts';
import { generateSerialNumber, isStoredSource } from './serial-number.ts';
import { applyTransforms } from './transforms.ts';

/** Everything a new certificate is made from. */
export interface IssueRequest {
  readonly definition: CertificateDefinition;
  /** X‖Y of the subject, 64 bytes. */
  readonly publicKey: Uint8Array;
  /** X‖Y of the issuer, 64 bytes. */
  readonly caPublicKey: Uint8Array;
  /** The moment of the request; `issueDates` makes the certificate's dates of it. */
  readonly asked: CertificateDate;
  /** Two bytes: the issuer's id for a device, the signer's own id for a signer certificate. */
  readonly signerId: Uint8Array;
  /** Earliest notBefore (the signer's own), where there is one. */
  readonly signerNotBefore?: CertificateDate;
  /** The chip's configuration zone as read back, at least 13 bytes; gives the serial number and elements of it. */
  readonly configZone?: Uint8Array;
  /** The serial number itself, for sources 0 and 7 only; its value octets without a length byte. */
  readonly storedSerialNumber?: Uint8Array;
  /** What custom elements outside the configuration zone hold; those that repeat a standard element may be left out. */
  readonly contents?: readonly LocationContent[];
}

/** A certificate that is complete but for its signature. */
export interface PreparedCertificate {
  readonly definition: CertificateDefinition;
  /** The to-be-signed bytes. */
  readonly tbs: Uint8Array;
  /** SHA-256 of `tbs`. */
  readonly digest: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly notBefore: CertificateDate;
  readonly notAfter: CertificateDate;
  /** See `IssueDates.warning`. */
  readonly warning: string | undefined;
  /** The certificate with the template's old signature: `finishCertificate` replaces it. */
  readonly unsigned: Uint8Array;
  /** The fields of the compressed certificate but for the signature. */
  readonly compressedFields: Omit<CompressedCertificate, 'signature'>;
}

/** A certificate with its signature, in both forms. */
export interface IssuedCertificate {
  readonly certificate: Uint8Array;
  /** 72 bytes. */
  readonly compressed: Uint8Array;
}

/**
 * Builds the to-be-signed part of a new certificate (compressed-certificates.md 7): template, public key, key ids,
 * dates, signer id, custom elements, serial number. Deterministic: the same request gives the same bytes.
 */
export function prepareCertificate(request: IssueRequest): Result<PreparedCertificate, CertificateFault> {
  return attempt(() => {
    const { definition, publicKey } = request;
    if (definition.type !== certificateType.X509) refuse('parameters', 'only X.509 definitions can be issued');
    const dates = orRefuse(
      issueDates({
        asked: request.asked,
        expireYears: definition.expireYears,
        expireFormat: definition.expireDateFormat,
        issueFormat: definition.issueDateFormat,
        ...(request.signerNotBefore === undefined ? {} : { signerNotBefore: request.signerNotBefore }),
      }),
    );
    const compressedFields = {
      issue: dates.notBefore,
      expireYears: definition.expireYears,
      signerId: request.signerId,
      templateId: definition.templateId,
      chainId: definition.chainId,
      snSource: definition.snSource,
      formatVersion: dates.formatVersion,
      reserved: 0,
    };
    const unsignedCompressed = orRefuse(encodeCompressed({ ...compressedFields, signature: new Uint8Array(64) }));

    const image = new CertificateImage(definition);
    image.publicKey = publicKey;
    image.setAuthority(request.caPublicKey);
    image.issueDate = dates.notBefore;
    image.expireDate = dates.notAfter;
    image.signerId = request.signerId;
    for (const element of definition.customElements) patchElement(image, element, request);
    image.serialNumber = serialNumberOf(request, unsignedCompressed);
    return {
      definition,
      tbs: image.tbs,
      digest: image.tbsDigest,
      serialNumber: definition.standardElements.serialNumber.count > 0 ? image.serialNumber : new Uint8Array(0),
      notBefore: dates.notBefore,
      notAfter: dates.notAfter,
      warning: dates.warning,
      unsigned: image.bytes,
      compressedFields,
    };
  });
}

/** Puts R‖S (64 bytes) into a prepared certificate. The signature is not verified here: that is the caller's step. */
export function finishCertificate(
  prepared: PreparedCertificate,
  signature: Uint8Array,
): Result<IssuedCertificate, CertificateFault> {
  return attempt(() => {
    const image = new CertificateImage(prepared.definition, prepared.unsigned);
    image.signature = signature;
    return {
      certificate: image.bytes,
      compressed: orRefuse(encodeCompressed({ ...prepared.compressedFields, signature })),
    };
  });
}

/** The value for the serial number element, for source 7 with its length byte. */
function serialNumberOf(request: IssueRequest, compressed: Uint8Array): Uint8Array {
  const { definition, publicKey, storedSerialNumber, configZone } = request;
  const { count } = definition.standardElements.serialNumber;
  if (count === 0) return new Uint8Array(0);
  if (isStoredSource(definition.snSource)) {
    if (storedSerialNumber === undefined)
      return refuse('parameters', 'the definition stores its serial number: one must be given');
    requirePositiveMinimal(storedSerialNumber);
    if (definition.snSource === 0) return storedSerialNumber;
    return Uint8Array.of(storedSerialNumber.length, ...storedSerialNumber);
  }
  if (storedSerialNumber !== undefined) return refuse('parameters', 'the definition generates its serial number');
  const deviceSn = configZone === undefined ? undefined : deviceSnOfConfig(configZone);
  return orRefuse(
    generateSerialNumber(
      definition.snSource,
      { publicKey, compressed, ...(deviceSn === undefined ? {} : { deviceSn }) },
      count,
    ),
  );
}

/** RFC 5280 4.1.2.2: a positive integer in the shortest form. */
function requirePositiveMinimal(serial: Uint8Array): void {
  const [first = 0, second = 0] = serial;
  const minimal = first !== 0 || second >= 0x80;
  if (serial.length === 0 || first >= 0x80 || !minimal) {
    refuse('parameters', `${toHex(serial)} is not a positive DER integer in its shortest form`);
  }
}

function patchElement(image: CertificateImage, element: CustomElement, request: IssueRequest): void {
  const location = element.deviceLocation;
  if (!isPresent(location)) return;
  const stored = findContent(location, request);
  if (stored !== undefined) {
    image.setElement(element.certificateLocation, orRefuse(applyTransforms(element.transforms, stored)));
  } else if (!repeatsStandardElement(request.definition, element)) {
    refuse('parameters', `the content of element ${element.id} is needed`);
  }
}

/**
 * Whether a custom element only says a second time, in the chip, what a standard element is in the certificate (Zero
 * Touch keeps date texts that way). The issuer decides its content, and `writeItems` takes it from the certificate.
 */
export function repeatsStandardElement(definition: CertificateDefinition, element: CustomElement): boolean {
  const { offset, count } = element.certificateLocation;
  return standardElementNames.some((name) => {
    const standard = definition.standardElements[name];
    return standard.count > 0 && offset >= standard.offset && offset + count <= standard.offset + standard.count;
  });
}

function findContent(location: DeviceLocation, request: IssueRequest): Uint8Array | undefined {
  const contents = [...(request.contents ?? [])];
  if (request.configZone !== undefined) {
    const config = { zone: deviceZone.CONFIG, slot: 0, isGenkey: false, offset: 0, count: request.configZone.length };
    contents.push({ location: config, bytes: request.configZone });
  }
  for (const content of contents) {
    const bytes = contentOf(location, content);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}
