import {
  BLOCK_SIZE,
  describeAddress,
  type MemoryAddress,
  OTP_SIZE,
  otpAddress,
  slotBlocks,
  slotSize,
} from '../../../src-shared/atecc/address.ts';
import type { CommandName } from '../../../src-shared/atecc/command.ts';
import { read, write } from '../../../src-shared/atecc/commands/index.ts';
import { concat, equalBytes, sliceExact, toHex } from '../../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../../src-shared/base/result.ts';
import type { DeviceFailure } from '../failures.ts';
import type { ChipSession } from '../sequence.ts';
import { askAll, type Steps } from '../steps.ts';
import { onThisBoard } from './look.ts';

/** One 32-byte write. */
export interface BlockWrite {
  readonly address: MemoryAddress;
  /** 32 bytes; what lies behind the end of a short last block is ignored by the chip. */
  readonly bytes: Uint8Array;
  /** The bytes are not shown to observers. */
  readonly secret?: boolean;
}

/** What a slot or OTP is to hold when it is read back. */
export interface ExpectedContent {
  readonly zone: 'data' | 'otp';
  /** Counts in the data zone only. */
  readonly slot: number;
  /** From byte 0; at most the size of the slot. */
  readonly bytes: Uint8Array;
}

/**
 * Blocks of one sequence at most: a lost answer redoes no more than these, and a kit without wrapping gets them into one
 * watchdog period.
 */
const BLOCKS_PER_SEQUENCE = 32;

/**
 * Writes 32-byte blocks in clear, in the given order: stages 6 and 7, and clear slots after data lock. The serial number
 * is read again at the head of every sequence. Writing the same blocks again does no harm before data lock, so a lost answer
 * redoes the sequence.
 */
export function writeBlocks(
  session: ChipSession,
  serialNumber: Uint8Array,
  blocks: readonly BlockWrite[],
): Promise<Result<undefined, DeviceFailure>> {
  return onThisBoard(session, serialNumber, async () => {
    for (const part of parts(blocks)) {
      const commands = part.map((): CommandName => 'Write');
      const written = await session.sequence({ commands, end: 'idle', expectSerial: serialNumber }, () =>
        writeSteps(part),
      );
      if (!written.ok) return written;
    }
    return ok(undefined);
  });
}

function* writeSteps(blocks: readonly BlockWrite[]): Steps<undefined> {
  yield* askAll(
    blocks.map(({ address, bytes, secret = false }) => ({ command: write(address, bytes), secret, redoable: true })),
  );
  return undefined;
}

/** Reads 32-byte blocks in clear, in the given order. */
export async function readBlocks(
  session: ChipSession,
  addresses: readonly MemoryAddress[],
): Promise<Result<readonly Uint8Array[], DeviceFailure>> {
  const blocks: Uint8Array[] = [];
  for (const part of parts(addresses)) {
    const commands = part.map((): CommandName => 'Read');
    const got = await session.sequence({ commands, end: 'idle' }, () => readSteps(part));
    if (!got.ok) return got;
    blocks.push(...got.value);
  }
  return ok(blocks);
}

function* readSteps(addresses: readonly MemoryAddress[]): Steps<readonly Uint8Array[]> {
  return yield* askAll(addresses.map((address) => ({ command: read(address, BLOCK_SIZE) })));
}

/** Whole slots in clear (data zone locked, IsSecret 0), each cut to its size (36, 416 or 72 bytes). */
export async function readSlots(
  session: ChipSession,
  slots: readonly number[],
): Promise<Result<ReadonlyMap<number, Uint8Array>, DeviceFailure>> {
  const addresses = slots.flatMap((slot) => slotBlocks(slot));
  const blocks = await readBlocks(session, addresses);
  if (!blocks.ok) return blocks;
  const content = new Map<number, Uint8Array>();
  for (const slot of slots) {
    const mine = blocks.value.filter((_, i) => addresses[i]?.slot === slot);
    content.set(slot, sliceExact(concat(...mine), 0, slotSize(slot)));
  }
  return ok(content);
}

/** One whole slot in clear. */
export async function readSlot(session: ChipSession, slot: number): Promise<Result<Uint8Array, DeviceFailure>> {
  const blocks = await readBlocks(session, slotBlocks(slot));
  return blocks.ok ? ok(sliceExact(concat(...blocks.value), 0, slotSize(slot))) : blocks;
}

/** The 64 bytes of OTP. */
export async function readOtp(session: ChipSession): Promise<Result<Uint8Array, DeviceFailure>> {
  const blocks = await readBlocks(session, [otpAddress(0), otpAddress(1)]);
  return blocks.ok ? ok(sliceExact(concat(...blocks.value), 0, OTP_SIZE)) : blocks;
}

/** Compressed certificates and stored public keys: the 72 bytes of each of these slots (provisioning-recipes.md 3). */
export function readCertificates(
  session: ChipSession,
  slots: readonly number[],
): Promise<Result<ReadonlyMap<number, Uint8Array>, DeviceFailure>> {
  return readSlots(session, slots);
}

/** Reads clear slots and OTP back after the data lock and compares; `read-back-differs` names the first block that is wrong. */
export async function verifyContent(
  session: ChipSession,
  expected: readonly ExpectedContent[],
): Promise<Result<undefined, DeviceFailure>> {
  const wanted = expected.flatMap(({ zone, slot, bytes }) =>
    blocksOf(zone, slot)
      .slice(0, Math.ceil(bytes.length / BLOCK_SIZE))
      .map((address, i) => ({ address, bytes: bytes.slice(i * BLOCK_SIZE, (i + 1) * BLOCK_SIZE) })),
  );
  const found = await readBlocks(
    session,
    wanted.map(({ address }) => address),
  );
  if (!found.ok) return found;
  for (const [i, { address, bytes }] of wanted.entries()) {
    const block = found.value[i]?.slice(0, bytes.length) ?? new Uint8Array(0);
    if (!equalBytes(block, bytes)) {
      return fail({
        kind: 'read-back-differs',
        where: describeAddress(address, 32),
        expected: toHex(bytes),
        found: toHex(block),
      });
    }
  }
  return ok(undefined);
}

function blocksOf(zone: 'data' | 'otp', slot: number): readonly MemoryAddress[] {
  return zone === 'otp' ? [otpAddress(0), otpAddress(1)] : slotBlocks(slot);
}

/** A list in pieces of one sequence each. */
function parts<T>(items: readonly T[]): readonly (readonly T[])[] {
  const pieces: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += BLOCKS_PER_SEQUENCE) pieces.push(items.slice(at, at + BLOCKS_PER_SEQUENCE));
  return pieces;
}
