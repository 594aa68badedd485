import { u16le } from '../base/bytes.ts';

/** Generator polynomial of the chips' CRC-16; the register starts at 0 and is not changed at the end (atecc-device.md 2). */
const POLYNOMIAL = 0x8005;

/** The byte with its bits in the other order: data go in least significant bit first, the register is not reflected. */
function reverseBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit += 1) if ((byte >> bit) & 1) reversed |= 0x80 >> bit;
  return reversed;
}

/** Effect of one data byte on a register whose high byte it was already mixed into. */
function registerStep(high: number): number {
  let register = high << 8;
  for (let bit = 0; bit < 8; bit += 1) {
    register = register & 0x8000 ? ((register << 1) ^ POLYNOMIAL) & 0xffff : (register << 1) & 0xffff;
  }
  return register;
}

const reversedBytes = Uint8Array.from({ length: 256 }, (_, byte) => reverseBits(byte));
const steps = Uint16Array.from({ length: 256 }, (_, high) => registerStep(high));

/**
 * The CRC register (16 bits) over `bytes`, as commands, answers and the Lock summary use it. `start` continues an
 * earlier register, so that a long content need not be joined first.
 * Leading zero bytes are invisible to it, and all-zero content gives 0 whatever its length (atecc-device.md 2).
 */
export function crc16(bytes: Uint8Array, start = 0): number {
  let register = start;
  for (const byte of bytes) {
    const high = (register >> 8) ^ (reversedBytes[byte] ?? 0);
    register = ((register << 8) & 0xffff) ^ (steps[high] ?? 0);
  }
  return register;
}

/** The two CRC bytes as they are sent: low byte of the register first. */
export function crcBytes(bytes: Uint8Array): Uint8Array {
  return u16le(crc16(bytes));
}
