import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes, toHex, utf8 } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { CSourceFault, Position } from './c-source/fault.ts';
import { type CSource, parseCSource, type SourceCertInfo, type SourceDefinition } from './c-source/parse.ts';
import { arraySource, byteRows, commentBlock, stringLiteral } from './c-source/write.ts';
import { definitionDigest } from './canonical.ts';
import { type CertificateDate, dateText } from './dates.ts';
import { type CertificateDefinition, isPresent } from './definition.ts';
import { isPublicKey } from './p256.ts';
import { keyId } from './public-key.ts';

/** Which kind of signer a line needs (signer-and-server.md 8): what `atcaprov_cert_info_X.c` says. */
export interface CertInfo {
  readonly chainId: number;
  readonly signerTemplateId: number;
  readonly deviceTemplateId: number;
  readonly devicePrivateKeySlot: number;
  /** X‖Y of the signer's CA (root), 64 bytes, on the curve. */
  readonly caPublicKey: Uint8Array;
  /** SHA-256 of the device definition's canonical layout. */
  readonly deviceDigest: Uint8Array;
  /** SHA-256 of the signer definition's canonical layout. */
  readonly signerDigest: Uint8Array;
  /** 9 bytes; undefined = any signer module that fits. */
  readonly requiredSignerSn: Uint8Array | undefined;
  /** UTF-8, at most 48 bytes; may be empty. */
  readonly name: string;
}

/** A certinfo as read from files. */
export interface ReadCertInfo {
  readonly certInfo: CertInfo;
  /** What the fingerprint in the comment says of the rest of the file. */
  readonly fingerprint: 'matches' | 'differs' | 'absent';
  /** The definitions, when the certinfo was read from a plain pair of definition files or they were in the same file. */
  readonly definitions: DefinitionPair | undefined;
}

/** The two definitions that a certinfo names by digest. */
export interface DefinitionPair {
  readonly signer: CertificateDefinition;
  readonly device: CertificateDefinition;
}

/** The version of the structure that we write and read. */
const certInfoVersion = 1;

/** The longest name, in UTF-8 bytes. */
const maxCertInfoNameLength = 48;

/** The file name of a certinfo: X is the chain id in decimal. */
export function certInfoFileName(chainId: number): string {
  return `atcaprov_cert_info_${chainId}.c`;
}

/** What goes into the comment of a written certinfo. */
export interface CertInfoComment {
  /** Program and version that writes it. */
  readonly generator: string;
  readonly created: CertificateDate;
}

const fingerprintPattern = /Fingerprint of the text below \(SHA-256\):\s*([0-9a-fA-F]{64})/;
const commentEnd = '*/\n';

/** The C source of a certinfo; compiles as C99 with `certInfoHeader()` and reads back to the same. */
export function writeCertInfo(certInfo: CertInfo, comment: CertInfoComment): string {
  if (utf8(certInfo.name).length > maxCertInfoNameLength) throw new RangeError('the name is longer than 48 bytes');
  const variable = `g_atcaprov_cert_info_${certInfo.chainId}`;
  const keyName = `${variable}_ca_public_key`;
  const bytes = (data: Uint8Array): string => `{\n${byteRows(data, '        ')}\n    }`;
  const body = `
#include "atcaprov/atcaprov_cert_info.h"

${arraySource({ name: keyName, bytes: certInfo.caPublicKey, comment: 'Public key of the signer CA, X and Y.' })}
extern const atcaprov_cert_info_t ${variable};
const atcaprov_cert_info_t ${variable} = {
    .version                 = ${certInfoVersion},
    .chain_id                = ${certInfo.chainId},
    .signer_template_id      = ${certInfo.signerTemplateId},
    .device_template_id      = ${certInfo.deviceTemplateId},
    .device_private_key_slot = ${certInfo.devicePrivateKeySlot},
    .signer_ca_public_key    = ${keyName},
    .signer_ca_key_id        = ${bytes(keyId(certInfo.caPublicKey))},
    .device_def_sha256       = ${bytes(certInfo.deviceDigest)},
    .signer_def_sha256       = ${bytes(certInfo.signerDigest)},
    .required_signer_sn      = ${bytes(certInfo.requiredSignerSn ?? new Uint8Array(9))},
    .name                    = ${stringLiteral(certInfo.name)}
};
`;
  const head = commentBlock([
    `${certInfoFileName(certInfo.chainId)}: the kind of signer that a line needs.`,
    `Written by ${comment.generator} at ${dateText(comment.created)}`,
    `Signer: ${certInfo.name}`,
    `Fingerprint of the text below (SHA-256): ${toHex(sha256(utf8(body)))}`,
  ]);
  return head + body;
}

/** The certinfo that belongs to a pair of definitions; its ids come from them. */
export function certInfoOfPair(
  pair: DefinitionPair,
  caPublicKey: Uint8Array,
  extra: { readonly name: string; readonly requiredSignerSn?: Uint8Array },
): Result<CertInfo, string> {
  if (!isPublicKey(caPublicKey)) return fail('the CA public key is no point of P-256');
  if (pair.signer.chainId !== pair.device.chainId) return fail('signer and device definition have different chain ids');
  if (utf8(extra.name).length > maxCertInfoNameLength) return fail('the name is longer than 48 bytes');
  const [deviceDigest, signerDigest] = [definitionDigest(pair.device), definitionDigest(pair.signer)];
  if (!deviceDigest.ok || !signerDigest.ok) return fail('a definition has values that do not fit');
  return ok({
    chainId: pair.device.chainId,
    signerTemplateId: pair.signer.templateId,
    deviceTemplateId: pair.device.templateId,
    devicePrivateKeySlot: pair.device.privateKeySlot,
    caPublicKey,
    deviceDigest: deviceDigest.value,
    signerDigest: signerDigest.value,
    requiredSignerSn: extra.requiredSignerSn,
    name: extra.name,
  });
}

/** A source file by name, for messages. */
export interface NamedSource {
  readonly fileName: string;
  readonly text: string;
}

/** What exactly keeps a certinfo from being read; the words for it are the model's (`certInfoReasons`). */
export type CertInfoCode =
  /** The C source itself, in the words of its reader. */
  | 'source'
  | 'version'
  | 'range'
  | 'key-length'
  | 'key-curve'
  | 'key-id'
  | 'several'
  | 'pair-count'
  | 'pair-unclear'
  | 'none'
  | 'none-unclear'
  | 'key-arrays'
  | 'pair-unfit'
  | 'other-definition';

/** Why no certinfo could be read. */
export interface CertInfoFault {
  readonly code: CertInfoCode;
  /** What the words of the code have holes for: `source` is a file's name, `line` and `column` count from 1. */
  readonly facts: Readonly<Record<string, string | number>>;
  readonly fileName: string | undefined;
  readonly position: Position | undefined;
}

/** A definition that is not the one a certinfo names. */
export interface OtherDefinition {
  /** Which of the two it is. */
  readonly source: 'device definition' | 'signer definition';
  /** SHA-256 that the certinfo names, upper-case hex. */
  readonly digest: string;
}

/**
 * Reads a certinfo: either the file of `writeCertInfo`, or a plain pair of definition files (signer and device) with a
 * 64-byte CA key array in one of them, from which the same fields are derived (signer-and-server.md 8). Definitions in
 * the files are held against the digests. Refused: unknown version, key not on the curve, wrong key id, other digests.
 */
export function readCertInfo(sources: readonly NamedSource[]): Result<ReadCertInfo, CertInfoFault> {
  const parsed: { readonly source: NamedSource; readonly content: CSource }[] = [];
  for (const source of sources) {
    const content = parseCSource(source.text);
    if (!content.ok) return fail(ofSource(source.fileName, content.failure));
    parsed.push({ source, content: content.value });
  }
  const certInfos = parsed.flatMap(({ source, content }) =>
    content.certInfos.map((certInfo) => ({ source, certInfo })),
  );
  const [first, second] = certInfos;
  if (second !== undefined) {
    const { fileName } = second.source;
    return fail({ ...plainFault('several', { source: fileName }), fileName });
  }
  // A signing request has a definition too, but no place for a compressed certificate.
  const definitions = parsed
    .flatMap(({ content }) => content.definitions)
    .filter(({ definition }) => isPresent(definition.compressedLocation));
  if (first === undefined)
    return fromPair(
      definitions,
      parsed.map(({ content }) => content),
    );
  const judged = judge(first.certInfo, first.source.fileName);
  if (!judged.ok) return judged;
  const pair = definitions.length === 0 ? undefined : choosePair(definitions);
  if (pair !== undefined) {
    if (!pair.ok) return fail(plainFault(pair.failure.code, pair.failure.facts));
    const compared = checkCertInfoDefinitions(judged.value, pair.value);
    if (!compared.ok) return fail(plainFault('other-definition', { ...compared.failure }));
  }
  return ok({
    certInfo: judged.value,
    fingerprint: fingerprintOf(first.source.text),
    definitions: pair?.ok === true ? pair.value : undefined,
  });
}

/** Whether definitions are those that a certinfo names; the failure says which is not. */
export function checkCertInfoDefinitions(certInfo: CertInfo, pair: DefinitionPair): Result<undefined, OtherDefinition> {
  for (const [source, definition, expected] of [
    ['device definition', pair.device, certInfo.deviceDigest],
    ['signer definition', pair.signer, certInfo.signerDigest],
  ] as const) {
    const digest = definitionDigest(definition);
    if (!digest.ok || !equalBytes(digest.value, expected)) return fail({ source, digest: toHex(expected) });
  }
  return ok(undefined);
}

/** Whether the text below the first comment is what its fingerprint says. */
function fingerprintOf(text: string): ReadCertInfo['fingerprint'] {
  const normal = text.replaceAll('\r\n', '\n');
  const end = normal.indexOf(commentEnd);
  if (!normal.startsWith('/*') || end < 0) return 'absent';
  const match = fingerprintPattern.exec(normal.slice(0, end));
  if (match === null) return 'absent';
  const body = normal.slice(end + commentEnd.length);
  return toHex(sha256(utf8(body))) === match[1]?.toUpperCase() ? 'matches' : 'differs';
}

/** The structure's members as a certinfo, or the place of the first one that cannot be. */
function judge(source: SourceCertInfo, fileName: string): Result<CertInfo, CertInfoFault> {
  const { members } = source;
  const refuse = (path: string, code: CertInfoCode, facts: CertInfoFault['facts'] = {}) =>
    fail(inFile(fileName, source.placeOf(path), code, facts));
  if (members.version !== certInfoVersion) {
    return refuse('version', 'version', { found: members.version, known: certInfoVersion });
  }
  for (const [path, value, max] of [
    ['chain_id', members.chainId, 15],
    ['signer_template_id', members.signerTemplateId, 15],
    ['device_template_id', members.deviceTemplateId, 15],
    ['device_private_key_slot', members.devicePrivateKeySlot, 0xffff],
  ] as const) {
    if (value > max) return refuse(path, 'range', { member: path, found: value, most: max });
  }
  if (members.caPublicKey.length !== 64) return refuse('signer_ca_public_key', 'key-length');
  if (!isPublicKey(members.caPublicKey)) return refuse('signer_ca_public_key', 'key-curve');
  if (!equalBytes(members.caKeyId, keyId(members.caPublicKey))) return refuse('signer_ca_key_id', 'key-id');
  return ok({
    chainId: members.chainId,
    signerTemplateId: members.signerTemplateId,
    deviceTemplateId: members.deviceTemplateId,
    devicePrivateKeySlot: members.devicePrivateKeySlot,
    caPublicKey: members.caPublicKey,
    deviceDigest: members.deviceDigest,
    signerDigest: members.signerDigest,
    requiredSignerSn: members.requiredSignerSn.every((byte) => byte === 0) ? undefined : members.requiredSignerSn,
    name: members.name,
  });
}

/** Why two definitions are no pair. */
type NoPair = {
  readonly code: 'pair-count' | 'pair-unclear';
  readonly facts: CertInfoFault['facts'];
};

/** The first that names the other as its CA is the device; else a key read by GenKey tells it. */
function choosePair(definitions: readonly SourceDefinition[]): Result<DefinitionPair, NoPair> {
  const [a, b] = definitions;
  if (definitions.length !== 2 || a === undefined || b === undefined)
    return fail({ code: 'pair-count', facts: { found: definitions.length } });
  if (a.caDefinition === b.name && b.caDefinition !== a.name) return ok({ device: a.definition, signer: b.definition });
  if (b.caDefinition === a.name && a.caDefinition !== b.name) return ok({ device: b.definition, signer: a.definition });
  const own = [a, b].filter(({ definition }) => definition.publicKeyLocation.isGenkey);
  const [device] = own;
  if (device === undefined || own.length !== 1) return fail({ code: 'pair-unclear', facts: {} });
  return ok({ device: device.definition, signer: (device === a ? b : a).definition });
}

function fromPair(
  definitions: readonly SourceDefinition[],
  contents: readonly CSource[],
): Result<ReadCertInfo, CertInfoFault> {
  const pair = choosePair(definitions);
  if (!pair.ok) {
    const { code, facts } = pair.failure;
    return fail(plainFault(code === 'pair-count' ? 'none' : 'none-unclear', facts));
  }
  const keys = contents.flatMap(({ byteArrays }) =>
    [...byteArrays].filter(([name, bytes]) => bytes.length === 64 && /ca_public_key|root/i.test(name)),
  );
  const [key] = keys;
  if (key === undefined || keys.length !== 1) return fail(plainFault('key-arrays', { found: keys.length }));
  const certInfo = certInfoOfPair(pair.value, key[1], { name: '' });
  if (!certInfo.ok) return fail(plainFault('pair-unfit', { quote: certInfo.failure }));
  return ok({ certInfo: certInfo.value, fingerprint: 'absent', definitions: pair.value });
}

function ofSource(fileName: string, fault: CSourceFault): CertInfoFault {
  return inFile(fileName, fault, 'source', { quote: fault.reason });
}

function inFile(
  fileName: string,
  { line, column }: Position,
  code: CertInfoCode,
  facts: CertInfoFault['facts'],
): CertInfoFault {
  return { code, facts: { ...facts, source: fileName, line, column }, fileName, position: { line, column } };
}

function plainFault(code: CertInfoCode, facts: CertInfoFault['facts']): CertInfoFault {
  return { code, facts, fileName: undefined, position: undefined };
}
