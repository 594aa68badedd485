/** Byte helpers of the chip; hex and CRC are the room's (../octets.ts). */

/** One array of all parts in order. */
export function join(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
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

/** The byte at `index`, 0 where there is none: a command that skipped its length check reads zeros, as a chip reads its buffer. */
export function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** Exactly `length` bytes from `offset`, a copy, zeros where there are none. */
export function take(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const taken = new Uint8Array(length);
  taken.set(bytes.subarray(offset, offset + length));
  return taken;
}

/** Byte by byte exclusive or, as long as `a`; `b` counts as zeros where it is shorter. */
export function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ at(b, i));
}

/** `count` zero bytes. */
export function zeros(count: number): Uint8Array {
  return new Uint8Array(count);
}

/** Two bytes, low byte first. */
export function le16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff);
}

/** Four bytes, low byte first. */
export function le32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff);
}

/** The 16-bit number at `offset`, low byte first. */
export function readLe16(bytes: Uint8Array, offset: number): number {
  return at(bytes, offset) | (at(bytes, offset + 1) << 8);
}

/** The unsigned 32-bit number at `offset`, low byte first. */
export function readLe32(bytes: Uint8Array, offset: number): number {
  return (readLe16(bytes, offset) | (readLe16(bytes, offset + 2) << 16)) >>> 0;
}

/** The 16-bit number at `offset`, high byte first. */
export function readBe16(bytes: Uint8Array, offset: number): number {
  return (at(bytes, offset) << 8) | at(bytes, offset + 1);
}
