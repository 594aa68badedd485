import type { Command } from '../../src-shared/atecc/command.ts';
import type { Procedure } from '../../src-shared/atecc/procedure.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { DeviceFailure } from './failures.ts';
import { sequenceMayRedo } from './retry.ts';

/**
 * The body of a sequence: a generator that yields what is to be sent and is fed with the answers. It knows no time and no
 * I/O, so the same body runs against a chip, and against an assumed chip when only the list of packets is wanted.
 */
export type Steps<T> = Generator<Step, T, StepAnswer>;

export interface CommandStep {
  readonly kind: 'command';
  readonly command: Command<unknown>;
  /** Status bytes that the body wants to judge itself; every other status but success ends or redoes the sequence. */
  readonly accept: readonly number[];
  /** The packet's data are secret: observers see dots instead. */
  readonly secret: boolean;
  /** After a lost answer the sequence may be begun again as a whole without a look at the chip. */
  readonly redoable: boolean;
}

export type Step =
  | CommandStep
  /** Commands none of which needs what another answers: a kit may be given the next while the chip works at the one before. */
  | { readonly kind: 'commands'; readonly steps: readonly CommandStep[] }
  /** Idle and wake in the middle: restarts the watchdog, keeps TempKey (atecc-device.md 1). */
  | { readonly kind: 'idle-wake' }
  /** Ends the sequence with a failure of the body's own. */
  | { readonly kind: 'stop'; readonly failure: DeviceFailure };

/** The answer packet (count..CRC) of a command, or those of several; undefined after anything else. */
export type StepAnswer = Uint8Array | readonly Uint8Array[] | undefined;

export interface AskOptions {
  readonly secret?: boolean;
  /**
   * Overrules the command's own word on repetition, for the sequence as a whole: true where beginning again from the wake
   * does the same once more (an encrypted write under a fresh nonce, OTP before data lock).
   */
  readonly redoable?: boolean;
}

/** Sends a command; comes back only with its decoded answer. */
export function* ask<T>(command: Command<T>, options: AskOptions = {}): Steps<T> {
  const decoded = command.decode(packetOf(yield commandStep(command, [], options)));
  if (!decoded.ok) throw new SignetError('INTERNAL', `a sequence went on after a failed ${command.name}`);
  return decoded.value;
}

/** A command of `askAll`. */
export interface Asked<T> extends AskOptions {
  readonly command: Command<T>;
}

/**
 * Sends commands none of which needs what another answers, in this order; comes back only with the decoded answers of all. After
 * the first that does not go well none is executed.
 */
export function* askAll<T>(asked: readonly Asked<T>[]): Steps<readonly T[]> {
  if (asked.length === 0) return [];
  const steps = asked.map(({ command, ...options }) => commandStep(command, [], options));
  const answers = yield { kind: 'commands', steps };
  if (answers === undefined || answers instanceof Uint8Array) {
    throw new SignetError('INTERNAL', 'several commands were fed without their answers');
  }
  return asked.map(({ command }, i) => {
    const decoded = command.decode(packetOf(answers[i]));
    if (!decoded.ok) throw new SignetError('INTERNAL', `a sequence went on after a failed ${command.name}`);
    return decoded.value;
  });
}

/** Sends a command whose status bytes in `accept` are answers too; a failure is one of these. */
export function* askStatus<T>(
  command: Command<T>,
  accept: readonly number[],
  options: AskOptions = {},
): Steps<Result<T, number>> {
  const decoded = command.decode(packetOf(yield commandStep(command, accept, options)));
  if (decoded.ok) return ok(decoded.value);
  if (decoded.failure.kind === 'malformed' || !accept.includes(decoded.failure.status)) {
    throw new SignetError('INTERNAL', `a sequence went on after a failed ${command.name}`);
  }
  return fail(decoded.failure.status);
}

/** Runs a pure procedure of the shared room as part of a body; comes back only with its success. Throws RangeError for an impossible wish. */
export function* follow<T>(procedure: Procedure<T>, options: AskOptions = {}): Steps<T> {
  let turn = procedure.next();
  while (turn.done !== true) turn = procedure.next(packetOf(yield commandStep(turn.value, [], options)));
  if (turn.value.ok) return turn.value.value;
  const { failure } = turn.value;
  if (failure.kind === 'illegal-parameters') throw new RangeError(failure.reason);
  throw new SignetError('INTERNAL', `a sequence went on after a failed ${failure.command.name}`);
}

/** Ends the sequence with this failure: nothing after it runs. */
export function* stop(failure: DeviceFailure): Steps<never> {
  yield { kind: 'stop', failure };
  throw new SignetError('INTERNAL', 'a stopped sequence went on');
}

/** Idle, then wake, in the middle of a sequence. */
export function* idleWake(): Steps<undefined> {
  yield { kind: 'idle-wake' };
  return undefined;
}

/** A body that sends nothing: for a sequence that is only about how the chip is left. */
export function* nothing(): Steps<undefined> {
  yield* [];
  return undefined;
}

function commandStep(command: Command<unknown>, accept: readonly number[], options: AskOptions): CommandStep {
  return {
    kind: 'command',
    command,
    accept,
    secret: options.secret === true,
    redoable: options.redoable ?? sequenceMayRedo(command),
  };
}

function packetOf(answer: StepAnswer): Uint8Array {
  if (!(answer instanceof Uint8Array)) throw new SignetError('INTERNAL', 'a command step was fed without an answer');
  return answer;
}
