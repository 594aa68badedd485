/**
 * Memory of a chip: zones, slots, blocks, words, and the P1/P2 that address them (atecc-device.md 4).
 * A block has 32 bytes, a word 4. Slots 0..7 hold 36 bytes, slot 8 416, slots 9..15 72.
 */

export type Zone = 'config' | 'otp' | 'data';

export const BLOCK_SIZE = 32;
export const WORD_SIZE = 4;
export const SLOT_COUNT = 16;
export const CONFIG_SIZE = 128;
export const OTP_SIZE = 64;

const zoneCodes = { config: 0, otp: 1, data: 2 } as const;

/** P1 bit 7: the access moves 32 bytes instead of 4. */
export const ACCESS_32_BYTES = 0x80;
/** P1 bit 6 of Write: the data are encrypted. */
export const ACCESS_ENCRYPTED = 0x40;

/** The zone's code in P1 bits 1..0. */
export function zoneCode(zone: Zone): 0 | 1 | 2 {
  return zoneCodes[zone];
}

/** The zone of P1 bits 1..0; other bits (size, encryption) are ignored. undefined for code 3. */
export function zoneOfCode(code: number): Zone | undefined {
  switch (code & 3) {
    case 0:
      return 'config';
    case 1:
      return 'otp';
    case 2:
      return 'data';
    default:
      return undefined;
  }
}

/** Where a 4- or 32-byte access goes. `slot` counts in the data zone only; `word` is 0 for 32-byte accesses. */
export interface MemoryAddress {
  readonly zone: Zone;
  readonly slot: number;
  readonly block: number;
  readonly word: number;
}

/** Address of a block (32 bytes) or word (4 bytes) of a data slot. */
export function dataAddress(slot: number, block: number, word = 0): MemoryAddress {
  return { zone: 'data', slot, block, word };
}

/** Address of a block, or of a word in it, of the configuration zone. */
export function configAddress(block: number, word = 0): MemoryAddress {
  return { zone: 'config', slot: 0, block, word };
}

/** Address of a block, or of a word in it, of the OTP zone. */
export function otpAddress(block: number, word = 0): MemoryAddress {
  return { zone: 'otp', slot: 0, block, word };
}

/**
 * P2 of Read and Write: config and OTP block << 3 | word; data block << 8 | slot << 3 | word (atecc-device.md 4).
 * Throws RangeError for numbers outside their fields (word 0..7, slot and block as far as 16 bits go).
 */
export function addressParam2(address: MemoryAddress): number {
  requireField('word', address.word, 7);
  if (address.zone === 'data') {
    requireField('slot', address.slot, 31);
    requireField('block', address.block, 255);
    return (address.block << 8) | (address.slot << 3) | address.word;
  }
  requireField('block', address.block, 31);
  return (address.block << 3) | address.word;
}

/** Block, slot and word of a P2 (the other way round). */
export function addressOfParam2(zone: Zone, param2: number): MemoryAddress {
  requireField('P2', param2, 0xffff);
  if (zone === 'data') return dataAddress((param2 >> 3) & 0x0f, param2 >> 8, param2 & 7);
  return { zone, slot: 0, block: (param2 >> 3) & 0x1f, word: param2 & 7 };
}

/** How large the zones of a device family are. `slotSize` gives undefined for a slot that is not there. */
export interface Geometry {
  readonly configSize: number;
  readonly otpSize: number;
  slotSize(slot: number): number | undefined;
}

/** ATECC108A, 508A and 608. */
export const eccGeometry: Geometry = {
  configSize: CONFIG_SIZE,
  otpSize: OTP_SIZE,
  slotSize(slot) {
    if (!Number.isInteger(slot) || slot < 0 || slot >= SLOT_COUNT) return undefined;
    if (slot < 8) return 36;
    return slot === 8 ? 416 : 72;
  },
};

/** ATSHA204A: the symmetric-only relative that shares the kits; 16 slots of one block. */
export const shaGeometry: Geometry = {
  configSize: 88,
  otpSize: 64,
  slotSize(slot) {
    return Number.isInteger(slot) && slot >= 0 && slot < SLOT_COUNT ? 32 : undefined;
  },
};

/** Bytes of a slot of an ECC part: 36, 416 or 72. Throws RangeError for a slot that is not 0..15. */
export function slotSize(slot: number): number {
  const size = eccGeometry.slotSize(slot);
  if (size === undefined) throw new RangeError(`slot ${slot} is not 0..15`);
  return size;
}

/** Number of 32-byte blocks of a slot, the short last one included: 2, 13 or 3. */
export function slotBlockCount(slot: number): number {
  return Math.ceil(slotSize(slot) / BLOCK_SIZE);
}

/** Bytes of a zone, or of a slot of the data zone; undefined when there is no such slot. */
export function zoneSize(zone: Zone, slot: number, geometry: Geometry = eccGeometry): number | undefined {
  if (zone === 'config') return geometry.configSize;
  return zone === 'otp' ? geometry.otpSize : geometry.slotSize(slot);
}

/** One access of a plan: where, how many bytes, and which bytes of the wanted range it carries. */
export interface Access {
  readonly address: MemoryAddress;
  readonly size: 4 | 32;
  /** Index of the access's first byte counted from the start of the zone or slot. */
  readonly start: number;
}

/**
 * The reads that fetch `length` bytes at `offset` of a zone or slot, ascending: whole blocks while a whole block is there,
 * 4-byte words in a short last block (atecc-device.md 7.4). The first access may begin before `offset`, the last end after it.
 * undefined when the range is not inside the zone or slot.
 */
export function readAccesses(
  zone: Zone,
  slot: number,
  offset: number,
  length: number,
  geometry: Geometry = eccGeometry,
): readonly Access[] | undefined {
  const size = zoneSize(zone, slot, geometry);
  if (size === undefined || !isRange(offset, length, size)) return undefined;
  if (length === 0) return [];
  const accesses: Access[] = [];
  const end = offset + length;
  for (let at = blockStart(offset); at < end; ) {
    if (size - blockStart(at) >= BLOCK_SIZE) {
      accesses.push(access(zone, slot, at, 32));
      at += BLOCK_SIZE;
    } else {
      const wordStart = Math.max(at, offset - (offset % WORD_SIZE));
      accesses.push(access(zone, slot, wordStart, 4));
      at = wordStart + WORD_SIZE;
    }
  }
  return accesses;
}

/**
 * The plain writes that store `length` bytes at `offset`, ascending: a 32-byte write wherever a whole block is covered, else
 * words. In the configuration zone block 2 goes word by word and word 5 (bytes 84..87: UserExtra, Selector and the lock
 * bytes) is left out, because no Write may touch it (config-zone.md 4).
 * undefined when the range is not inside the zone or slot or not in whole words.
 */
export function writeAccesses(
  zone: Zone,
  slot: number,
  offset: number,
  length: number,
  geometry: Geometry = eccGeometry,
): readonly Access[] | undefined {
  const size = zoneSize(zone, slot, geometry);
  if (size === undefined || !isRange(offset, length, size)) return undefined;
  if (offset % WORD_SIZE !== 0 || length % WORD_SIZE !== 0) return undefined;
  const accesses: Access[] = [];
  const end = offset + length;
  for (let at = offset; at < end; ) {
    const lockBlock = zone === 'config' && Math.floor(at / BLOCK_SIZE) === 2;
    if (at % BLOCK_SIZE === 0 && end - at >= BLOCK_SIZE && !lockBlock) {
      accesses.push(access(zone, slot, at, 32));
      at += BLOCK_SIZE;
    } else {
      if (!(zone === 'config' && at === 84)) accesses.push(access(zone, slot, at, 4));
      at += WORD_SIZE;
    }
  }
  return accesses;
}

/** All 32-byte blocks of a slot, ascending: the only writes that work before data lock (atecc-device.md 4). */
export function slotBlocks(slot: number): readonly MemoryAddress[] {
  return Array.from({ length: slotBlockCount(slot) }, (_, block) => dataAddress(slot, block));
}

/** "config block 0", "slot 10 block 1", "OTP word 3": for the dry run and the trace. */
export function describeAddress(address: MemoryAddress, size: 4 | 32): string {
  const where = address.zone === 'data' ? `slot ${address.slot} ` : address.zone === 'otp' ? 'OTP ' : 'config ';
  return size === 32 ? `${where}block ${address.block}` : `${where}block ${address.block} word ${address.word}`;
}

function access(zone: Zone, slot: number, start: number, size: 4 | 32): Access {
  const block = Math.floor(start / BLOCK_SIZE);
  const word = size === 32 ? 0 : (start % BLOCK_SIZE) / WORD_SIZE;
  return { address: { zone, slot: zone === 'data' ? slot : 0, block, word }, size, start };
}

function blockStart(at: number): number {
  return at - (at % BLOCK_SIZE);
}

function isRange(offset: number, length: number, size: number): boolean {
  return Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 && length >= 0 && offset + length <= size;
}

function requireField(what: string, value: number, maximum: number): void {
  if (!Number.isInteger(value) || value < 0 || value > maximum)
    throw new RangeError(`${what} ${value} is not 0..${maximum}`);
}
