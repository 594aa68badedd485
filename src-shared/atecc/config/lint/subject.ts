import { byteAt } from '../../../base/bytes.ts';
import type { Part } from '../../command.ts';
import { type ConfigZone, decodeConfig, isSlotLocked, keyConfigOffset, slotConfigOffset, slotOf } from '../model.ts';
import { type Slot, type SlotUse, slotUse } from '../slot.ts';

/** What is known of the kit that will reach the chip. */
export interface LintKit {
  readonly dialect: 'legacy' | 'd21' | 'modern';
  /** The kit accepts no answer to a wake but 04 11 33 43. */
  readonly fixedWakeCheck: boolean;
  /** The plan names this kit as one that was tried and follows a changed I2C address. */
  readonly followsAddress: boolean;
}

/** Bytes that stage 7 will write to a slot. */
export interface PlannedData {
  readonly slot: number;
  /** Last byte written + 1, in bytes from the start of the slot. */
  readonly length: number;
}

/** What is known besides the image. What is left out is not judged. */
export interface LintContext {
  /** Slot of the private key that is certified, from the device definition or certinfo. */
  readonly deviceKeySlot?: number;
  /** Slots that stage 6 writes: compressed certificates and signer public key. */
  readonly certificateSlots?: readonly number[];
  /** Slots that stage 9 locks; left out = none. */
  readonly slotsToLock?: readonly number[];
  /** Left out: not known, so missing data is no finding. */
  readonly plannedData?: readonly PlannedData[];
  /** Default `fill+crc`. */
  readonly dataLock?: 'fill+crc' | 'no-crc';
  readonly kit?: LintKit;
  /** 8-bit I2C address at which the chip answers now. */
  readonly addressInUse?: number;
  /** Byte 14 of the chip in hand: bit 0 = I2C part. */
  readonly chipByte14?: number;
}

/** The slots of the usual certificate layout (config-zone.md 7.8): device key 0; certificates and signer key 10, 11, 12. */
export const usualLayout: Required<Pick<LintContext, 'deviceKeySlot' | 'certificateSlots'>> = {
  deviceKeySlot: 0,
  certificateSlots: [10, 11, 12],
};

/** An image under a plan, as the rules look at it. */
export interface Subject {
  readonly part: Part;
  readonly image: Uint8Array;
  readonly config: ConfigZone;
  readonly context: LintContext;
  readonly slotsToLock: ReadonlySet<number>;
  readonly certificateSlots: ReadonlySet<number>;
  /** undefined when the plan is not known. */
  readonly planned: ReadonlyMap<number, number> | undefined;
  readonly noCrc: boolean;
}

/** Decodes the image and checks the context. RangeError on a wrong length or a slot outside 0..15. */
export function lintSubject(image: Uint8Array, part: Part, context: LintContext): Subject {
  const config = decodeConfig(image, part);
  const named = [
    ...(context.slotsToLock ?? []),
    ...(context.certificateSlots ?? []),
    ...(context.plannedData ?? []).map((data) => data.slot),
    ...(context.deviceKeySlot === undefined ? [] : [context.deviceKeySlot]),
  ];
  for (const number of named) slotOf(config, number);
  const planned = new Map<number, number>();
  for (const { slot, length } of context.plannedData ?? []) planned.set(slot, Math.max(length, planned.get(slot) ?? 0));
  return {
    part,
    image,
    config,
    context,
    slotsToLock: new Set(context.slotsToLock ?? []),
    certificateSlots: new Set(context.certificateSlots ?? []),
    planned: context.plannedData === undefined ? undefined : planned,
    noCrc: context.dataLock === 'no-crc',
  };
}

/** Both bytes of SlotConfig[slot]. */
export function slotConfigBytes(slot: number): number[] {
  return [slotConfigOffset(slot), slotConfigOffset(slot) + 1];
}

/** Both bytes of KeyConfig[slot]. */
export function keyConfigBytes(slot: number): number[] {
  return [keyConfigOffset(slot), keyConfigOffset(slot) + 1];
}

/** SlotConfig and KeyConfig of a slot. */
export function slotBytes(slot: number): number[] {
  return [...slotConfigBytes(slot), ...keyConfigBytes(slot)];
}

/** Byte of SlotLocked that holds the slot's bit. */
export function slotLockedByte(slot: number): number {
  return slot < 8 ? 88 : 89;
}

type StorageUse = Exclude<SlotUse, { kind: 'private-key' }>;
type PrivateUse = Extract<SlotUse, { kind: 'private-key' }>;

/** Slots that hold anything but a private key. */
export function storageSlots(subject: Subject): readonly { readonly slot: Slot; readonly use: StorageUse }[] {
  return subject.config.slots.flatMap((slot) => {
    const use = slotUse(slot);
    return use.kind === 'private-key' ? [] : [{ slot, use }];
  });
}

/** Slots that hold a private key. */
export function privateSlots(subject: Subject): readonly { readonly slot: Slot; readonly use: PrivateUse }[] {
  return subject.config.slots.flatMap((slot) => {
    const use = slotUse(slot);
    return use.kind === 'private-key' ? [{ slot, use }] : [];
  });
}

/** Whether Write is open to everybody by SlotConfig. */
function isWritableByAnyone(slot: Slot): boolean {
  const use = slotUse(slot);
  return use.kind !== 'private-key' && (use.write === 'always' || use.write === 'pub-invalid');
}

/** Whether the slot is locked when the run is over: by the plan where that is possible, or by the image. */
export function isLockedAfterRun(subject: Subject, slot: Slot): boolean {
  if (isSlotLocked(subject.config, slot.number)) return true;
  return slot.keyConfig.lockable && subject.slotsToLock.has(slot.number);
}

/** Whether anybody can write the slot after PASS. */
export function isOpenAfterRun(subject: Subject, slot: Slot): boolean {
  return isWritableByAnyone(slot) && !isLockedAfterRun(subject, slot);
}

/** The change that makes a slot's WriteConfig "never", WriteKey kept. */
export function neverWritable(subject: Subject, slot: number): { readonly offset: number; readonly value: number } {
  const offset = slotConfigOffset(slot) + 1;
  return { offset, value: (byteAt(subject.image, offset) & 0x0f) | 0x80 };
}
