import {
  applyTransform,
  compressCertificate,
  datesOfCompressed,
  decodeCompressed,
  decompressCertificate,
  encodedDateText,
  formatDate,
  generateSerialNumber,
  isCalendarDate,
  maximumDate,
  parseDate,
  readCertificate,
  withDates,
} from '../../../src-shared/certificates/index.ts';
import {
  bool,
  bytes,
  compareOutput,
  date,
  dateFields,
  dateFormatOf,
  definition,
  hex,
  integer,
  libraryStatus,
  text,
} from '../../certificates/vector-values.ts';
import { type Judge, type VectorCase, type Verdict, wrong } from '../judge.ts';

/** compressed-cert.json: dates, serial numbers, compression and transforms against the reference library's answers. */
export const judge: Judge = (testCase) => {
  switch (testCase.kind) {
    case 'date-encode':
      return dateEncode(testCase);
    case 'date-decode':
      return dateDecode(testCase);
    case 'max-date':
      return maxDate(testCase);
    case 'date-format':
      return dateFormatCase(testCase);
    case 'date-parse':
      return dateParse(testCase);
    case 'serial-number':
      return serialNumber(testCase);
    case 'compress':
    case 'compress-edge':
      return compress(testCase);
    case 'decompress':
      return decompress(testCase);
    case 'transform':
      return transform(testCase);
    default:
      return wrong(`unknown kind ${testCase.kind}`);
  }
};

const badParameters = -30;

function dateEncode({ in: given, out }: VectorCase): Verdict {
  const before = bytes(given['comp_cert_before'], 'comp_cert_before');
  const encoded = withDates(before, date(given['issue'], 'issue'), integer(given['expire_years'], 'expire_years'));
  return compareOutput(out, {
    status: libraryStatus(encoded),
    comp_cert: encoded.ok ? hex(encoded.value) : null,
    enc_dates: encoded.ok ? hex(encoded.value.subarray(64, 67)) : null,
  });
}

function dateDecode({ in: given, out }: VectorCase): Verdict {
  const format = dateFormatOf(given['expire_date_format'], 'expire_date_format');
  if (format === undefined) return compareOutput(out, { status: badParameters });
  const decoded = datesOfCompressed(bytes(given['comp_cert'], 'comp_cert'), format);
  if (!decoded.ok) return compareOutput(out, { status: libraryStatus(decoded) });
  const { issue, expire } = decoded.value;
  if (given['fields_in_range'] !== undefined) {
    const said = bool(given['fields_in_range'], 'fields_in_range');
    // A day like 31 June is in range as a number and not as a date; either may have been meant.
    const possible = issue.month >= 1 && issue.month <= 12 && issue.day >= 1 && issue.hour <= 23;
    if (said ? !possible : isCalendarDate(issue)) return wrong('fields_in_range differs');
  }
  const expireText = formatDate(format, expire);
  return compareOutput(out, {
    status: 0,
    issue: dateFields(issue),
    expire: dateFields(expire),
    expire_encode_status: libraryStatus(expireText),
    expire_text: expireText.ok ? textOf(format, expireText.value) : null,
  });
}

function maxDate({ in: given, out }: VectorCase): Verdict {
  const format = dateFormatOf(given['format'], 'format');
  if (format === undefined) return compareOutput(out, { status: badParameters, date: null });
  return compareOutput(out, { status: 0, date: dateFields(maximumDate(format)) });
}

function dateFormatCase({ in: given, out }: VectorCase): Verdict {
  const format = dateFormatOf(given['format'], 'format');
  if (format === undefined) return compareOutput(out, { status: badParameters });
  const encoded = formatDate(format, date(given['date'], 'date'));
  if (!encoded.ok) return compareOutput(out, { status: libraryStatus(encoded) });
  const decoded = parseDate(format, encoded.value);
  return compareOutput(out, {
    status: 0,
    encoded: hex(encoded.value),
    text: textOf(format, encoded.value),
    decode_status: libraryStatus(decoded),
    ...(decoded.ok ? { decoded: dateFields(decoded.value) } : {}),
  });
}

function dateParse({ in: given, out }: VectorCase): Verdict {
  const format = dateFormatOf(given['format'], 'format');
  if (format === undefined) return compareOutput(out, { status: badParameters });
  const encoded = bytes(given['encoded'], 'encoded');
  const itsText = given['text'] ?? null;
  if (itsText !== null && text(itsText, 'text') !== String.fromCharCode(...encoded))
    return wrong('text is not encoded');
  const parsed = parseDate(format, encoded);
  return compareOutput(out, {
    status: libraryStatus(parsed),
    date: dateFields(parsed.ok ? parsed.value : parsed.failure.readSoFar),
  });
}

function serialNumber({ in: given, out }: VectorCase): Verdict {
  const serial = generateSerialNumber(
    integer(given['sn_source'], 'sn_source'),
    {
      deviceSn: bytes(given['device_sn'], 'device_sn'),
      publicKey: bytes(given['public_key'], 'public_key'),
      compressed: bytes(given['comp_cert'], 'comp_cert'),
    },
    integer(given['sn_size'], 'sn_size'),
  );
  return compareOutput(out, { status: libraryStatus(serial), sn: serial.ok ? hex(serial.value) : null });
}

function compress({ in: given, out }: VectorCase): Verdict {
  const certDef = definition(given['cert_def'], 'cert_def');
  const others = given['is_diff_expire_years_ok'];
  const options = others === undefined ? {} : { otherExpireYears: bool(others, 'is_diff_expire_years_ok') };
  const compressed = compressCertificate(certDef, bytes(given['cert'], 'cert'), options);
  return compareOutput(out, {
    status: libraryStatus(compressed),
    comp_cert: compressed.ok ? hex(compressed.value) : null,
  });
}

function decompress({ in: given, out }: VectorCase): Verdict {
  const certDef = definition(given['cert_def'], 'cert_def');
  const compressed = bytes(given['comp_cert'], 'comp_cert');
  const certificate = decompressCertificate(certDef, compressed);
  if (!certificate.ok) return compareOutput(out, { status: libraryStatus(certificate) });
  const fields = readCertificate(certDef, certificate.value);
  const header = decodeCompressed(compressed);
  const again = compressCertificate(certDef, certificate.value);
  return compareOutput(out, {
    status: 0,
    cert: hex(certificate.value),
    issue: fields.issueDate.ok ? dateFields(fields.issueDate.value) : null,
    expire: fields.expireDate.ok ? dateFields(fields.expireDate.value) : null,
    signer_id: fields.signerId.ok ? hex(fields.signerId.value) : null,
    signature: fields.signature.ok ? hex(fields.signature.value) : null,
    get_status: [fields.issueDate, fields.expireDate, fields.signerId, fields.signature].map(libraryStatus),
    ...(header.ok
      ? {
          template_id: header.value.templateId,
          chain_id: header.value.chainId,
          sn_source: header.value.snSource,
          format_version: header.value.formatVersion,
        }
      : {}),
    recompressed_status: libraryStatus(again),
    recompressed: again.ok ? hex(again.value) : null,
  });
}

function transform({ in: given, out }: VectorCase): Verdict {
  const result = applyTransform(integer(given['transform'], 'transform'), bytes(given['data'], 'data'));
  return compareOutput(out, { status: libraryStatus(result), result: result.ok ? hex(result.value) : null });
}

/** Text formats as text; the POSIX ones have none. */
function textOf(format: 0 | 1 | 2 | 3 | 4, encoded: Uint8Array): string | null {
  return format === 2 || format === 3 ? null : encodedDateText(format, encoded);
}
