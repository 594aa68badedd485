import { byteAt, sliceExact, toHex } from '../../base/bytes.ts';
import type { Part } from '../command.ts';
import { type ConfigField, configFields } from './fields.ts';
import { type ConfigZone, decodeConfig, isSlotLocked } from './model.ts';

/** One side of a difference. */
export interface DifferenceSide {
  /** Upper-case hex of the field's bytes. */
  readonly hex: string;
  readonly meaning: string;
}

/** A field that is not the same in two zones. */
export interface ConfigDifference {
  readonly field: string;
  readonly offset: number;
  readonly length: number;
  readonly slot?: number;
  /** Offsets of the bytes that differ, ascending. */
  readonly bytes: readonly number[];
  readonly left: DifferenceSide;
  readonly right: DifferenceSide;
}

/** Offsets `first..last`, both included. */
function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const comparedBytes = {
  ATECC508A: [...range(16, 51), ...range(90, 127)],
  ATECC608: [...range(16, 51), ...range(68, 83), ...range(90, 127)],
} as const;

/** Bytes that a client writes and that must read back as written: counters and bytes 84..89 change by use and locks (config-zone.md 4). */
export function readBackBytes(part: Part): readonly number[] {
  return comparedBytes[part];
}

/** Bytes that stage 1 writes: 16..83 and 88..127. */
export const writableBytes: readonly number[] = [...range(16, 83), ...range(88, 127)];

/**
 * Fields in which two zones differ, in order of their bytes, each with what it means on either side.
 * @param offsets only differences in these bytes count; default: all 128.
 */
export function diffConfig(
  left: Uint8Array,
  right: Uint8Array,
  part: Part,
  offsets: readonly number[] = range(0, 127),
): readonly ConfigDifference[] {
  const leftConfig = decodeConfig(left, part);
  const rightConfig = decodeConfig(right, part);
  const counted = new Set(offsets);
  return configFields(part).flatMap((field) => {
    const bytes = range(field.offset, field.offset + field.length - 1).filter(
      (offset) => counted.has(offset) && byteAt(left, offset) !== byteAt(right, offset),
    );
    if (bytes.length === 0) return [];
    return [
      {
        field: field.name,
        offset: field.offset,
        length: field.length,
        ...(field.slot === undefined ? {} : { slot: field.slot }),
        bytes,
        left: side(field, left, leftConfig),
        right: side(field, right, rightConfig),
      },
    ];
  });
}

function side(field: ConfigField, bytes: Uint8Array, config: ConfigZone): DifferenceSide {
  return { hex: toHex(sliceExact(bytes, field.offset, field.length)), meaning: field.describe(config) };
}

/** When the chip was read: before its config lock nothing but the image may have changed SlotLocked. */
export type ReadBackTime = 'before-config-lock' | 'after-config-lock';

/** What a read-back found. */
export interface ReadBack {
  readonly same: boolean;
  readonly differences: readonly ConfigDifference[];
}

/**
 * Compares what a chip holds with the image that was, or was to be, written to it (config-zone.md 4): the bytes of
 * `readBackBytes`, and SlotLocked: before the config lock exactly the image's (FF FF unless it locks slots on purpose),
 * later every slot that the image locks must be locked and others may be.
 */
export function compareReadBack(image: Uint8Array, chip: Uint8Array, part: Part, when: ReadBackTime): ReadBack {
  const differences = [...diffConfig(image, chip, part, readBackBytes(part))];
  const wanted = decodeConfig(image, part);
  const found = decodeConfig(chip, part);
  const locksDiffer =
    when === 'before-config-lock'
      ? wanted.slotLocked !== found.slotLocked
      : wanted.slots.some(({ number }) => isSlotLocked(wanted, number) && !isSlotLocked(found, number));
  if (locksDiffer) {
    const locks = diffConfig(image, chip, part, [88, 89]);
    differences.push(...locks);
    differences.sort((a, b) => a.offset - b.offset);
  }
  return { same: differences.length === 0, differences };
}
