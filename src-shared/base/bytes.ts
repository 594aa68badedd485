/**
 * Bytes as every room needs them: hex, joining, comparing, numbers of both endiannesses.
 * Pure; throws RangeError on wrong use only (a caller's mistake, never the input's).
 */

const HEX_PATTERN = /^(?:[0-9a-fA-F]{2})*$/;

/** Upper-case hex, two digits a byte, no separators: the form that logs, kit lines and screens use. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text.toUpperCase();
}

/** Bytes of a hex string in either case without separators; undefined when it is not that. */
export function parseHex(text: string): Uint8Array | undefined {
  if (!HEX_PATTERN.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Bytes of a hex constant of ours; white space is allowed between bytes. Throws RangeError when it is not hex. */
export function fromHex(text: string): Uint8Array {
  const bytes = parseHex(text.replace(/\s+/g, ''));
  if (bytes === undefined) throw new RangeError('not a hex string');
  return bytes;
}

/** One array of all parts in order. */
export function concat(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Whether both hold the same bytes. Not constant in time: never for secrets on a network. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** The byte at an index that the caller knows to exist; RangeError otherwise. */
export function byteAt(bytes: Uint8Array, index: number): number {
  const byte = bytes[index];
  if (byte === undefined) throw new RangeError(`no byte at ${index} of ${bytes.length}`);
  return byte;
}

/** Bytes `offset .. offset + count - 1`, a copy; RangeError when they are not all there. */
export function sliceExact(bytes: Uint8Array, offset: number, count: number): Uint8Array {
  if (offset < 0 || count < 0 || offset + count > bytes.length) {
    throw new RangeError(`bytes ${offset}..${offset + count} of ${bytes.length}`);
  }
  // Not `slice`: that of a Node Buffer is a view, and wiping the one would wipe the other.
  return new Uint8Array(bytes.subarray(offset, offset + count));
}

/** A copy of exactly `length` bytes, filled up on the right with `fill`; RangeError when there are more. */
export function padRight(bytes: Uint8Array, length: number, fill = 0): Uint8Array {
  if (bytes.length > length) throw new RangeError(`${bytes.length} bytes do not fit ${length}`);
  const padded = new Uint8Array(length).fill(fill);
  padded.set(bytes);
  return padded;
}

/** Two bytes, low byte first. */
export function u16le(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff);
}

/** Two bytes, high byte first. */
export function u16be(value: number): Uint8Array {
  return Uint8Array.of((value >> 8) & 0xff, value & 0xff);
}

/** Four bytes, high byte first. */
export function u32be(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** The 16-bit number at `offset`, low byte first. */
export function readU16le(bytes: Uint8Array, offset: number): number {
  return byteAt(bytes, offset) | (byteAt(bytes, offset + 1) << 8);
}

/** The 16-bit number at `offset`, high byte first. */
export function readU16be(bytes: Uint8Array, offset: number): number {
  return (byteAt(bytes, offset) << 8) | byteAt(bytes, offset + 1);
}

/** The unsigned 32-bit number at `offset`, high byte first. */
export function readU32be(bytes: Uint8Array, offset: number): number {
  return ((readU16be(bytes, offset) << 16) | readU16be(bytes, offset + 2)) >>> 0;
}

const utf8Encoder = new TextEncoder();

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text);
}

/** Text of UTF-8 bytes; undefined when they are not UTF-8. */
export function parseUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
