import { fittingParts, parseConfigFile } from '../../src-shared/atecc/config/index.ts';
import { parseHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { type ErrorDetails, SignetError } from '../../src-shared/base/error.ts';
import {
  certificatesOf,
  dateText,
  decodeCertificate,
  definitionDigest,
  encodePem,
  maxCertificateLength,
  nameText,
  parseCSource,
  readCertInfo,
} from '../../src-shared/certificates/index.ts';
import type { CallOutput, ParsedInput } from '../../src-shared/ipc/contract.ts';
import { certInfoReason, englishSentence, type Reason, reason, reasonDetails } from '../../src-shared/model/reasons.ts';
import { certInfoFacts } from './plan-inspect.ts';

type Imported = CallOutput<'plan.importFile'>;

/** Characters that any of these files may have: far more than a real one, far less than what stops a screen. */
const longest: Readonly<Record<ParsedInput<'plan.importFile'>['kind'], number>> = {
  certinfo: 1 << 20,
  definition: 1 << 20,
  config: 64 << 10,
  certificate: 256 << 10,
};

/**
 * A file that a person dropped: read, judged, summed up; `text` is what a plan keeps of it. Throws FILE_INVALID with the place of what
 * is wrong, TOO_LARGE.
 */
export function importFile({ kind, name, content }: ParsedInput<'plan.importFile'>): Imported {
  if (content.length > longest[kind])
    throw new SignetError(
      'TOO_LARGE',
      `${name} has ${content.length} characters; a file of this kind has at most ${longest[kind]}.`,
      { name, characters: content.length, most: longest[kind] },
    );
  switch (kind) {
    case 'certinfo':
      return certInfo(name, content);
    case 'definition':
      return definition(name, content);
    case 'config':
      return config(name, content);
    case 'certificate':
      return certificate(name, content);
  }
}

/** FILE_INVALID with its reason, for screens in any language. */
function invalid(why: Reason, details: ErrorDetails = {}): SignetError {
  return new SignetError('FILE_INVALID', englishSentence(why), { ...details, ...reasonDetails(why) });
}

function certInfo(name: string, content: string): Imported {
  const read = readCertInfo([{ fileName: name, text: content }]);
  if (!read.ok) throw invalid(certInfoReason(read.failure), { name });
  return { kind: 'certinfo', text: content, summary: certInfoFacts(read.value) };
}

function definition(name: string, content: string): Imported {
  const parsed = parseCSource(content);
  if (!parsed.ok) {
    const { line, column, reason: quote } = parsed.failure;
    throw invalid(reason('certinfo-source', { source: name, line, column, quote }), { name });
  }
  const { definitions } = parsed.value;
  if (definitions.length === 0) throw invalid(reason('file-no-definition', { name }));
  return {
    kind: 'definition',
    text: content,
    summary: definitions.flatMap(({ name: variable, definition: found }) => {
      const digest = definitionDigest(found);
      return [
        { label: 'variable', value: variable },
        { label: 'template id', value: String(found.templateId) },
        { label: 'chain id', value: String(found.chainId) },
        { label: 'key slot', value: String(found.privateKeySlot) },
        { label: 'template', value: String(found.template.length) },
        { label: 'digest', value: digest.ok ? toHex(digest.value) : '' },
      ];
    }),
  };
}

function config(name: string, content: string): Imported {
  const image = parseConfigFile(utf8(content), name);
  const parts = fittingParts(image);
  return {
    kind: 'config',
    text: toHex(image),
    summary: [{ label: 'fits', value: parts.length === 0 ? 'no part' : parts.join(', ') }],
  };
}

/** PEM, or one DER value as hex or Base64. */
function certificate(name: string, content: string): Imported {
  const compact = content.replace(/\s+/g, '');
  const hex = parseHex(compact);
  const bytes =
    hex ?? (/^[A-Za-z0-9+/]+=*$/.test(compact) ? new Uint8Array(Buffer.from(compact, 'base64')) : undefined);
  const found = certificatesOf(bytes?.[0] === 0x30 ? bytes : utf8(content));
  if (!found.ok) throw invalid(reason('file-says', { name, quote: found.failure }));
  const summary: Imported['summary'] = [];
  for (const der of found.value) {
    if (der.length > maxCertificateLength)
      throw new SignetError('TOO_LARGE', `${name} holds a certificate of ${der.length} bytes.`, { name });
    const decoded = decodeCertificate(der);
    if (!decoded.ok) throw invalid(reason('file-says', { name, quote: decoded.failure.reason }));
    const { subject, issuer, notAfter, publicKey } = decoded.value;
    summary.push(
      { label: 'subject', value: nameText(subject) },
      { label: 'issuer', value: nameText(issuer) },
      { label: 'not after', value: dateText(notAfter) },
      { label: 'public key', value: publicKey === undefined ? 'not P-256' : toHex(publicKey) },
    );
  }
  return {
    kind: 'certificate',
    text: found.value.map((der) => encodePem('CERTIFICATE', der)).join(''),
    summary,
  };
}
