import { type MemoryAddress, slotSize } from '../../src-shared/atecc/address.ts';
import type { Part } from '../../src-shared/atecc/command.ts';
import { decodeConfig, fillBlocks } from '../../src-shared/atecc/config/index.ts';
import { crc16 } from '../../src-shared/atecc/crc.ts';
import type { PlanEntry } from '../../src-shared/model/plan.ts';
import type { BlockWrite, ExpectedContent } from '../device/index.ts';
import type { ResolvedWrite } from './data-sources.ts';
import type { DataBlock } from './ports.ts';

/** What stages 6 and 7 write, as one whole. */
export interface Content {
  /** All blocks of stages 6 and 7, ascending, as they are written. */
  readonly all: readonly BlockWrite[];
  /** Register over everything that the data lock covers, when all of it was written. */
  readonly crc: number;
  /** What can be read back in clear after the lock. */
  readonly expected: readonly ExpectedContent[];
}

export interface ContentParts {
  /** 128 bytes */
  readonly image: Uint8Array;
  readonly part: Part;
  readonly dataLock: PlanEntry['dataLock'];
  /** Bytes of the plan by slot (whole slots from byte 0) and for OTP (up to 64). */
  readonly planned: { readonly slots: ReadonlyMap<number, Uint8Array>; readonly otp: Uint8Array };
  readonly certificateBlocks: readonly BlockWrite[];
  readonly callbackBlocks: readonly DataBlock[];
  /** Fills secret slots that the plan leaves free. */
  readonly random: (length: number) => Uint8Array;
}

/** Every block of stages 6 and 7 in the order of writing, the CRC over all of it, and what can be read back (provisioning-recipes.md 5). */
export function buildContent(parts: ContentParts): Content {
  const { planned } = parts;
  const slots = new Map(planned.slots);
  const otp = new Uint8Array(64).fill(0xff);
  otp.set(planned.otp);
  const put = (slot: number, offset: number, bytes: Uint8Array): void => {
    const size = slotSize(slot);
    const grown = new Uint8Array(size);
    grown.set(slots.get(slot) ?? new Uint8Array(0));
    grown.set(bytes.subarray(0, Math.min(bytes.length, size - offset)), offset);
    slots.set(slot, grown);
  };
  for (const block of parts.certificateBlocks) put(block.address.slot, 32 * block.address.block, block.bytes);
  for (const block of parts.callbackBlocks) {
    if (block.zone === 'otp') otp.set(block.bytes, 32 * block.block);
    else put(block.slot, 32 * block.block, block.bytes);
  }
  const config = decodeConfig(parts.image, parts.part);
  const secret = new Set(config.slots.filter((slot) => slot.slotConfig.isSecret).map((slot) => slot.number));
  const fill = fillBlocks(config, slots, parts.random, otp);
  const wanted = (address: MemoryAddress): boolean => {
    if (parts.dataLock === 'fill+crc') return true;
    return address.zone === 'otp'
      ? planned.otp.length > 0 || parts.callbackBlocks.some((block) => block.zone === 'otp')
      : slots.has(address.slot);
  };
  const all = fill.blocks
    .filter(({ address }) => wanted(address))
    .map(({ address, bytes }) => ({ address, bytes, secret: address.zone === 'data' && secret.has(address.slot) }));
  const expected: ExpectedContent[] = [];
  for (const { number, slotConfig, keyConfig } of config.slots) {
    if (keyConfig.private || slotConfig.isSecret || slotConfig.encryptRead) continue;
    const blocks = all.filter(({ address }) => address.zone === 'data' && address.slot === number);
    if (blocks.length === 0) continue;
    const bytes = new Uint8Array(slotSize(number));
    for (const block of blocks)
      bytes.set(block.bytes.subarray(0, bytes.length - 32 * block.address.block), 32 * block.address.block);
    // The chip marks a public key that needs validation as invalid whenever it is written.
    if (keyConfig.pubInfo && keyConfig.keyType === 4) bytes[0] = ((bytes[0] ?? 0) & 0x0f) | 0xa0;
    expected.push({ zone: 'data', slot: number, bytes });
  }
  if (all.some(({ address }) => address.zone === 'otp')) expected.push({ zone: 'otp', slot: 0, bytes: otp });
  return { all, crc: crc16(fill.crcInput), expected };
}

/** Writes of the plan whose bytes are the same in every run and can be read in clear after the data lock. */
export function plannedInClear(
  image: Uint8Array,
  part: Part,
  writes: readonly ResolvedWrite[],
): readonly ResolvedWrite[] {
  const clear = new Set(
    decodeConfig(image, part)
      .slots.filter(
        ({ slotConfig, keyConfig }) => !keyConfig.private && !slotConfig.isSecret && !slotConfig.encryptRead,
      )
      .map((slot) => slot.number),
  );
  return writes.filter(
    ({ write }) => write.source.kind !== 'random' && (write.zone === 'otp' || clear.has(write.slot)),
  );
}
