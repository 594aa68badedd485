import { fail, ok, type Result } from '../base/result.ts';

/** Enumerations of the C structure by value (signer-and-server.md 3.3, compressed-certificates.md 2, 3, 5). */
export const certificateType = { X509: 0, CUSTOM: 1, X509_FULL_STORED: 2 } as const;
export const deviceZone = { CONFIG: 0, OTP: 1, DATA: 2, GENKEY: 3, DEDICATED_DATA: 4, NONE: 7 } as const;
export const serialSource = {
  STORED: 0,
  STORED_DYNAMIC: 7,
  DEVICE_SN: 8,
  SIGNER_ID: 9,
  PUB_KEY_HASH: 10,
  DEVICE_SN_HASH: 11,
  PUB_KEY_HASH_POS: 12,
  DEVICE_SN_HASH_POS: 13,
  PUB_KEY_HASH_RAW: 14,
  DEVICE_SN_HASH_RAW: 15,
} as const;
export const dateFormat = { ISO8601_SEP: 0, RFC5280_UTC: 1, POSIX_BE: 2, POSIX_LE: 3, RFC5280_GEN: 4 } as const;
export const transform = {
  NONE: 0,
  REVERSE: 1,
  BIN2HEX_UC: 2,
  BIN2HEX_LC: 3,
  HEX2BIN_UC: 4,
  HEX2BIN_LC: 5,
  BIN2HEX_SPACE_UC: 6,
  BIN2HEX_SPACE_LC: 7,
  HEX2BIN_SPACE_UC: 8,
  HEX2BIN_SPACE_LC: 9,
} as const;

/** One of the five date formats. */
export type DateFormat = 0 | 1 | 2 | 3 | 4;

/** Whether a number names a date format. */
export function isDateFormat(value: number): value is DateFormat {
  return Number.isInteger(value) && value >= 0 && value <= 4;
}

/** Where something lies in the chip. Offsets and counts in bytes. */
export interface DeviceLocation {
  /** One of `deviceZone`. */
  readonly zone: number;
  /** 16 bits wide: newer parts name objects by handles such as 8601 (hex). */
  readonly slot: number;
  /** True: the content is what GenKey (public) returns for the slot, not what Read returns. */
  readonly isGenkey: boolean;
  readonly offset: number;
  readonly count: number;
}

/** Where something lies in the certificate; count 0 = absent. */
export interface CertificateLocation {
  readonly offset: number;
  readonly count: number;
}

/** A further part of the certificate that comes from the chip. */
export interface CustomElement {
  /** ASCII, 0..24 characters. */
  readonly id: string;
  readonly deviceLocation: DeviceLocation;
  readonly certificateLocation: CertificateLocation;
  /** Applied one after the other; the first NONE ends the list. */
  readonly transforms: readonly [number, number];
}

/** The standard elements in the order of the C array `std_cert_elements`. */
export const standardElementNames = [
  'publicKey',
  'signature',
  'issueDate',
  'expireDate',
  'signerId',
  'serialNumber',
  'authorityKeyId',
  'subjectKeyId',
] as const;
export type StandardElementName = (typeof standardElementNames)[number];
export type StandardElements = Readonly<Record<StandardElementName, CertificateLocation>>;

/**
 * How a certificate is laid out and where its parts live in a chip: the members of cryptoauthlib's `atcacert_def_t`
 * (compressed-certificates.md 5). The parent definition is not here: a certificate authority is named by its key.
 */
export interface CertificateDefinition {
  readonly type: number;
  readonly templateId: number;
  readonly chainId: number;
  readonly privateKeySlot: number;
  readonly snSource: number;
  readonly serialNumberLocation: DeviceLocation;
  readonly issueDateFormat: DateFormat;
  readonly expireDateFormat: DateFormat;
  /** The to-be-signed part within the template. */
  readonly tbsLocation: CertificateLocation;
  readonly expireYears: number;
  readonly publicKeyLocation: DeviceLocation;
  readonly compressedLocation: DeviceLocation;
  readonly standardElements: StandardElements;
  readonly customElements: readonly CustomElement[];
  /** A complete certificate into which the elements are patched. */
  readonly template: Uint8Array;
}

/** A value that does not fit its member; `path` is in the words of the C structure: `std_cert_elements[1].offset`. */
export interface DefinitionFault {
  readonly path: string;
  readonly reason: string;
}

/** A location that is nowhere: zone NONE, all else zero. */
export const noDeviceLocation: DeviceLocation = {
  zone: deviceZone.NONE,
  slot: 0,
  isGenkey: false,
  offset: 0,
  count: 0,
};

/** An absent element. */
export const noElement: CertificateLocation = { offset: 0, count: 0 };

/** Templates longer than this are refused for issuing (compressed-certificates.md 5, signer-and-server.md 7.5). */
export const maxIssuingTemplateLength = 2048;

/** The longest id of a custom element, in characters. */
export const maxElementIdLength = 24;

const knownZones: readonly number[] = Object.values(deviceZone);

/**
 * Checks every member against the width it has in the C structure and in the canonical layout
 * (compressed-certificates.md 5: refuse when a value does not fit). Whether the elements lie inside the template is
 * not asked here: a definition may be named, stored and compared without being usable (see lint.ts).
 */
export function checkDefinition(
  definition: CertificateDefinition,
): Result<CertificateDefinition, readonly DefinitionFault[]> {
  const faults: DefinitionFault[] = [];
  const within = (path: string, value: number, max: number): void => {
    if (!Number.isInteger(value) || value < 0 || value > max) {
      faults.push({ path, reason: `${value} is not within 0..${max}` });
    }
  };
  const deviceLocation = (path: string, location: DeviceLocation): void => {
    if (!knownZones.includes(location.zone)) {
      faults.push({ path: `${path}.zone`, reason: `${location.zone} is not a zone (0..4 or 7)` });
    }
    within(`${path}.slot`, location.slot, 0xffff);
    within(`${path}.offset`, location.offset, 0xffff);
    within(`${path}.count`, location.count, 0xffff);
  };
  const certificateLocation = (path: string, location: CertificateLocation): void => {
    within(`${path}.offset`, location.offset, 0xffff);
    within(`${path}.count`, location.count, 0xffff);
  };

  within('type', definition.type, 2);
  within('template_id', definition.templateId, 15);
  within('chain_id', definition.chainId, 15);
  within('private_key_slot', definition.privateKeySlot, 0xffff);
  within('sn_source', definition.snSource, 15);
  deviceLocation('cert_sn_dev_loc', definition.serialNumberLocation);
  within('issue_date_format', definition.issueDateFormat, 4);
  within('expire_date_format', definition.expireDateFormat, 4);
  certificateLocation('tbs_cert_loc', definition.tbsLocation);
  within('expire_years', definition.expireYears, 0xff);
  deviceLocation('public_key_dev_loc', definition.publicKeyLocation);
  deviceLocation('comp_cert_dev_loc', definition.compressedLocation);
  standardElementNames.forEach((name, index) => {
    certificateLocation(`std_cert_elements[${index}]`, definition.standardElements[name]);
  });
  within('cert_elements_count', definition.customElements.length, 0xff);
  definition.customElements.forEach((element, index) => {
    const path = `cert_elements[${index}]`;
    if (!/^[ -~]*$/.test(element.id) || element.id.length > maxElementIdLength) {
      faults.push({ path: `${path}.id`, reason: `an id is 0..${maxElementIdLength} printable ASCII characters` });
    }
    deviceLocation(`${path}.device_loc`, element.deviceLocation);
    certificateLocation(`${path}.cert_loc`, element.certificateLocation);
    within(`${path}.transforms[0]`, element.transforms[0], 9);
    within(`${path}.transforms[1]`, element.transforms[1], 9);
  });
  within('cert_template_size', definition.template.length, 0xffff);
  return faults.length === 0 ? ok(definition) : fail(faults);
}

/** True when the chip answers the location's content by GenKey (public) instead of Read. */
export function isGenkeyLocation(location: DeviceLocation): boolean {
  return location.zone === deviceZone.GENKEY || (location.zone === deviceZone.DATA && location.isGenkey);
}

/** True when the location names something in the chip. */
export function isPresent(location: DeviceLocation): boolean {
  return location.zone !== deviceZone.NONE && location.count > 0;
}
