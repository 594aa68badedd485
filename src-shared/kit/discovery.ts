import type { KitReply } from './reply.ts';

/** Device indices that a kit can be asked for; all eight are (kit-protocol.md 6). */
export const DEVICE_INDICES: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7];

/** One device of a kit's discovery. */
export interface DiscoveredDevice {
  readonly index: number;
  /** The kit's word in capitals: "ECC108", "ECC508A", "SHA204". What the part really is, only Info tells. */
  readonly name: string;
  /** "TWI", "SWI", "SPI"; empty when the kit does not say. */
  readonly bus: string;
  /** 8-bit I2C address (or the bus's own kind of selector). */
  readonly address: number;
}

/**
 * The device in an answer to `board:device(index)`; undefined when the index is empty: a status other than 00, the word
 * `no_device`, address 00 on I2C, or no words at all (kit-protocol.md 6).
 */
export function deviceOf(index: number, reply: KitReply): DiscoveredDevice | undefined {
  // Words and bus mean the same in either case (kit-protocol.md 1).
  const [name, bus = ''] = reply.words.map((word) => word.toUpperCase());
  const address = reply.data[0];
  if (reply.status !== 0x00 || name === undefined || name === 'NO_DEVICE') return undefined;
  if (address === undefined || (address === 0 && bus !== 'SWI' && bus !== 'SPI')) return undefined;
  return { index, name, bus, address };
}

/** The same without repeats: one entry per bus and address, the first one (the D21 host shows one chip eight times). */
export function withoutRepeats(devices: readonly DiscoveredDevice[]): DiscoveredDevice[] {
  const seen = new Set<string>();
  return devices.filter((device) => {
    const place = `${device.bus}:${device.address}`;
    if (seen.has(place)) return false;
    seen.add(place);
    return true;
  });
}

/** Whether the kit's word stands for a chip of ours: everything that begins with "ECC" (or "ATECC"), in either case. */
export function isEccDevice(device: DiscoveredDevice): boolean {
  return /^(?:AT)?ECC/i.test(device.name);
}
