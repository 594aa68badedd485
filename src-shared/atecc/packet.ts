import { byteAt, concat, readU16le, toHex, u16le } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { crc16, crcBytes } from './crc.ts';

/** Largest command packet a chip takes, count..CRC (atecc-device.md 2). */
export const MAX_PACKET_LENGTH = 155;
/** count, opcode, P1, P2 (2), CRC (2). */
const PACKET_OVERHEAD = 7;
/** count and CRC (2) of an answer. */
const RESPONSE_OVERHEAD = 3;
/** Smallest answer: one status byte. */
const MIN_RESPONSE_LENGTH = 4;

/** The parts of a command packet. `param2` is the 16-bit number; on the wire its low byte comes first. */
export interface PacketParts {
  readonly opcode: number;
  readonly param1: number;
  readonly param2: number;
  readonly data: Uint8Array;
}

/**
 * The packet count | opcode | P1 | P2 LE | data | CRC LE (atecc-device.md 2), without word address.
 * Throws RangeError when a part does not fit its field or the packet would exceed 155 bytes.
 */
export function buildPacket(parts: PacketParts): Uint8Array {
  requireUnsigned('opcode', parts.opcode, 0xff);
  requireUnsigned('P1', parts.param1, 0xff);
  requireUnsigned('P2', parts.param2, 0xffff);
  const length = PACKET_OVERHEAD + parts.data.length;
  if (length > MAX_PACKET_LENGTH) throw new RangeError(`a packet of ${length} bytes exceeds ${MAX_PACKET_LENGTH}`);
  const body = concat([length, parts.opcode, parts.param1], u16le(parts.param2), parts.data);
  return concat(body, crcBytes(body));
}

/** What can be wrong with the frame of a packet or an answer. */
export type FrameDefect =
  /** Nothing at all. */
  | { readonly kind: 'empty' }
  /** Fewer bytes than the smallest frame. */
  | { readonly kind: 'short'; readonly length: number }
  /** The count byte and the number of bytes disagree. */
  | { readonly kind: 'count'; readonly count: number; readonly length: number }
  /** The CRC is not that of the bytes. */
  | { readonly kind: 'crc'; readonly expected: number; readonly found: number };

/** One sentence about a defect, for logs and failures. */
export function describeDefect(defect: FrameDefect): string {
  switch (defect.kind) {
    case 'empty':
      return 'no bytes';
    case 'short':
      return `only ${defect.length} bytes`;
    case 'count':
      return `count byte ${defect.count} but ${defect.length} bytes`;
    case 'crc':
      return `CRC ${toHex(u16le(defect.found))}, should be ${toHex(u16le(defect.expected))}`;
  }
}

/** The parts of a command packet (what a kit or a checker of our own packets needs), or what is wrong with its frame. */
export function parsePacket(packet: Uint8Array): Result<PacketParts, FrameDefect> {
  const defect = frameDefect(packet, PACKET_OVERHEAD);
  if (defect !== undefined) return fail(defect);
  return ok({
    opcode: byteAt(packet, 1),
    param1: byteAt(packet, 2),
    param2: readU16le(packet, 3),
    data: new Uint8Array(packet.subarray(5, -2)),
  });
}

/**
 * The payload of an answer (count and CRC removed, 1 byte = a status), or what is wrong with its frame. Bytes after the frame
 * are ignored: whoever reads a chip beyond its answer gets FF (atecc-device.md 1), and some hosts hand that on.
 */
export function parseResponse(response: Uint8Array): Result<Uint8Array, FrameDefect> {
  const count = response[0] ?? 0;
  const surplus = count >= MIN_RESPONSE_LENGTH && count < response.length;
  const frame = surplus ? response.subarray(0, count) : response;
  const defect = frameDefect(frame, MIN_RESPONSE_LENGTH);
  if (defect !== undefined) return fail(defect);
  return ok(new Uint8Array(frame.subarray(1, -2)));
}

/** The answer frame around a payload: count | payload | CRC LE. For kit hosts and recordings; RangeError beyond 252 bytes. */
export function buildResponse(payload: Uint8Array): Uint8Array {
  const length = RESPONSE_OVERHEAD + payload.length;
  requireUnsigned('count', length, 0xff);
  const body = concat([length], payload);
  return concat(body, crcBytes(body));
}

/** What is wrong with count or CRC of a frame of at least `minimum` bytes; undefined when it is sound. */
function frameDefect(frame: Uint8Array, minimum: number): FrameDefect | undefined {
  if (frame.length === 0) return { kind: 'empty' };
  if (frame.length < minimum) return { kind: 'short', length: frame.length };
  const count = byteAt(frame, 0);
  if (count !== frame.length) return { kind: 'count', count, length: frame.length };
  const expected = crc16(frame.subarray(0, -2));
  const found = readU16le(frame, frame.length - 2);
  return expected === found ? undefined : { kind: 'crc', expected, found };
}

function requireUnsigned(what: string, value: number, maximum: number): void {
  if (!Number.isInteger(value) || value < 0 || value > maximum)
    throw new RangeError(`${what} ${value} is not 0..${maximum}`);
}
