import { sha256 } from '@noble/hashes/sha2.js';
import {
  byteAt,
  concat,
  equalBytes,
  parseUtf8,
  readU16be,
  readU32be,
  u16be,
  u32be,
  utf8,
} from '../../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../../src-shared/base/result.ts';
import { type Reason, reason } from '../../../src-shared/model/reasons.ts';
import type { KdfParameters } from './password.ts';

/**
 * The signer definition record in slot 8 (416 bytes, clear, slot-locked): signer-and-server.md 6.3.
 * "ASD1" | u16 BE length L | version 1 | flags | TLVs | zeros | SHA-256 of bytes 0..8+L-1 at 384.
 */
export interface Asd1Record {
  readonly passwordSet: boolean;
  readonly isRoot: boolean;
  /** Definitions exist only as files on the host, looked up by digest. */
  readonly customDefinitions: boolean;
  readonly signerName: string;
  readonly organisation: string;
  readonly rootCommonName: string;
  readonly signerCommonNamePrefix: string;
  readonly deviceCommonName: string;
  /** 0..0xFFFF */
  readonly signerId: number;
  readonly chainId: number;
  readonly signerTemplateId: number;
  readonly deviceTemplateId: number;
  readonly signerSnSource: number;
  readonly deviceSnSource: number;
  /** 0 = 99991231235959Z */
  readonly signerExpireYears: number;
  readonly deviceExpireYears: number;
  readonly kdf: KdfParameters;
  /** 16 bytes */
  readonly kdfSalt: Uint8Array;
  /** SHA-256, 32 bytes each */
  readonly deviceDefinitionDigest: Uint8Array;
  readonly signerDefinitionDigest: Uint8Array;
  /** Unix seconds */
  readonly created: number;
  readonly devicePrivateKeySlot: number;
  readonly passwordScheme: 'one' | 'two-persons';
}

const recordSize = 416;
const areaLimit = 376;
const hashOffset = 384;

/** Why bytes are no record we can use. `none` = no record at all (blank or foreign stick). */
export type RecordFailure =
  | { readonly kind: 'none' }
  | { readonly kind: 'damaged'; readonly reason: Reason }
  | { readonly kind: 'newer'; readonly version: number };

const texts = [
  [0x01, 'signerName'],
  [0x02, 'organisation'],
  [0x03, 'rootCommonName'],
  [0x04, 'signerCommonNamePrefix'],
  [0x05, 'deviceCommonName'],
] as const;

const bytesOne = [
  [0x07, 'chainId'],
  [0x08, 'signerTemplateId'],
  [0x09, 'deviceTemplateId'],
  [0x0a, 'signerSnSource'],
  [0x0b, 'deviceSnSource'],
  [0x0c, 'signerExpireYears'],
  [0x0d, 'deviceExpireYears'],
] as const;

function tlv(tag: number, value: Uint8Array): Uint8Array {
  return concat([tag, value.length], value);
}

/** The 416 bytes of a record. RangeError when a text is not 1..48 bytes or the area does not fit. */
export function encodeRecord(record: Asd1Record): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [tag, name] of texts) {
    const value = utf8(record[name]);
    if (value.length < 1 || value.length > 48) throw new RangeError(`${name} must have 1 to 48 bytes`);
    parts.push(tlv(tag, value));
  }
  parts.push(tlv(0x06, u16be(record.signerId)));
  for (const [tag, name] of bytesOne) parts.push(tlv(tag, Uint8Array.of(record[name])));
  parts.push(tlv(0x0e, concat([record.kdf.algorithm, record.kdf.log2N, record.kdf.r, record.kdf.p], record.kdfSalt)));
  parts.push(tlv(0x0f, record.deviceDefinitionDigest));
  parts.push(tlv(0x10, record.signerDefinitionDigest));
  parts.push(tlv(0x11, u32be(record.created)));
  parts.push(tlv(0x12, Uint8Array.of(record.devicePrivateKeySlot)));
  parts.push(tlv(0x13, Uint8Array.of(record.passwordScheme === 'one' ? 0 : 1)));
  const area = concat(...parts);
  if (area.length > areaLimit) throw new RangeError(`the record's texts are ${area.length - areaLimit} bytes too long`);
  const flags = (record.passwordSet ? 1 : 0) | (record.isRoot ? 2 : 0) | (record.customDefinitions ? 4 : 0);
  const head = concat(utf8('ASD1'), u16be(area.length), [1, flags], area);
  const bytes = new Uint8Array(recordSize);
  bytes.set(head);
  bytes.set(sha256(head), hashOffset);
  return bytes;
}

/** Whether the bytes begin like a record: enough to know that this chip is never a board. */
function looksLikeRecord(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && equalBytes(bytes.slice(0, 4), utf8('ASD1'));
}

/** Reads a record; every byte is checked. Unknown tags are ignored, missing ones are damage. */
export function decodeRecord(bytes: Uint8Array): Result<Asd1Record, RecordFailure> {
  if (!looksLikeRecord(bytes)) return fail({ kind: 'none' });
  const damaged = (why: Reason): Result<Asd1Record, RecordFailure> => fail({ kind: 'damaged', reason: why });
  if (bytes.length !== recordSize) return damaged(reason('signer-record-size', { bytes: bytes.length }));
  const length = readU16be(bytes, 4);
  if (length > areaLimit) return damaged(reason('signer-record-length'));
  if (!equalBytes(sha256(bytes.slice(0, 8 + length)), bytes.slice(hashOffset, recordSize)))
    return damaged(reason('signer-record-check-sum'));
  const version = byteAt(bytes, 6);
  if (version !== 1) return fail({ kind: 'newer', version });
  const flags = byteAt(bytes, 7);
  const values = new Map<number, Uint8Array>();
  let at = 8;
  while (at < 8 + length) {
    if (at + 2 > 8 + length) return damaged(reason('signer-record-cut-off'));
    const tag = byteAt(bytes, at);
    const size = byteAt(bytes, at + 1);
    if (at + 2 + size > 8 + length) return damaged(reason('signer-record-cut-off'));
    if (values.has(tag)) return damaged(reason('signer-record-twice', { field: tag }));
    values.set(tag, bytes.slice(at + 2, at + 2 + size));
    at += 2 + size;
  }
  const sized = (tag: number, size: number): Uint8Array | undefined => {
    const value = values.get(tag);
    return value?.length === size ? value : undefined;
  };
  const strings = new Map<string, string>();
  for (const [tag, name] of texts) {
    const value = values.get(tag);
    const text = value === undefined ? undefined : parseUtf8(value);
    if (text === undefined || text === '' || (value?.length ?? 0) > 48)
      return damaged(reason('signer-record-field', { field: tag }));
    strings.set(name, text);
  }
  const numbers = new Map<string, number>();
  for (const [tag, name] of bytesOne) {
    const value = sized(tag, 1);
    if (value === undefined) return damaged(reason('signer-record-field', { field: tag }));
    numbers.set(name, byteAt(value, 0));
  }
  const signerId = sized(0x06, 2);
  const kdf = sized(0x0e, 20);
  const device = sized(0x0f, 32);
  const signer = sized(0x10, 32);
  const created = sized(0x11, 4);
  const slot = sized(0x12, 1);
  const scheme = values.has(0x13) ? sized(0x13, 1) : Uint8Array.of(0);
  if (!signerId || !kdf || !device || !signer || !created || !slot || !scheme)
    return damaged(reason('signer-record-fields'));
  if (byteAt(scheme, 0) > 1) return damaged(reason('signer-record-scheme', { scheme: byteAt(scheme, 0) }));
  const string = (name: string): string => strings.get(name) ?? '';
  const value = (name: string): number => numbers.get(name) ?? 0;
  return ok({
    passwordSet: (flags & 1) !== 0,
    isRoot: (flags & 2) !== 0,
    customDefinitions: (flags & 4) !== 0,
    signerName: string('signerName'),
    organisation: string('organisation'),
    rootCommonName: string('rootCommonName'),
    signerCommonNamePrefix: string('signerCommonNamePrefix'),
    deviceCommonName: string('deviceCommonName'),
    signerId: readU16be(signerId, 0),
    chainId: value('chainId'),
    signerTemplateId: value('signerTemplateId'),
    deviceTemplateId: value('deviceTemplateId'),
    signerSnSource: value('signerSnSource'),
    deviceSnSource: value('deviceSnSource'),
    signerExpireYears: value('signerExpireYears'),
    deviceExpireYears: value('deviceExpireYears'),
    kdf: { algorithm: byteAt(kdf, 0), log2N: byteAt(kdf, 1), r: byteAt(kdf, 2), p: byteAt(kdf, 3) },
    kdfSalt: kdf.slice(4),
    deviceDefinitionDigest: device,
    signerDefinitionDigest: signer,
    created: readU32be(created, 0),
    devicePrivateKeySlot: byteAt(slot, 0),
    passwordScheme: byteAt(scheme, 0) === 0 ? 'one' : 'two-persons',
  });
}
