import {
  infoRevision,
  updateExtra as updateExtraCommand,
  updateExtraMode,
} from '../../../src-shared/atecc/commands/index.ts';
import { fail, ok, type Result } from '../../../src-shared/base/result.ts';
import type { DeviceFailure } from '../failures.ts';
import type { ChipSession } from '../sequence.ts';
import { ask, nothing } from '../steps.ts';
import { doubtOr, needsLook, orBoardChanged, readLocks, stillUncertain } from './look.ts';

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
export async function updateExtra(
  session: ChipSession,
  serialNumber: Uint8Array,
  wanted: ExtraBytes,
): Promise<Result<number, DeviceFailure>> {
  const changes = [
    { mode: updateExtraMode.userExtra, byte: 'userExtra', value: wanted.userExtra },
    { mode: updateExtraMode.selector, byte: 'selector', value: wanted.selector },
  ] as const;
  let changed = 0;
  let locks = await readLocks(session);
  for (const { mode, byte, value } of changes) {
    if (!locks.ok) return locks;
    if (value === undefined || locks.value[byte] === value) continue;
    for (let attempt = 1; ; attempt += 1) {
      const set = await session.run(updateExtraCommand(mode, value), { expectSerial: serialNumber });
      if (!set.ok && !needsLook(set.failure)) return set;
      const doubt = set.ok ? undefined : await orBoardChanged(session, serialNumber, set.failure);
      if (doubt?.kind === 'board-changed') return fail(doubt);
      locks = await readLocks(session);
      if (!locks.ok) return doubt === undefined ? locks : doubtOr(doubt, locks.failure);
      if (locks.value[byte] === value) break;
      if (doubt === undefined || doubt.kind !== 'uncertain' || attempt === 2) {
        return fail(
          stillUncertain(doubt ?? differs(mode, value, locks.value[byte]), `byte ${84 + mode} is ${locks.value[byte]}`),
        );
      }
    }
    changed += 1;
  }
  return ok(changed);
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
