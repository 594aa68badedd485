import { configAddress } from '../../../src-shared/atecc/address.ts';
import { infoKeyValid, read } from '../../../src-shared/atecc/commands/index.ts';
import { type LockState, readLockState, readSerialNumber } from '../../../src-shared/atecc/procedures.ts';
import { chipStatus } from '../../../src-shared/atecc/status.ts';
import { equalBytes, readU16le, toHex } from '../../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../../src-shared/base/result.ts';
import { type DeviceFailure, isBusStuck } from '../failures.ts';
import { readConfigSteps } from '../identify.ts';
import type { ChipSession } from '../sequence.ts';
import { follow } from '../steps.ts';

/** Looks at a chip that change nothing and may be repeated at will: what every resumable procedure starts and decides with. */

/** The 128 bytes of the configuration zone: stage "read config" (provisioning-recipes.md 1). */
export function readConfig(session: ChipSession): Promise<Result<Uint8Array, DeviceFailure>> {
  return session.sequence({ commands: ['Read', 'Read', 'Read', 'Read'], end: 'idle' }, readConfigSteps);
}

/** Serial number, 9 bytes. */
export function readSerial(session: ChipSession): Promise<Result<Uint8Array, DeviceFailure>> {
  return session.sequence({ commands: ['Read'], end: 'idle' }, () => follow(readSerialNumber()));
}

/**
 * Bytes 84..87: UserExtra, Selector and the two zone locks. With a serial number the chip is asked for its own first: a look that
 * decides about a doubt must not be a look at another chip.
 */
export function readLocks(session: ChipSession, serialNumber?: Uint8Array): Promise<Result<LockState, DeviceFailure>> {
  return session.sequence({ commands: ['Read'], end: 'idle', ...guard(serialNumber) }, () => follow(readLockState()));
}

/** Slots locked one by one (bytes 88..89), ascending. */
export async function readLockedSlots(
  session: ChipSession,
  serialNumber?: Uint8Array,
): Promise<Result<readonly number[], DeviceFailure>> {
  const word = await session.run(read(configAddress(2, 6), 4), guard(serialNumber));
  if (!word.ok) return word;
  const bits = readU16le(word.value, 0);
  return ok(Array.from({ length: 16 }, (_, slot) => slot).filter((slot) => ((bits >> slot) & 1) === 0));
}

/** Info KeyValid: whether a private-key slot holds a valid key. No reason to keep it (provisioning-recipes.md 0). */
export function readKeyValid(session: ChipSession, slot: number): Promise<Result<boolean, DeviceFailure>> {
  return session.run(infoKeyValid(slot));
}

/**
 * A failure seen again in the light of which chip is there: when another one is behind the kit, that is the failure.
 * A kit that is gone cannot be asked.
 */
async function orBoardChanged(
  session: ChipSession,
  serialNumber: Uint8Array,
  failure: DeviceFailure,
): Promise<DeviceFailure> {
  switch (failure.kind) {
    case 'status':
    case 'no-answer':
    case 'malformed':
    case 'read-back-differs':
    case 'authorisation-refused':
    case 'already-locked':
    case 'not-locked':
    case 'no-key':
    case 'config-crc':
    case 'data-crc':
    case 'uncertain': {
      const found = await readSerial(session);
      if (!found.ok || equalBytes(found.value, serialNumber)) return failure;
      return { kind: 'board-changed', expected: toHex(serialNumber), found: toHex(found.value) };
    }
    default:
      return failure;
  }
}

/** What `work` gives, with its failure seen again by `orBoardChanged`. */
export async function onThisBoard<T>(
  session: ChipSession,
  serialNumber: Uint8Array,
  work: () => Promise<Result<T, DeviceFailure>>,
): Promise<Result<T, DeviceFailure>> {
  const result = await work();
  return result.ok ? result : fail(await orBoardChanged(session, serialNumber, result.failure));
}

/** Whether a failed Lock, GenKey, UpdateExtra … calls for a look at the chip before anything else is done. */
export function needsLook(failure: DeviceFailure): boolean {
  // 0F too: a kit that re-sends by itself reports the refusal of its second try (kit-protocol.md 2, habit 2).
  return failure.kind === 'uncertain' || (failure.kind === 'status' && failure.status === chipStatus.executionError);
}

/** The doubt that is left when a look did not settle it. */
export function stillUncertain(failure: DeviceFailure, readBack: string): DeviceFailure {
  return failure.kind === 'uncertain' ? { ...failure, readBack } : failure;
}

/** A look that failed after a doubtful command: the doubt is the answer, not the look's own trouble. */
export function doubtOr(failure: DeviceFailure, look: DeviceFailure): Result<never, DeviceFailure> {
  if (failure.kind !== 'uncertain' || look.kind === 'board-changed') return fail(look);
  if (look.kind === 'no-chip') return fail({ ...failure, boardGone: true });
  const gone = look.kind === 'kit' && (look.failure.kind === 'closed' || look.failure.kind === 'timeout');
  const busStuck = isBusStuck(failure) || isBusStuck(look);
  return fail({ ...failure, kitLost: failure.kitLost || gone, ...(busStuck ? { busStuck } : {}) });
}

/** The member of a plan that guards a sequence, where there is a number to guard with. */
export function guard(serialNumber: Uint8Array | undefined): { readonly expectSerial?: Uint8Array } {
  return serialNumber === undefined ? {} : { expectSerial: serialNumber };
}
