import { type Chip, createChip, seededRandom } from '../../src-main/simulator/chip/index.ts';
import type { SimulatedClock } from '../../src-main/simulator/silicon.ts';
import { fromHex } from '../../src-shared/base/bytes.ts';

/** The chip that the emulated micro:bit carries: config-zone.md 7.1 with the serial number of kit-protocol.md 7, unlocked. */
export const BENCH_CONFIG = fromHex(`
  01 23 03 04 00 00 50 00 05 06 07 08 EE 00 01 00  C0 00 55 00 8F 2F C4 44 87 20 C4 F4 8F 0F 8F 8F
  9F 8F 83 64 C4 44 C4 64 0F 0F 0F 0F 0F 0F 0F 0F  0F 0F 0F 0F FF FF FF FF 00 00 00 00 FF FF FF FF
  00 00 00 00 FF FF FF FF FF FF FF FF FF FF FF FF  FF FF FF FF 00 00 55 55 FF FF 00 00 00 00 00 00
  33 00 1C 00 13 00 1C 00 3C 00 1C 00 1C 00 33 00  1C 00 1C 00 3C 00 30 00 3C 00 3C 00 32 00 30 00`);

export const BENCH_SERIAL_NUMBER = fromHex('01 23 03 04 05 06 07 08 EE');

/** A new one, of either part, at any address. */
export function benchChip(clock: SimulatedClock, part: '508A' | '608A' = '508A', address = 0xc0): Chip {
  const config = BENCH_CONFIG.slice();
  config[16] = address;
  if (part === '608A') config.set([0x00, 0x00], 18);
  return createChip({ part, serialNumber: BENCH_SERIAL_NUMBER, config, clock, random: seededRandom(1) });
}
