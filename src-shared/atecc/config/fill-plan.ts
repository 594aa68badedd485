import { padRight, sliceExact } from '../../base/bytes.ts';
import { SignetError } from '../../base/error.ts';
import { BLOCK_SIZE, type MemoryAddress, OTP_SIZE, otpAddress, slotBlocks, slotSize } from '../address.ts';
import { dataLockBytes } from '../lock-crc.ts';
import { type ConfigZone, encodeConfig } from './model.ts';
import type { Slot } from './slot.ts';

/** What the data-lock policy `fill+crc` means for an image (provisioning-recipes.md 5). */
export interface FillPlan {
  /** Slots with a private key: neither written nor under the CRC. */
  readonly privateSlots: readonly number[];
  /** Every 32-byte block to write: ascending by slot, then block, then OTP. */
  readonly blocks: readonly MemoryAddress[];
  /** Bytes under the data-lock CRC (rule `full`: 36, 416 or 72 a slot, OTP 64). */
  readonly crcBytes: number;
  /** Secret slots: filled with random bytes where nothing is planned for them. */
  readonly randomSlots: readonly number[];
  /** Slots that may be locked one by one. */
  readonly lockableSlots: readonly number[];
}

/** One 32-byte write. */
export interface FilledBlock {
  readonly address: MemoryAddress;
  /** 32 bytes; the chip ignores what lies behind the end of a short last block. */
  readonly bytes: Uint8Array;
}

/** All writes of stages 6 and 7 and what the chip then computes its CRC over. */
export interface Fill {
  readonly blocks: readonly FilledBlock[];
  /** Slots 0..15 without private ones at full size, then OTP. Holds secrets where the plan does: keep it short-lived. */
  readonly crcInput: Uint8Array;
}

const otpBlocks: readonly MemoryAddress[] = [otpAddress(0), otpAddress(1)];

/** Which blocks `fill+crc` writes, how many bytes its CRC covers, and which slots it fills at random. */
export function fillPlan(config: ConfigZone): FillPlan {
  const written = config.slots.filter((slot) => !slot.keyConfig.private);
  return {
    privateSlots: config.slots.filter((slot) => slot.keyConfig.private).map((slot) => slot.number),
    blocks: [...written.flatMap((slot) => slotBlocks(slot.number)), ...otpBlocks],
    crcBytes: written.reduce((sum, slot) => sum + slotSize(slot.number), OTP_SIZE),
    randomSlots: written.filter((slot) => slot.slotConfig.isSecret).map((slot) => slot.number),
    lockableSlots: config.slots.filter((slot) => slot.keyConfig.lockable).map((slot) => slot.number),
  };
}

/**
 * The content of every block that `fill+crc` writes, and of the CRC: planned bytes padded with 00; without any a secret
 * slot gets `random(size)`, another 00, OTP FF. A public key that needs validation counts with the high nibble A in its
 * first byte, because the chip sets it at every write (provisioning-recipes.md 5).
 * @param planned content by slot, from byte 0, at most the slot's size.
 * @param random gives that many random bytes; called once per secret slot without content, in slot order.
 * @param otp at most 64 bytes, padded with FF.
 * @throws SignetError PLAN_UNSAFE when bytes are planned for a private-key slot, or more than a slot holds.
 */
export function fillBlocks(
  config: ConfigZone,
  planned: ReadonlyMap<number, Uint8Array>,
  random: (count: number) => Uint8Array,
  otp: Uint8Array = new Uint8Array(0),
): Fill {
  for (const [number, bytes] of planned) checkPlanned(config, number, bytes);
  if (otp.length > OTP_SIZE) throw new SignetError('PLAN_UNSAFE', `${otp.length} bytes do not fit the 64 bytes of OTP`);
  const blocks: FilledBlock[] = [];
  const slots = new Map<number, Uint8Array>();
  for (const slot of config.slots) {
    if (slot.keyConfig.private) continue;
    const content = slotContent(slot, planned.get(slot.number), random);
    blocks.push(...cut(slotBlocks(slot.number), content));
    slots.set(slot.number, content);
  }
  const otpContent = padRight(otp, OTP_SIZE, 0xff);
  blocks.push(...cut(otpBlocks, otpContent));
  return { blocks, crcInput: dataLockBytes({ config: encodeConfig(config), slots, otp: otpContent }) };
}

/** Why bytes cannot be planned for a slot; the words for it are the model's (`planReasons`). */
export type PlannedFault =
  | { readonly code: 'slot-unknown' | 'slot-private'; readonly facts: { readonly slot: number } }
  | {
      readonly code: 'slot-length';
      readonly facts: { readonly slot: number; readonly bytes: number; readonly most: number };
    };

/** What is wrong with bytes planned for a slot from its first byte on; undefined = nothing. */
export function plannedFault(config: ConfigZone, slot: number, bytes: Uint8Array): PlannedFault | undefined {
  const found = config.slots[slot];
  if (found === undefined) return { code: 'slot-unknown', facts: { slot } };
  if (found.keyConfig.private) return { code: 'slot-private', facts: { slot } };
  const most = slotSize(slot);
  return bytes.length > most ? { code: 'slot-length', facts: { slot, bytes: bytes.length, most } } : undefined;
}

function checkPlanned(config: ConfigZone, slot: number, bytes: Uint8Array): void {
  const fault = plannedFault(config, slot, bytes);
  if (fault === undefined) return;
  throw new SignetError('PLAN_UNSAFE', `what is planned for slot ${slot} does not fit: ${fault.code}`, fault.facts);
}

function slotContent(slot: Slot, planned: Uint8Array | undefined, random: (count: number) => Uint8Array): Uint8Array {
  const size = slotSize(slot.number);
  if (planned !== undefined) return padRight(planned, size);
  if (!slot.slotConfig.isSecret) return new Uint8Array(size);
  const drawn = random(size);
  if (drawn.length !== size) throw new RangeError(`${size} random bytes asked for, ${drawn.length} given`);
  return drawn;
}

function cut(addresses: readonly MemoryAddress[], content: Uint8Array): FilledBlock[] {
  const whole = padRight(content, addresses.length * BLOCK_SIZE);
  return addresses.map((address, i) => ({ address, bytes: sliceExact(whole, i * BLOCK_SIZE, BLOCK_SIZE) }));
}
