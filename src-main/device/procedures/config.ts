import type { CommandName, Part } from '../../../src-shared/atecc/command.ts';
import { lockConfig as lockConfigCommand } from '../../../src-shared/atecc/commands/index.ts';
import { compareReadBack } from '../../../src-shared/atecc/config/diff.ts';
import { configLockCrc } from '../../../src-shared/atecc/lock-crc.ts';
import { configWrites } from '../../../src-shared/atecc/procedures.ts';
import { byteAt } from '../../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../../src-shared/base/result.ts';
import type { DeviceFailure } from '../failures.ts';
import { lockStateOf, readConfigSteps } from '../identify.ts';
import type { ChipSession } from '../sequence.ts';
import { ask, askAll, type Steps, stop } from '../steps.ts';
import { doubtOr, needsLook, onThisBoard, readLocks, stillUncertain } from './look.ts';

/** What the configuration procedures need to know of their chip. */
export interface ConfigTarget {
  /** 9 bytes: read again in the same powered session before anything is changed. */
  readonly serialNumber: Uint8Array;
  readonly part: Part;
  /** 128 bytes; 0..15 and 84..87 are never data (config-zone.md 4). */
  readonly image: Uint8Array;
}

const READ_CONFIG: readonly CommandName[] = ['Read', 'Read', 'Read', 'Read'];
const WRITE_CONFIG: readonly CommandName[] = Array<CommandName>(13).fill('Write');

/**
 * Stage 1: the 13 writes of the image and its read-back, one sequence (provisioning-recipes.md 1, steps 4 and 5). A chip that
 * was cut in the middle is simply written again. Gives the 128 bytes as read back, for `lockConfig`.
 * Failures besides those of any access: `already-locked`, `read-back-differs`, `board-changed`.
 */
export function writeConfig(session: ChipSession, target: ConfigTarget): Promise<Result<Uint8Array, DeviceFailure>> {
  return onThisBoard(session, target.serialNumber, async () => {
    const written = await session.sequence(
      { commands: [...WRITE_CONFIG, ...READ_CONFIG], end: 'idle', expectSerial: target.serialNumber },
      () => writeConfigSteps(target),
    );
    if (written.ok || written.failure.kind !== 'status') return written;
    const locks = await readLocks(session);
    return locks.ok && locks.value.configLocked ? fail({ kind: 'already-locked', zone: 'config' }) : written;
  });
}

function* writeConfigSteps(target: ConfigTarget): Steps<Uint8Array> {
  yield* askAll(configWrites(target.image).map((command) => ({ command })));
  const readBack = yield* readConfigSteps();
  const difference = readBackFailure(target, readBack);
  if (difference !== undefined) return yield* stop(difference);
  return readBack;
}

/** Why a configuration zone read from an unlocked chip is not the image; undefined when it is (config-zone.md 4). */
function readBackFailure(target: ConfigTarget, readBack: Uint8Array): DeviceFailure | undefined {
  const comparison = compareReadBack(
    target.image,
    readBack,
    target.part,
    lockStateOf(readBack).configLocked ? 'after-config-lock' : 'before-config-lock',
  );
  const [first] = comparison.differences;
  if (comparison.same || first === undefined) return undefined;
  return { kind: 'read-back-differs', where: first.field, expected: first.left.hex, found: first.right.hex };
}

/** Whether a configuration zone agrees with the image in all bytes that count: what a resume and a foreign chip are judged by. */
export function configMatches(target: Pick<ConfigTarget, 'image' | 'part'>, config: Uint8Array): boolean {
  const when = lockStateOf(config).configLocked ? 'after-config-lock' : 'before-config-lock';
  return compareReadBack(target.image, config, target.part, when).same;
}

/** `locked-already`: it was found locked, with the image, and nothing was done. */
export type LockOutcome = 'locked' | 'locked-already';

/**
 * Stage 2: locks the configuration zone by the CRC over what the chip itself holds (provisioning-recipes.md 1, step 6).
 * `readBack` is what `writeConfig` gave in the same run; without it the zone is read and compared first. The CRC covers the
 * chip's own bytes 0..15, so that another chip cannot be locked by mistake. IRREVERSIBLE.
 * A lost answer or a refusal is followed by a look; only a zone that is seen to be open is locked once more.
 * Failures besides those of any access: `config-crc`, `read-back-differs`, `board-changed`, `uncertain`.
 */
export function lockConfig(
  session: ChipSession,
  target: ConfigTarget,
  readBack?: Uint8Array,
): Promise<Result<LockOutcome, DeviceFailure>> {
  return onThisBoard(session, target.serialNumber, () => lockConfigZone(session, target, readBack));
}

async function lockConfigZone(
  session: ChipSession,
  target: ConfigTarget,
  readBack: Uint8Array | undefined,
): Promise<Result<LockOutcome, DeviceFailure>> {
  const { serialNumber } = target;
  let known = readBack;
  for (let attempt = 1; ; attempt += 1) {
    const commands: readonly CommandName[] = known === undefined ? [...READ_CONFIG, 'Lock'] : ['Lock'];
    const given = known;
    const locked = await session.sequence({ commands, end: 'idle', expectSerial: serialNumber }, () =>
      lockConfigSteps(target, given),
    );
    if (locked.ok && locked.value === 'locked-already') return locked;
    if (!locked.ok && !needsLook(locked.failure)) return locked;
    const locks = await readLocks(session, locked.ok ? undefined : serialNumber);
    if (!locks.ok) return locked.ok ? locks : doubtOr(locked.failure, locks.failure);
    if (locks.value.configLocked) return ok('locked');
    if (locked.ok) return fail({ kind: 'not-locked', zone: 'config' });
    if (locked.failure.kind === 'status') return fail({ kind: 'config-crc' });
    if (attempt === 2) return fail(stillUncertain(locked.failure, 'the configuration zone is still open'));
    known = undefined;
  }
}

function* lockConfigSteps(target: ConfigTarget, given: Uint8Array | undefined): Steps<LockOutcome> {
  const config = given ?? (yield* readConfigSteps());
  const difference = readBackFailure(target, config);
  if (difference !== undefined) return yield* stop(difference);
  if (byteAt(config, 87) !== 0x55) return 'locked-already';
  yield* ask(lockConfigCommand(configLockCrc(config)));
  return 'locked';
}
