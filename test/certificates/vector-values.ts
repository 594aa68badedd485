import { parseHex, toHex } from '../../src-shared/base/bytes.ts';
import {
  type CertificateDate,
  type CertificateDefinition,
  type CertificateFault,
  type CertificateFaultKind,
  type CertificateLocation,
  type CustomElement,
  type DateFormat,
  type DeviceLocation,
  isDateFormat,
  type StandardElementName,
  standardElementNames,
} from '../../src-shared/certificates/index.ts';
import { passed, type Verdict, wrong } from '../vectors/judge.ts';

/** Reading values of vector files, which come from outside: a member that is not what it should be throws. */

/** A JSON object. */
export function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${what} is not an object`);
  return Object.fromEntries(Object.entries(value));
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${what} is not a list`);
  return value;
}

export function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new TypeError(`${what} is not a text`);
  return value;
}

/** An integer; true and false count as 1 and 0, as in C. */
export function integer(value: unknown, what: string): number {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new TypeError(`${what} is not an integer`);
  return value;
}

export function bool(value: unknown, what: string): boolean {
  return integer(value, what) !== 0;
}

export function bytes(value: unknown, what: string): Uint8Array {
  const parsed = parseHex(text(value, what));
  if (parsed === undefined) throw new TypeError(`${what} is not hex`);
  return parsed;
}

export function hex(value: Uint8Array): string {
  return toHex(value).toLowerCase();
}

export function date(value: unknown, what: string): CertificateDate {
  const fields = record(value, what);
  const field = (name: string): number => integer(fields[name], `${what}.${name}`);
  return {
    year: field('year'),
    month: field('month'),
    day: field('day'),
    hour: field('hour'),
    minute: field('min'),
    second: field('sec'),
  };
}

/** A date in the members of the vector files. */
export function dateFields(value: CertificateDate): Readonly<Record<string, number>> {
  const { year, month, day, hour, minute, second } = value;
  return { year, month, day, hour, min: minute, sec: second };
}

export function dateFormatOf(value: unknown, what: string): DateFormat | undefined {
  const format = integer(value, what);
  return isDateFormat(format) ? format : undefined;
}

function requiredDateFormat(value: unknown, what: string): DateFormat {
  const format = dateFormatOf(value, what);
  if (format === undefined) throw new TypeError(`${what} is not a date format`);
  return format;
}

function deviceLocation(value: unknown, what: string): DeviceLocation {
  const fields = record(value, what);
  return {
    zone: integer(fields['zone'], `${what}.zone`),
    slot: integer(fields['slot'], `${what}.slot`),
    isGenkey: bool(fields['is_genkey'], `${what}.is_genkey`),
    offset: integer(fields['offset'], `${what}.offset`),
    count: integer(fields['count'], `${what}.count`),
  };
}

/** `{offset, count}` or `[offset, count]`. */
function certificateLocation(value: unknown, what: string): CertificateLocation {
  if (Array.isArray(value)) {
    const pair = list(value, what);
    return { offset: integer(pair[0], what), count: integer(pair[1], what) };
  }
  const fields = record(value, what);
  return { offset: integer(fields['offset'], `${what}.offset`), count: integer(fields['count'], `${what}.count`) };
}

const enumNames: Readonly<Record<StandardElementName, string>> = {
  publicKey: 'STDCERT_PUBLIC_KEY',
  signature: 'STDCERT_SIGNATURE',
  issueDate: 'STDCERT_ISSUE_DATE',
  expireDate: 'STDCERT_EXPIRE_DATE',
  signerId: 'STDCERT_SIGNER_ID',
  serialNumber: 'STDCERT_CERT_SN',
  authorityKeyId: 'STDCERT_AUTH_KEY_ID',
  subjectKeyId: 'STDCERT_SUBJ_KEY_ID',
};

/** A definition in the field names of the C structure, elements by name or by position. */
export function definition(value: unknown, what: string): CertificateDefinition {
  const fields = record(value, what);
  const standard = fields['std_cert_elements'];
  const element = (name: StandardElementName): CertificateLocation => {
    const at = Array.isArray(standard)
      ? list(standard, what)[standardElementNames.indexOf(name)]
      : record(standard, `${what}.std_cert_elements`)[enumNames[name]];
    return certificateLocation(at, `${what}.${enumNames[name]}`);
  };
  const signatureSize = fields['std_sig_size'] === undefined ? 0 : integer(fields['std_sig_size'], 'std_sig_size');
  if (signatureSize !== 0 && signatureSize !== 64) throw new TypeError('only P-256 signatures are known');
  return {
    type: integer(fields['type'], 'type'),
    templateId: integer(fields['template_id'], 'template_id'),
    chainId: integer(fields['chain_id'], 'chain_id'),
    privateKeySlot: integer(fields['private_key_slot'], 'private_key_slot'),
    snSource: integer(fields['sn_source'], 'sn_source'),
    serialNumberLocation: deviceLocation(fields['cert_sn_dev_loc'], 'cert_sn_dev_loc'),
    issueDateFormat: requiredDateFormat(fields['issue_date_format'], 'issue_date_format'),
    expireDateFormat: requiredDateFormat(fields['expire_date_format'], 'expire_date_format'),
    tbsLocation: certificateLocation(fields['tbs_cert_loc'], 'tbs_cert_loc'),
    expireYears: integer(fields['expire_years'], 'expire_years'),
    publicKeyLocation: deviceLocation(fields['public_key_dev_loc'], 'public_key_dev_loc'),
    compressedLocation: deviceLocation(fields['comp_cert_dev_loc'], 'comp_cert_dev_loc'),
    standardElements: {
      publicKey: element('publicKey'),
      signature: element('signature'),
      issueDate: element('issueDate'),
      expireDate: element('expireDate'),
      signerId: element('signerId'),
      serialNumber: element('serialNumber'),
      authorityKeyId: element('authorityKeyId'),
      subjectKeyId: element('subjectKeyId'),
    },
    customElements: list(fields['cert_elements'] ?? [], 'cert_elements').map(customElement),
    template: bytes(fields['cert_template'], 'cert_template'),
  };
}

function customElement(value: unknown): CustomElement {
  const fields = record(value, 'cert_elements[]');
  const transforms = list(fields['transforms'] ?? [0, 0], 'transforms');
  return {
    id: text(fields['id'], 'id'),
    deviceLocation: deviceLocation(fields['device_loc'], 'device_loc'),
    certificateLocation: certificateLocation(fields['cert_loc'], 'cert_loc'),
    transforms: [integer(transforms[0] ?? 0, 'transforms'), integer(transforms[1] ?? 0, 'transforms')],
  };
}

const statusOfKind: Readonly<Record<CertificateFaultKind, number>> = {
  decoding: 4,
  'invalid-date': 5,
  'element-size': 7,
  'element-missing': 8,
  'out-of-bounds': 9,
  'bad-certificate': 10,
  'wrong-definition': 11,
  'invalid-transform': 13,
  parameters: -30,
};

/** The reference library's status number for an outcome of ours. */
export function libraryStatus(
  result: { readonly ok: true } | { readonly ok: false; readonly failure: CertificateFault },
): number {
  return result.ok ? 0 : statusOfKind[result.failure.kind];
}

/** Whether ours has every member of `out` with the same value. A member that ours lacks is a difference. */
export function compareOutput(
  out: Readonly<Record<string, unknown>>,
  ours: Readonly<Record<string, unknown>>,
): Verdict {
  for (const [name, expected] of Object.entries(out)) {
    if (!(name in ours)) return wrong(`${name}: not judged`);
    const [a, b] = [canonicalJson(ours[name]), canonicalJson(expected)];
    if (a !== b) return wrong(`${name}: ours ${shorten(a)}, theirs ${shorten(b)}`);
  }
  return passed;
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function shorten(json: string): string {
  return json.length > 200 ? `${json.slice(0, 200)}…` : json;
}
