import { fromHex, parseUtf8 } from '../../base/bytes.ts';
import {
  type CertificateDefinition,
  type CertificateLocation,
  type CustomElement,
  certificateType,
  checkDefinition,
  type DateFormat,
  type DeviceLocation,
  dateFormat,
  deviceZone,
  isDateFormat,
  maxElementIdLength,
  type StandardElements,
  serialSource,
  standardElementNames,
  transform,
} from '../definition.ts';
import { type CType, type CValue, integerType, pointerType } from './c-types.ts';
import { type Position, refuseAt } from './fault.ts';

/** Enumerators by name (signer-and-server.md 3.3); cryptoauthlib's date names of both generations. */
export const enumerators: ReadonlyMap<string, bigint> = new Map(
  Object.entries({
    NULL: 0,
    FALSE: 0,
    TRUE: 1,
    CERTTYPE_X509: certificateType.X509,
    CERTTYPE_CUSTOM: certificateType.CUSTOM,
    CERTTYPE_X509_FULL_STORED: certificateType.X509_FULL_STORED,
    DEVZONE_CONFIG: deviceZone.CONFIG,
    DEVZONE_OTP: deviceZone.OTP,
    DEVZONE_DATA: deviceZone.DATA,
    DEVZONE_GENKEY: deviceZone.GENKEY,
    DEVZONE_DEDICATED_DATA: deviceZone.DEDICATED_DATA,
    DEVZONE_NONE: deviceZone.NONE,
    SNSRC_STORED: serialSource.STORED,
    SNSRC_STORED_DYNAMIC: serialSource.STORED_DYNAMIC,
    SNSRC_DEVICE_SN: serialSource.DEVICE_SN,
    SNSRC_SIGNER_ID: serialSource.SIGNER_ID,
    SNSRC_PUB_KEY_HASH: serialSource.PUB_KEY_HASH,
    SNSRC_DEVICE_SN_HASH: serialSource.DEVICE_SN_HASH,
    SNSRC_PUB_KEY_HASH_POS: serialSource.PUB_KEY_HASH_POS,
    SNSRC_DEVICE_SN_HASH_POS: serialSource.DEVICE_SN_HASH_POS,
    SNSRC_PUB_KEY_HASH_RAW: serialSource.PUB_KEY_HASH_RAW,
    SNSRC_DEVICE_SN_HASH_RAW: serialSource.DEVICE_SN_HASH_RAW,
    DATEFMT_ISO8601_SEP: dateFormat.ISO8601_SEP,
    DATEFMT_RFC5280_UTC: dateFormat.RFC5280_UTC,
    DATEFMT_POSIX_UINT32_BE: dateFormat.POSIX_BE,
    DATEFMT_POSIX_BE: dateFormat.POSIX_BE,
    DATEFMT_POSIX_UINT32_LE: dateFormat.POSIX_LE,
    DATEFMT_POSIX_LE: dateFormat.POSIX_LE,
    DATEFMT_RFC5280_GEN: dateFormat.RFC5280_GEN,
    TF_NONE: transform.NONE,
    TF_REVERSE: transform.REVERSE,
    TF_BIN2HEX_UC: transform.BIN2HEX_UC,
    TF_BIN2HEX_LC: transform.BIN2HEX_LC,
    TF_HEX2BIN_UC: transform.HEX2BIN_UC,
    TF_HEX2BIN_LC: transform.HEX2BIN_LC,
    TF_BIN2HEX_SPACE_UC: transform.BIN2HEX_SPACE_UC,
    TF_BIN2HEX_SPACE_LC: transform.BIN2HEX_SPACE_LC,
    TF_HEX2BIN_SPACE_UC: transform.HEX2BIN_SPACE_UC,
    TF_HEX2BIN_SPACE_LC: transform.HEX2BIN_SPACE_LC,
    STDCERT_PUBLIC_KEY: 0,
    STDCERT_SIGNATURE: 1,
    STDCERT_ISSUE_DATE: 2,
    STDCERT_EXPIRE_DATE: 3,
    STDCERT_SIGNER_ID: 4,
    STDCERT_CERT_SN: 5,
    STDCERT_AUTH_KEY_ID: 6,
    STDCERT_SUBJ_KEY_ID: 7,
    STDCERT_NUM_ELEMENTS: 8,
    ATCA_MAX_TRANSFORMS: 2,
  }).map(([name, value]) => [name, BigInt(value)]),
);

const deviceLocationType: CType = {
  kind: 'struct',
  name: 'atcacert_device_loc_t',
  members: ['zone', 'slot', 'is_genkey', 'offset', 'count'].map((name) => [name, integerType]),
};

const certificateLocationType: CType = {
  kind: 'struct',
  name: 'atcacert_cert_loc_t',
  members: ['offset', 'count'].map((name) => [name, integerType]),
};

/** `atcacert_cert_element_t`. */
export const elementType: CType = {
  kind: 'struct',
  name: 'atcacert_cert_element_t',
  members: [
    ['id', { kind: 'bytes', length: maxElementIdLength + 1 }],
    ['device_loc', deviceLocationType],
    ['cert_loc', certificateLocationType],
    ['transforms', { kind: 'array', of: integerType, length: 2 }],
  ],
};

/** `atcacert_def_t` in the order of its members; those of newer libraries last, where no positional value reaches by accident. */
export const definitionType: CType = {
  kind: 'struct',
  name: 'atcacert_def_t',
  members: [
    ['type', integerType],
    ['template_id', integerType],
    ['chain_id', integerType],
    ['private_key_slot', integerType],
    ['sn_source', integerType],
    ['cert_sn_dev_loc', deviceLocationType],
    ['issue_date_format', integerType],
    ['expire_date_format', integerType],
    ['tbs_cert_loc', certificateLocationType],
    ['expire_years', integerType],
    ['public_key_dev_loc', deviceLocationType],
    ['comp_cert_dev_loc', deviceLocationType],
    ['std_cert_elements', { kind: 'array', of: certificateLocationType, length: 8 }],
    ['cert_elements', pointerType],
    ['cert_elements_count', integerType],
    ['cert_template', pointerType],
    ['cert_template_size', integerType],
    ['ca_cert_def', pointerType],
    ['std_sig_size', integerType],
    ['parsed', pointerType],
  ],
};

/** `atcaprov_cert_info_t` (signer-and-server.md 8). */
export const certInfoType: CType = {
  kind: 'struct',
  name: 'atcaprov_cert_info_t',
  members: [
    ['version', integerType],
    ['chain_id', integerType],
    ['signer_template_id', integerType],
    ['device_template_id', integerType],
    ['device_private_key_slot', integerType],
    ['signer_ca_public_key', pointerType],
    ['signer_ca_key_id', { kind: 'bytes', length: 20 }],
    ['device_def_sha256', { kind: 'bytes', length: 32 }],
    ['signer_def_sha256', { kind: 'bytes', length: 32 }],
    ['required_signer_sn', { kind: 'bytes', length: 9 }],
    ['name', { kind: 'bytes', length: 49 }],
  ],
};

/** What pointers in a structure may point to. */
export interface Targets {
  bytes(name: string): Uint8Array | undefined;
  elements(name: string): CValue | undefined;
}

/** The members of a certinfo as they stand in the file; certinfo.ts judges them. */
export interface CertInfoMembers {
  readonly version: number;
  readonly chainId: number;
  readonly signerTemplateId: number;
  readonly deviceTemplateId: number;
  readonly devicePrivateKeySlot: number;
  readonly caPublicKey: Uint8Array;
  readonly caKeyId: Uint8Array;
  readonly deviceDigest: Uint8Array;
  readonly signerDigest: Uint8Array;
  readonly requiredSignerSn: Uint8Array;
  readonly name: string;
}

/** A definition out of its structure, the name of its CA definition, and where each member stands in the file. */
export function definitionOf(
  value: CValue,
  targets: Targets,
): { definition: CertificateDefinition; caDefinition: string | undefined; places: ReadonlyMap<string, Position> } {
  const reader = new StructureReader(value);
  const definition = reader.definition(targets);
  const checked = checkDefinition(definition);
  if (!checked.ok) {
    const [first] = checked.failure;
    if (first !== undefined) refuseAt(reader.placeOf(first.path), `${first.path}: ${first.reason}`);
  }
  return { definition, caDefinition: reader.pointer('ca_cert_def'), places: reader.places };
}

/** The members of a certinfo structure. */
export function certInfoOf(
  value: CValue,
  targets: Targets,
): { members: CertInfoMembers; places: ReadonlyMap<string, Position> } {
  const reader = new StructureReader(value);
  const name = reader.text('name');
  const key = reader.pointer('signer_ca_public_key');
  const caPublicKey = key === undefined ? undefined : targets.bytes(key);
  if (caPublicKey === undefined) {
    return refuseAt(reader.placeOf('signer_ca_public_key'), 'signer_ca_public_key points to no array of this file');
  }
  return {
    members: {
      version: reader.integer('version'),
      chainId: reader.integer('chain_id'),
      signerTemplateId: reader.integer('signer_template_id'),
      deviceTemplateId: reader.integer('device_template_id'),
      devicePrivateKeySlot: reader.integer('device_private_key_slot'),
      caPublicKey,
      caKeyId: reader.bytes('signer_ca_key_id', 20),
      deviceDigest: reader.bytes('device_def_sha256', 32),
      signerDigest: reader.bytes('signer_def_sha256', 32),
      requiredSignerSn: reader.bytes('required_signer_sn', 9),
      name,
    },
    places: reader.places,
  };
}

/** Reads members of a structure value and notes where they stand. */
class StructureReader {
  readonly #value: CValue;
  readonly places = new Map<string, Position>();

  constructor(value: CValue) {
    this.#value = value;
  }

  /** Where a member, or the nearest thing that holds it, stands. */
  placeOf(path: string): Position {
    return this.places.get(path) ?? this.#value.at;
  }

  integer(name: string): number {
    return this.#integer(name, this.#member(name));
  }

  /** The name that a pointer member points to; undefined for NULL. */
  pointer(name: string): string | undefined {
    const value = this.#member(name);
    if (value === undefined) return undefined;
    this.places.set(name, value.at);
    return value.kind === 'pointer' ? value.target : refuseAt(value.at, `${name} is a pointer`);
  }

  bytes(name: string, length: number): Uint8Array {
    const value = this.#member(name);
    if (value === undefined) return new Uint8Array(length);
    this.places.set(name, value.at);
    return value.kind === 'bytes' ? value.bytes : refuseAt(value.at, `${name} is an array of bytes`);
  }

  /** Text of a char array up to its NUL. */
  text(name: string): string {
    return this.#text(name, this.#member(name));
  }

  definition(targets: Targets): CertificateDefinition {
    const signatureSize = this.integer('std_sig_size');
    if (signatureSize !== 0 && signatureSize !== 64) {
      refuseAt(
        this.placeOf('std_sig_size'),
        `std_sig_size ${signatureSize}: only P-256 signatures (64 bytes) are known`,
      );
    }
    return {
      type: this.integer('type'),
      templateId: this.integer('template_id'),
      chainId: this.integer('chain_id'),
      privateKeySlot: this.integer('private_key_slot'),
      snSource: this.integer('sn_source'),
      serialNumberLocation: this.#deviceLocation('cert_sn_dev_loc', this.#member('cert_sn_dev_loc')),
      issueDateFormat: this.#dateFormat('issue_date_format'),
      expireDateFormat: this.#dateFormat('expire_date_format'),
      tbsLocation: this.#certificateLocation('tbs_cert_loc', this.#member('tbs_cert_loc')),
      expireYears: this.integer('expire_years'),
      publicKeyLocation: this.#deviceLocation('public_key_dev_loc', this.#member('public_key_dev_loc')),
      compressedLocation: this.#deviceLocation('comp_cert_dev_loc', this.#member('comp_cert_dev_loc')),
      standardElements: this.#standardElements(),
      customElements: this.#customElements(targets),
      template: this.#template(targets),
    };
  }

  #member(name: string): CValue | undefined {
    return this.#value.kind === 'struct' ? this.#value.members.get(name) : undefined;
  }

  #integer(path: string, value: CValue | undefined): number {
    if (value === undefined) return 0;
    this.places.set(path, value.at);
    if (value.kind !== 'integer') return refuseAt(value.at, `${path} is a number`);
    if (value.value < 0n || value.value > 0xffff_ffffn)
      return refuseAt(value.at, `${path}: ${value.value} does not fit`);
    return Number(value.value);
  }

  #dateFormat(name: string): DateFormat {
    const format = this.integer(name);
    return isDateFormat(format) ? format : refuseAt(this.placeOf(name), `${name}: ${format} is not a date format`);
  }

  #struct(path: string, value: CValue | undefined): ReadonlyMap<string, CValue> {
    if (value === undefined) return new Map();
    this.places.set(path, value.at);
    return value.kind === 'struct' ? value.members : refuseAt(value.at, `${path} is a structure`);
  }

  #deviceLocation(path: string, value: CValue | undefined): DeviceLocation {
    const members = this.#struct(path, value);
    const field = (name: string): number => this.#integer(`${path}.${name}`, members.get(name));
    const genkey = field('is_genkey');
    if (genkey > 1) refuseAt(this.placeOf(`${path}.is_genkey`), `${path}.is_genkey: ${genkey} is not 0 or 1`);
    return {
      zone: field('zone'),
      slot: field('slot'),
      isGenkey: genkey === 1,
      offset: field('offset'),
      count: field('count'),
    };
  }

  #certificateLocation(path: string, value: CValue | undefined): CertificateLocation {
    const members = this.#struct(path, value);
    return {
      offset: this.#integer(`${path}.offset`, members.get('offset')),
      count: this.#integer(`${path}.count`, members.get('count')),
    };
  }

  #items(path: string, value: CValue | undefined): readonly (CValue | undefined)[] {
    if (value === undefined) return [];
    this.places.set(path, value.at);
    return value.kind === 'array' ? value.items : refuseAt(value.at, `${path} is an array`);
  }

  #standardElements(): StandardElements {
    const items = this.#items('std_cert_elements', this.#member('std_cert_elements'));
    const element = (index: number): CertificateLocation =>
      this.#certificateLocation(`std_cert_elements[${index}]`, items[index]);
    const at = (name: (typeof standardElementNames)[number]): CertificateLocation =>
      element(standardElementNames.indexOf(name));
    return {
      publicKey: at('publicKey'),
      signature: at('signature'),
      issueDate: at('issueDate'),
      expireDate: at('expireDate'),
      signerId: at('signerId'),
      serialNumber: at('serialNumber'),
      authorityKeyId: at('authorityKeyId'),
      subjectKeyId: at('subjectKeyId'),
    };
  }

  #customElements(targets: Targets): readonly CustomElement[] {
    const count = this.integer('cert_elements_count');
    const name = this.pointer('cert_elements');
    if (count === 0) return [];
    const place = this.placeOf('cert_elements_count');
    const value = name === undefined ? undefined : targets.elements(name);
    if (value === undefined)
      return refuseAt(this.placeOf('cert_elements'), 'cert_elements points to no array of this file');
    const items = value.kind === 'array' ? value.items : [];
    if (count > items.length) return refuseAt(place, `cert_elements_count ${count} is more than the array holds`);
    return items.slice(0, count).map((item, index) => this.#customElement(`cert_elements[${index}]`, item));
  }

  #customElement(path: string, value: CValue | undefined): CustomElement {
    const members = this.#struct(path, value);
    const transforms = this.#items(`${path}.transforms`, members.get('transforms'));
    return {
      id: this.#text(`${path}.id`, members.get('id')),
      deviceLocation: this.#deviceLocation(`${path}.device_loc`, members.get('device_loc')),
      certificateLocation: this.#certificateLocation(`${path}.cert_loc`, members.get('cert_loc')),
      transforms: [
        this.#integer(`${path}.transforms[0]`, transforms[0]),
        this.#integer(`${path}.transforms[1]`, transforms[1]),
      ],
    };
  }

  #text(path: string, value: CValue | undefined): string {
    if (value === undefined) return '';
    this.places.set(path, value.at);
    if (value.kind !== 'bytes') return refuseAt(value.at, `${path} is a text`);
    const end = value.bytes.indexOf(0);
    if (end < 0) return refuseAt(value.at, `${path} has no room for its closing NUL`);
    return parseUtf8(value.bytes.slice(0, end)) ?? refuseAt(value.at, `${path} is not UTF-8`);
  }

  #template(targets: Targets): Uint8Array {
    const size = this.integer('cert_template_size');
    const name = this.pointer('cert_template');
    if (name === undefined) {
      return size === 0 ? fromHex('') : refuseAt(this.placeOf('cert_template_size'), 'cert_template is missing');
    }
    const bytes = targets.bytes(name);
    if (bytes === undefined) return refuseAt(this.placeOf('cert_template'), `'${name}' is no array of this file`);
    if (size > bytes.length) {
      return refuseAt(this.placeOf('cert_template_size'), `cert_template_size ${size} is more than the array holds`);
    }
    return bytes.slice(0, size);
  }
}
