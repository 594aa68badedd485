import { decodeConfig, fillBlocks } from '../../src-shared/atecc/config/index.ts';
import { lockCrcOf } from '../../src-shared/atecc/lock-crc.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { BlockWrite, ExpectedContent } from '../device/index.ts';
import { asd1Image, asd1RandomSlots, asd1Slots } from './asd1/layout.ts';
import { type Blueprint, clearContent, contentOfKey } from './setup-blueprint.ts';

/** The data zone of a module in the making, as blocks. */
export interface ModuleContent {
  /** Every block of the data zone and OTP in writing order; slots that are not there yet are zeros. */
  readonly blocks: readonly BlockWrite[];
  /** CRC register over all of it, as the data lock compares it. */
  readonly crc: number;
  /** Zeroes the blocks that hold secrets. */
  wipe(): void;
}

/** Content by slot as blocks, with its CRC. Every secret slot must be there: what is not planned is not left to chance. */
export function moduleContent(content: ReadonlyMap<number, Uint8Array>): ModuleContent {
  const secret = new Set<number>([asd1Slots.passwordKey, asd1Slots.writeKey, ...asd1RandomSlots]);
  const fill = fillBlocks(decodeConfig(asd1Image, 'ATECC508A'), content, (count) => {
    throw new SignetError('INTERNAL', `a slot of ${count} bytes was not filled`);
  });
  const crc = lockCrcOf([fill.crcInput]);
  fill.crcInput.fill(0);
  const blocks = fill.blocks.map(({ address, bytes }) => ({
    address,
    bytes,
    secret: address.zone === 'data' && secret.has(address.slot),
  }));
  return {
    blocks,
    crc,
    wipe: () => {
      for (const block of blocks) if (block.secret) block.bytes.fill(0);
    },
  };
}

/** What can be read after the data lock (step 4), all but slot 12, which has its own step. */
export function expectedContent(
  blueprint: Blueprint,
  publicKey: Uint8Array,
  resumed: boolean,
): readonly ExpectedContent[] {
  const content = new Map([...clearContent(blueprint), ...contentOfKey(blueprint, publicKey)]);
  // The label is anybody's to change.
  if (resumed) content.delete(asd1Slots.label);
  return [
    ...[...content].map(([slot, bytes]): ExpectedContent => ({ zone: 'data', slot, bytes })),
    { zone: 'otp', slot: 0, bytes: new Uint8Array(64).fill(0xff) },
  ];
}
