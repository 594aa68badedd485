import {
  infoRevision,
  updateExtra as updateExtraCommand,
  updateExtraMode,
} from '../../../src-shared/atecc/commands/index.ts';
import { fail, ok, type Result } from '../../../src-shared/base/result.ts';
import type { DeviceFailure } from '../failures.ts';
import type { ChipSession } from '../sequence.ts';
import { ask, nothing } from '../steps.ts';
import { doubtOr, needsLook, onThisBoard, readLocks, stillUncertain } from './look.ts';

/** Wanted values of config bytes 84 and 85; absent = leave as it is. */
export interface ExtraBytes {
  readonly userExtra?: number;
  readonly selector?: number;
}

/**
 * Sets bytes 84 and 85 by UpdateExtra, after config lock and only where the wanted value differs from the chip's
 * (config-zone.md 4, atecc-device.md 7.17). Looks before and after each; never sends one twice without having looked.
 * Gives how many bytes were changed.
 */
export function updateExtra(
  session: ChipSession,
  serialNumber: Uint8Array,
  wanted: ExtraBytes,
): Promise<Result<number, DeviceFailure>> {
  return onThisBoard(session, serialNumber, async () => {
    const before = await readLocks(session);
    if (!before.ok) return before;
    let changed = 0;
    for (const byte of ['userExtra', 'selector'] as const) {
      const value = wanted[byte];
      if (value === undefined || before.value[byte] === value) continue;
      const set = await setExtra(session, serialNumber, byte, value);
      if (!set.ok) return set;
      changed += 1;
    }
    return ok(changed);
  });
}

/** One byte: sent, looked at, and sent once more only when it is seen not to have changed after a lost answer. */
async function setExtra(
  session: ChipSession,
  serialNumber: Uint8Array,
  byte: keyof ExtraBytes,
  value: number,
): Promise<Result<undefined, DeviceFailure>> {
  const mode = updateExtraMode[byte];
  for (let attempt = 1; ; attempt += 1) {
    const set = await session.run(updateExtraCommand(mode, value), { expectSerial: serialNumber });
    if (!set.ok && !needsLook(set.failure)) return set;
    const locks = await readLocks(session, set.ok ? undefined : serialNumber);
    if (!locks.ok) return set.ok ? locks : doubtOr(set.failure, locks.failure);
    const found = locks.value[byte];
    if (found === value) return ok(undefined);
    if (set.ok) return fail(differs(mode, value, found));
    if (set.failure.kind !== 'uncertain') return set;
    if (attempt === 2) return fail(stillUncertain(set.failure, `config byte ${84 + mode} is still ${found}`));
  }
}

function differs(mode: number, wanted: number, found: number): DeviceFailure {
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
  return { kind: 'read-back-differs', where: `config byte ${84 + mode}`, expected: hex(wanted), found: hex(found) };
}

export interface AddressChange {
  readonly serialNumber: Uint8Array;
  readonly oldAddress: number;
  readonly newAddress: number;
}

/**
 * Finds a chip again whose config lock changed its I2C address: sleep, select the new one, wake and Info; no answer: the
 * old one (it may count only from the next power-up); neither: `address-lost` (config-zone.md 1). `open` gives the session for
 * an address. The serial number is checked at whichever address answers.
 */
export async function followAddress(
  open: (address: number) => ChipSession,
  change: AddressChange,
): Promise<Result<ChipSession, DeviceFailure>> {
  const asleep = await putToSleep(open(change.oldAddress));
  if (!asleep.ok) return asleep;
  for (const address of new Set([change.newAddress, change.oldAddress])) {
    const session = open(address);
    const answer = await session.sequence(
      { commands: ['Info'], end: 'idle', expectSerial: change.serialNumber, attempts: 2 },
      () => ask(infoRevision()),
    );
    if (answer.ok) return ok(session);
    if (answer.failure.kind !== 'no-chip' && answer.failure.kind !== 'no-answer') return answer;
  }
  return fail({ kind: 'address-lost', oldAddress: change.oldAddress, newAddress: change.newAddress });
}

/** Puts the chip to sleep: all SRAM is lost. For the end of a board or session, and when something secret is left over. */
export function putToSleep(session: ChipSession): Promise<Result<undefined, DeviceFailure>> {
  return session.sequence({ commands: [], end: 'sleep' }, nothing);
}
