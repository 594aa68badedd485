/**
 * Packing of bit fields. Wrong values are a caller's mistake (RangeError): a decoded model always packs back.
 */

/** `value` as `width` bits at `shift`; RangeError when it does not fit. */
export function packBits(value: number, width: number, shift: number, name: string): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** width) {
    throw new RangeError(`${name} ${value} does not fit ${width} bits`);
  }
  return value << shift;
}

/** A flag as one bit. */
export function packFlag(on: boolean, bit: number): number {
  return on ? 1 << bit : 0;
}

/** Reserved bits, kept in place (not shifted down); RangeError when they touch bits that are not reserved. */
export function packReserved(value: number, mask: number, name: string): number {
  if (!Number.isInteger(value) || value < 0 || (value & ~mask) !== 0) {
    throw new RangeError(`${name}: ${value} is outside the reserved bits ${mask}`);
  }
  return value;
}

/** `width` bits of `word` from bit `shift`. */
export function takeBits(word: number, width: number, shift: number): number {
  return (word >> shift) & (2 ** width - 1);
}

/** One bit of `word`. */
export function takeFlag(word: number, bit: number): boolean {
  return ((word >> bit) & 1) === 1;
}

/** A byte as two upper-case hex digits. */
export function hex8(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0');
}

/** A 16-bit number as four upper-case hex digits, most significant first (the notation "208F" of the pages). */
export function hex16(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}
