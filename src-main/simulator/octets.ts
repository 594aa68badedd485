/**
 * The simulator's own hex and CRC. Written apart from src-shared on purpose: a mistake there must not find its twin here.
 */

const DIGITS = '0123456789ABCDEF';

/** Upper-case hex, as kits print it. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += DIGITS.charAt(byte >> 4) + DIGITS.charAt(byte & 15);
  return text;
}

/** Bytes of a hex text in either case; undefined for an odd length or another character. */
export function unhex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i += 1) {
    const high = DIGITS.indexOf(text.charAt(2 * i).toUpperCase());
    const low = DIGITS.indexOf(text.charAt(2 * i + 1).toUpperCase());
    if (high < 0 || low < 0) return undefined;
    bytes[i] = high * 16 + low;
  }
  return bytes;
}

/** The chip's CRC-16 over all bytes given: polynomial 8005, start 0, least significant bit first (atecc-device.md 2). */
export function crc16(bytes: Uint8Array): number {
  let register = 0;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit += 1) {
      const feedback = ((byte >> bit) & 1) ^ (register >> 15);
      register = (register << 1) & 0xffff;
      if (feedback === 1) register ^= 0x8005;
    }
  }
  return register;
}

/** A copy whose last two bytes are the CRC of what stands before them, low byte first. */
export function withCrc(packet: Uint8Array): Uint8Array {
  const copy = packet.slice();
  const crc = crc16(copy.subarray(0, -2));
  copy[copy.length - 2] = crc & 0xff;
  copy[copy.length - 1] = crc >> 8;
  return copy;
}

/** Whether count and CRC of an answer agree with its bytes. */
export function wellFormed(packet: Uint8Array): boolean {
  const length = packet.length;
  if (length < 4 || packet[0] !== length) return false;
  const crc = crc16(packet.subarray(0, -2));
  return packet[length - 2] === (crc & 0xff) && packet[length - 1] === crc >> 8;
}

/** Whether both are the same, byte by byte. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Text of bytes one to one (Latin 1): kit lines are ASCII, but garbage need not be. */
export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Bytes of a text one to one; characters above FF lose their high part. */
export function fromLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i) & 0xff;
  return bytes;
}
