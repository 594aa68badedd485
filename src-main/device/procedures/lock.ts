import { lockData as lockDataCommand, lockSlot as lockSlotCommand } from '../../../src-shared/atecc/commands/index.ts';
import { readU16le } from '../../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../../src-shared/base/result.ts';
import type { DeviceFailure } from '../failures.ts';
import type { ChipSession } from '../sequence.ts';
import type { LockOutcome } from './config.ts';
import { doubtOr, needsLook, onThisBoard, readLockedSlots, readLocks, stillUncertain } from './look.ts';
import { type BlockWrite, type ExpectedContent, verifyContent, writeBlocks } from './memory.ts';

/** How the data zone is locked (provisioning-recipes.md 5). */
export type DataLock =
  | {
      readonly policy: 'fill+crc';
      /** CRC register over all that was written (lock-crc.ts, rule `full`). */
      readonly crc: number;
      /** Every block of stages 6 and 7, ascending: written once more in full when the chip refuses the CRC. */
      readonly blocks: readonly BlockWrite[];
    }
  | { readonly policy: 'no-crc' };

export interface DataLockResult {
  readonly outcome: LockOutcome;
  /** All blocks were written a second time, because the first CRC was refused. */
  readonly rewritten: boolean;
}

/**
 * Stage 8: locks data zone and OTP. IRREVERSIBLE. Clear content (`expected`) is read back and compared afterwards; under
 * `no-crc` that is the only check there is. A lost answer or a refusal is followed by a look: what is locked is done, what is
 * open is locked once more; a CRC refused twice, with a complete rewrite in between, is `data-crc` and the board stays resumable.
 */
export function lockData(
  session: ChipSession,
  serialNumber: Uint8Array,
  lock: DataLock,
  expected: readonly ExpectedContent[] = [],
): Promise<Result<DataLockResult, DeviceFailure>> {
  return onThisBoard(session, serialNumber, async () => {
    const locked = await lockDataZone(session, serialNumber, lock);
    if (!locked.ok) return locked;
    const content = await verifyContent(session, expected);
    return content.ok ? locked : content;
  });
}

async function lockDataZone(
  session: ChipSession,
  serialNumber: Uint8Array,
  lock: DataLock,
): Promise<Result<DataLockResult, DeviceFailure>> {
  let doubts = 0;
  let rewritten = false;
  for (;;) {
    const command = lock.policy === 'fill+crc' ? lockDataCommand(lock.crc) : lockDataCommand();
    const locked = await session.run(command, { expectSerial: serialNumber });
    if (!locked.ok && !needsLook(locked.failure)) return locked;
    const locks = await readLocks(session, locked.ok ? undefined : serialNumber);
    if (!locks.ok) return locked.ok ? locks : doubtOr(locked.failure, locks.failure);
    if (locks.value.dataLocked) {
      // A refusal by a chip that is locked: it was locked before, or by the kit's own first try.
      const outcome = !locked.ok && locked.failure.kind === 'status' ? 'locked-already' : 'locked';
      return ok({ outcome, rewritten });
    }
    if (!locks.value.configLocked) return fail({ kind: 'not-locked', zone: 'config' });
    if (locked.ok) return fail({ kind: 'not-locked', zone: 'data' });
    if (locked.failure.kind === 'uncertain') {
      doubts += 1;
      if (doubts === 2) return fail(stillUncertain(locked.failure, 'the data zone is still open'));
      continue;
    }
    if (lock.policy !== 'fill+crc') return locked;
    if (rewritten) return fail({ kind: 'data-crc' });
    const again = await writeBlocks(session, serialNumber, lock.blocks);
    if (!again.ok) return again;
    rewritten = true;
  }
}

/** KeyConfig bit 5 (config-zone.md 3). */
export function isLockable(config: Uint8Array, slot: number): boolean {
  return (readU16le(config, 96 + 2 * slot) & 0x20) !== 0;
}

/**
 * Stage 9: locks single slots, ascending as given; slots that are locked already are left alone. IRREVERSIBLE. `config` is the
 * chip's configuration zone: a slot that is not Lockable is refused before anything is locked. Bytes 88..89 are read
 * before, after every doubt, and at the end (provisioning-recipes.md 6). Gives the slots that were locked now.
 */
export function lockSlots(
  session: ChipSession,
  serialNumber: Uint8Array,
  slots: readonly number[],
  config: Uint8Array,
): Promise<Result<readonly number[], DeviceFailure>> {
  return onThisBoard(session, serialNumber, async () => {
    const unfit = slots.find((slot) => !isLockable(config, slot));
    if (unfit !== undefined) return fail({ kind: 'slot-not-lockable', slot: unfit });
    if (slots.length === 0) return ok([]);
    const before = await readLockedSlots(session);
    if (!before.ok) return before;
    const open = slots.filter((slot) => !before.value.includes(slot));
    if (open.length === 0) return ok([]);
    for (const slot of open) {
      const locked = await lockOneSlot(session, serialNumber, slot);
      if (!locked.ok) return locked;
    }
    const after = await readLockedSlots(session);
    if (!after.ok) return after;
    const missing = open.find((slot) => !after.value.includes(slot));
    if (missing === undefined) return ok(open);
    return fail({ kind: 'read-back-differs', where: `SlotLocked bit ${missing}`, expected: '0', found: '1' });
  });
}

async function lockOneSlot(
  session: ChipSession,
  serialNumber: Uint8Array,
  slot: number,
): Promise<Result<undefined, DeviceFailure>> {
  for (let attempt = 1; ; attempt += 1) {
    const locked = await session.run(lockSlotCommand(slot), { expectSerial: serialNumber });
    if (locked.ok) return locked;
    if (!needsLook(locked.failure)) return locked;
    const found = await readLockedSlots(session, serialNumber);
    if (!found.ok) return doubtOr(locked.failure, found.failure);
    if (found.value.includes(slot)) return ok(undefined);
    if (locked.failure.kind !== 'uncertain') return locked;
    if (attempt === 2) return fail(stillUncertain(locked.failure, `slot ${slot} is still open`));
  }
}
