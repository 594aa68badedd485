import type { Part } from '../../../src-shared/atecc/command.ts';
import { defaultImage, keyConfigOffset, slotConfigOffset } from '../../../src-shared/atecc/config/index.ts';

/** Bytes of an image to change: offset -> value. */
export type Patch = Readonly<Record<number, number>>;

/** A copy of an image with some bytes changed. */
export function patched(image: Uint8Array, patch: Patch): Uint8Array {
  const copy = image.slice();
  for (const [offset, value] of Object.entries(patch)) copy[Number(offset)] = value;
  return copy;
}

/** The default image of a part with some bytes changed. */
export function defaultWith(part: Part, patch: Patch): Uint8Array {
  return patched(defaultImage(part), patch);
}

/** SlotConfig and KeyConfig of a slot, as the numbers the pages use (208F, 0033). */
export function slotPatch(slot: number, slotConfig: number, keyConfig: number): Patch {
  return {
    [slotConfigOffset(slot)]: slotConfig & 0xff,
    [slotConfigOffset(slot) + 1]: slotConfig >> 8,
    [keyConfigOffset(slot)]: keyConfig & 0xff,
    [keyConfigOffset(slot) + 1]: keyConfig >> 8,
  };
}
