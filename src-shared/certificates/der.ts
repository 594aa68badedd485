import { byteAt, concat, u16be } from '../base/bytes.ts';

/** DER tags used in certificates. */
export const derTag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  UTF8_STRING: 0x0c,
  PRINTABLE_STRING: 0x13,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/**
 * A piece of DER under construction. `marks` name byte ranges of `bytes`, which is how a template and the offsets of
 * its elements come out of one and the same writing.
 */
export interface DerPiece {
  readonly bytes: Uint8Array;
  readonly marks: ReadonlyMap<string, { readonly offset: number; readonly count: number }>;
}

const noMarks: DerPiece['marks'] = new Map();

/** Bytes as they are. */
export function raw(bytes: Uint8Array | readonly number[]): DerPiece {
  return { bytes: concat(bytes), marks: noMarks };
}

/** Gives a piece a name. */
export function mark(name: string, piece: DerPiece): DerPiece {
  return { bytes: piece.bytes, marks: new Map([...piece.marks, [name, { offset: 0, count: piece.bytes.length }]]) };
}

/** Pieces one after the other. */
export function join(...pieces: readonly DerPiece[]): DerPiece {
  const marks = new Map<string, { offset: number; count: number }>();
  let offset = 0;
  for (const piece of pieces) {
    for (const [name, at] of piece.marks) marks.set(name, { offset: offset + at.offset, count: at.count });
    offset += piece.bytes.length;
  }
  return { bytes: concat(...pieces.map((piece) => piece.bytes)), marks };
}

/** Tag, length and content. */
export function tlv(tag: number, ...content: readonly DerPiece[]): DerPiece {
  const body = join(...content);
  return join(raw(concat([tag], derLength(body.bytes.length))), body);
}

/** A SEQUENCE. */
export function sequence(...content: readonly DerPiece[]): DerPiece {
  return tlv(derTag.SEQUENCE, ...content);
}

/** An INTEGER of its value octets, which must be in the shortest form already. */
export function integer(value: Uint8Array | readonly number[]): DerPiece {
  return tlv(derTag.INTEGER, raw(value));
}

/** An OBJECT IDENTIFIER of dotted text; the first two numbers share one group of octets (X.690, 8.19.4). */
export function oid(dotted: string): DerPiece {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const septets = [arc & 0x7f];
    for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128))
      septets.unshift((high & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return tlv(derTag.OID, raw(bytes));
}

/** A BIT STRING without unused bits. */
export function bitString(...content: readonly DerPiece[]): DerPiece {
  return tlv(derTag.BIT_STRING, raw([0x00]), ...content);
}

/** An OCTET STRING. */
export function octetString(...content: readonly DerPiece[]): DerPiece {
  return tlv(derTag.OCTET_STRING, ...content);
}

/** The BOOLEAN true. */
export const derTrue: DerPiece = raw([derTag.BOOLEAN, 0x01, 0xff]);

/** A definite length in the shortest form. */
export function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  if (length < 0x10000) return concat([0x82], u16be(length));
  throw new RangeError('certificates are shorter than 64 KiB');
}

/** Length of the first element (tag, length, content) by its header; undefined when the header is not DER. */
export function derElementLength(bytes: Uint8Array): number | undefined {
  const header = readHeader(bytes, 0, bytes.length);
  return typeof header === 'string' ? undefined : header.headerLength + header.length;
}

/** A node of a decoded DER tree; offsets count from the start of the whole. */
export interface DerNode {
  readonly tag: number;
  readonly offset: number;
  readonly headerLength: number;
  /** Content bytes. */
  readonly length: number;
  /** Empty for primitive nodes. */
  readonly children: readonly DerNode[];
}

/** Why bytes are not DER, and where. */
export interface DerFault {
  readonly offset: number;
  readonly reason: string;
}

const maxDepth = 24;
const maxNodes = 4096;

/**
 * Decodes exactly one DER element strictly: definite lengths in the shortest form, one-byte tags, nothing behind it,
 * at most 24 levels and 4096 nodes.
 */
export function decodeDer(
  bytes: Uint8Array,
): { readonly ok: true; readonly value: DerNode } | { readonly ok: false; readonly failure: DerFault } {
  const budget = { nodes: maxNodes };
  const node = decodeNode(bytes, 0, bytes.length, 0, budget);
  if ('reason' in node) return { ok: false, failure: node };
  const end = node.headerLength + node.length;
  if (end !== bytes.length) return { ok: false, failure: { offset: end, reason: 'bytes follow the end' } };
  return { ok: true, value: node };
}

/** The content bytes of a node. */
export function derContent(bytes: Uint8Array, node: DerNode): Uint8Array {
  const start = node.offset + node.headerLength;
  return bytes.slice(start, start + node.length);
}

/** All bytes of a node with its header. */
export function derBytes(bytes: Uint8Array, node: DerNode): Uint8Array {
  return bytes.slice(node.offset, node.offset + node.headerLength + node.length);
}

/** Dotted text of an OID's content; undefined when it is malformed. */
export function oidText(content: Uint8Array): string | undefined {
  const arcs: number[] = [];
  let arc = 0;
  let open = false;
  for (const byte of content) {
    if (!open && byte === 0x80) return undefined;
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) return undefined;
    open = byte >= 0x80;
    if (!open) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const [first] = arcs;
  if (open || first === undefined) return undefined;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...arcs.slice(1)].join('.');
}

function decodeNode(
  bytes: Uint8Array,
  offset: number,
  end: number,
  depth: number,
  budget: { nodes: number },
): DerNode | DerFault {
  budget.nodes -= 1;
  if (budget.nodes < 0) return { offset, reason: `more than ${maxNodes} elements` };
  if (depth > maxDepth) return { offset, reason: `nested deeper than ${maxDepth}` };
  const header = readHeader(bytes, offset, end);
  if (typeof header === 'string') return { offset, reason: header };
  const { tag, headerLength, length } = header;
  const contentEnd = offset + headerLength + length;
  if (contentEnd > end) return { offset, reason: 'the element is longer than what holds it' };
  const children: DerNode[] = [];
  if ((tag & 0x20) !== 0) {
    let at = offset + headerLength;
    while (at < contentEnd) {
      const child = decodeNode(bytes, at, contentEnd, depth + 1, budget);
      if ('reason' in child) return child;
      children.push(child);
      at += child.headerLength + child.length;
    }
  }
  return { tag, offset, headerLength, length, children };
}

function readHeader(
  bytes: Uint8Array,
  offset: number,
  end: number,
): { tag: number; headerLength: number; length: number } | string {
  if (offset + 2 > end) return 'an element needs tag and length';
  const tag = byteAt(bytes, offset);
  if ((tag & 0x1f) === 0x1f) return 'tags of more than one byte do not occur in certificates';
  const first = byteAt(bytes, offset + 1);
  if (first < 0x80) return { tag, headerLength: 2, length: first };
  const count = first & 0x7f;
  if (count === 0) return 'indefinite lengths are not DER';
  if (count > 3) return 'the length is beyond all certificates';
  if (offset + 2 + count > end) return 'the length is cut off';
  let length = 0;
  for (let i = 0; i < count; i += 1) length = length * 256 + byteAt(bytes, offset + 2 + i);
  if (length < 0x80 || length < 256 ** (count - 1)) return 'the length is not in the shortest form';
  return { tag, headerLength: 2 + count, length };
}
