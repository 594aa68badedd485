import { byteAt, utf8 } from '../../base/bytes.ts';
import {
  type CertificateDefinition,
  type CertificateLocation,
  type DeviceLocation,
  standardElementNames,
} from '../definition.ts';

/** A definition to be written, under the name of its variable. */
export interface DefinitionToWrite {
  /** C identifier of the variable, for example `g_cert_def_1_signer`; its arrays are named after it. */
  readonly name: string;
  readonly definition: CertificateDefinition;
  /** Variable of the CA's definition for `ca_cert_def`; it is declared extern unless it is in the same file. */
  readonly caDefinition?: string;
}

/** A byte array to be written. */
export interface ArrayToWrite {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** One line above it. */
  readonly comment?: string;
}

/** A source file of definitions. */
export interface SourceToWrite {
  /** Lines of the comment at its head. */
  readonly comment: readonly string[];
  readonly arrays?: readonly ArrayToWrite[];
  readonly definitions: readonly DefinitionToWrite[];
}

/**
 * C99 source for cryptoauthlib's structures; it parses back to the same definitions. The template's members are all
 * written out, so that -Wextra has nothing to say. RangeError for a name that is no C identifier.
 */
export function writeDefinitionSource(source: SourceToWrite): string {
  const names = source.definitions.map((each) => each.name);
  const parts = [commentBlock(source.comment), '#include "atcacert/atcacert_def.h"\n'];
  for (const array of source.arrays ?? []) parts.push(arraySource(array));
  const declared = new Set<string>();
  for (const { caDefinition } of source.definitions) {
    if (caDefinition === undefined || declared.has(caDefinition)) continue;
    declared.add(caDefinition);
    parts.push(`extern const atcacert_def_t ${identifier(caDefinition)};\n`);
  }
  for (const name of names) {
    if (!declared.has(name)) parts.push(`extern const atcacert_def_t ${identifier(name)};\n`);
  }
  for (const each of source.definitions) parts.push(...definitionParts(each));
  return parts.join('\n');
}

/** A block comment; a line cannot close it. */
export function commentBlock(lines: readonly string[]): string {
  const safe = lines.map((line) => line.replaceAll('*/', '* /').replace(/[\r\n]+/g, ' '));
  return `/*\n${safe.map((line) => (line === '' ? ' *\n' : ` * ${line}\n`)).join('')} */\n`;
}

/** `const uint8_t name[n] = { … };`, sixteen bytes a line. */
export function arraySource(array: ArrayToWrite): string {
  if (array.bytes.length === 0) throw new RangeError(`the array ${array.name} is empty, which C does not allow`);
  const comment = array.comment === undefined ? '' : `/* ${array.comment.replaceAll('*/', '* /')} */\n`;
  const declaration = `const uint8_t ${identifier(array.name)}[${array.bytes.length}]`;
  return `${comment}extern ${declaration};\n${initialized(declaration, array.bytes)}`;
}

function initialized(declaration: string, bytes: Uint8Array): string {
  return `${declaration} = {\n${byteRows(bytes, '    ')}\n};\n`;
}

/** Bytes as `0x00, 0x01, …`, sixteen a line. */
export function byteRows(bytes: Uint8Array, indent: string): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = Array.from(bytes.subarray(at, at + 16), (byte) => `0x${byte.toString(16).padStart(2, '0')}`);
    rows.push(indent + row.join(', '));
  }
  return rows.join(',\n');
}

/** A C string literal; everything outside printable ASCII becomes an octal escape, which no following digit can spoil. */
export function stringLiteral(text: string): string {
  const bytes = utf8(text);
  let literal = '"';
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = byteAt(bytes, i);
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') literal += `\\${character}`;
    else if (byte >= 0x20 && byte < 0x7f && character !== '?') literal += character;
    else literal += `\\${byte.toString(8).padStart(3, '0')}`;
  }
  return `${literal}"`;
}

/** The text when it is a C identifier; RangeError otherwise. */
export function identifier(text: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(text)) throw new RangeError(`'${text}' is no C identifier`);
  return text;
}

function definitionParts({ name, definition, caDefinition }: DefinitionToWrite): readonly string[] {
  const parts: string[] = [];
  const templateName = `${identifier(name)}_template`;
  const elementsName = `${name}_elements`;
  const hasTemplate = definition.template.length > 0;
  const hasElements = definition.customElements.length > 0;
  if (hasTemplate) {
    parts.push(initialized(`static const uint8_t ${templateName}[${definition.template.length}]`, definition.template));
  }
  if (hasElements) parts.push(elementsSource(elementsName, definition));
  parts.push(`const atcacert_def_t ${name} = {
    .type                = ${enumText('atcacert_cert_type_t', typeNames, definition.type)},
    .template_id         = ${definition.templateId},
    .chain_id            = ${definition.chainId},
    .private_key_slot    = ${definition.privateKeySlot},
    .sn_source           = ${enumText('atcacert_cert_sn_src_t', sourceNames, definition.snSource)},
    .cert_sn_dev_loc     = ${deviceLocation(definition.serialNumberLocation, '    ')},
    .issue_date_format   = ${enumText('atcacert_date_format_t', formatNames, definition.issueDateFormat)},
    .expire_date_format  = ${enumText('atcacert_date_format_t', formatNames, definition.expireDateFormat)},
    .tbs_cert_loc        = ${certificateLocation(definition.tbsLocation)},
    .expire_years        = ${definition.expireYears},
    .public_key_dev_loc  = ${deviceLocation(definition.publicKeyLocation, '    ')},
    .comp_cert_dev_loc   = ${deviceLocation(definition.compressedLocation, '    ')},
    .std_cert_elements   = {
${standardElementNames.map((element, index) => `        ${certificateLocation(definition.standardElements[element])}, /* ${elementNames[index] ?? ''} */`).join('\n')}
    },
    .cert_elements       = ${hasElements ? elementsName : 'NULL'},
    .cert_elements_count = ${hasElements ? `sizeof(${elementsName}) / sizeof(${elementsName}[0])` : '0'},
    .cert_template       = ${hasTemplate ? templateName : 'NULL'},
    .cert_template_size  = ${hasTemplate ? `sizeof(${templateName})` : '0'},
    .ca_cert_def         = ${caDefinition === undefined ? 'NULL' : `&${identifier(caDefinition)}`}
};
`);
  return parts;
}

function elementsSource(name: string, definition: CertificateDefinition): string {
  const elements = definition.customElements.map(
    (element) => `    {
        .id         = ${stringLiteral(element.id)},
        .device_loc = ${deviceLocation(element.deviceLocation, '        ')},
        .cert_loc   = ${certificateLocation(element.certificateLocation)},
        .transforms = { ${element.transforms.map((kind) => enumText('atcacert_transform_t', transformNames, kind)).join(', ')} }
    }`,
  );
  return `static const atcacert_cert_element_t ${name}[${elements.length}] = {\n${elements.join(',\n')}\n};\n`;
}

function deviceLocation(location: DeviceLocation, indent: string): string {
  return `{
${indent}    .zone      = ${enumText('atcacert_device_zone_t', zoneNames, location.zone)},
${indent}    .slot      = ${location.slot > 255 ? `0x${location.slot.toString(16)}` : location.slot},
${indent}    .is_genkey = ${location.isGenkey ? 1 : 0},
${indent}    .offset    = ${location.offset},
${indent}    .count     = ${location.count}
${indent}}`;
}

function certificateLocation(location: CertificateLocation): string {
  return `{ .offset = ${location.offset}, .count = ${location.count} }`;
}

function enumText(type: string, names: Readonly<Record<number, string>>, value: number): string {
  return names[value] ?? `(${type})${value}`;
}

const typeNames: Readonly<Record<number, string>> = {
  0: 'CERTTYPE_X509',
  1: 'CERTTYPE_CUSTOM',
  2: 'CERTTYPE_X509_FULL_STORED',
};
const zoneNames: Readonly<Record<number, string>> = {
  0: 'DEVZONE_CONFIG',
  1: 'DEVZONE_OTP',
  2: 'DEVZONE_DATA',
  3: 'DEVZONE_GENKEY',
  4: 'DEVZONE_DEDICATED_DATA',
  7: 'DEVZONE_NONE',
};
const sourceNames: Readonly<Record<number, string>> = {
  0: 'SNSRC_STORED',
  7: 'SNSRC_STORED_DYNAMIC',
  8: 'SNSRC_DEVICE_SN',
  9: 'SNSRC_SIGNER_ID',
  10: 'SNSRC_PUB_KEY_HASH',
  11: 'SNSRC_DEVICE_SN_HASH',
  12: 'SNSRC_PUB_KEY_HASH_POS',
  13: 'SNSRC_DEVICE_SN_HASH_POS',
  14: 'SNSRC_PUB_KEY_HASH_RAW',
  15: 'SNSRC_DEVICE_SN_HASH_RAW',
};
/** The POSIX names differ between library generations, so those two are written as numbers. */
const formatNames: Readonly<Record<number, string>> = {
  0: 'DATEFMT_ISO8601_SEP',
  1: 'DATEFMT_RFC5280_UTC',
  4: 'DATEFMT_RFC5280_GEN',
};
const transformNames: Readonly<Record<number, string>> = {
  0: 'TF_NONE',
  1: 'TF_REVERSE',
  2: 'TF_BIN2HEX_UC',
  3: 'TF_BIN2HEX_LC',
  4: 'TF_HEX2BIN_UC',
  5: 'TF_HEX2BIN_LC',
  6: 'TF_BIN2HEX_SPACE_UC',
  7: 'TF_BIN2HEX_SPACE_LC',
  8: 'TF_HEX2BIN_SPACE_UC',
  9: 'TF_HEX2BIN_SPACE_LC',
};
const elementNames: readonly string[] = [
  'STDCERT_PUBLIC_KEY',
  'STDCERT_SIGNATURE',
  'STDCERT_ISSUE_DATE',
  'STDCERT_EXPIRE_DATE',
  'STDCERT_SIGNER_ID',
  'STDCERT_CERT_SN',
  'STDCERT_AUTH_KEY_ID',
  'STDCERT_SUBJ_KEY_ID',
];
