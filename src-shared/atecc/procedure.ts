import { fail, ok, type Result } from '../base/result.ts';
import type { ChipFailure, Command } from './command.ts';

/**
 * Several commands as a pure value: a generator that yields a command, is handed the chip's answer packet, and ends with its
 * result. It knows no transport and no time, so the device room drives the very code that the vectors judge.
 * A procedure never repeats a command by itself: after a communication error its driver begins anew, or refuses.
 */
export type Procedure<T> = Generator<Command<unknown>, Result<T, ProcedureFailure>, Uint8Array>;

export type ProcedureFailure =
  /** The chip refused or garbled the answer to `command`; nothing was sent after it. */
  | { readonly kind: 'command'; readonly command: Command<unknown>; readonly failure: ChipFailure }
  /** The wish itself is impossible; nothing was sent. */
  | { readonly kind: 'illegal-parameters'; readonly reason: string };

/** One command of a procedure: `const answer = yield* ask(command); if (!answer.ok) return answer;` */
export function* ask<T>(command: Command<T>): Procedure<T> {
  const decoded = command.decode(yield command);
  return decoded.ok ? decoded : fail({ kind: 'command', command, failure: decoded.failure });
}

/** Commands in order of which only success matters; stops at the first that fails. */
export function* askAll(commands: Iterable<Command<undefined>>): Procedure<undefined> {
  for (const command of commands) {
    const done = yield* ask(command);
    if (!done.ok) return done;
  }
  return ok(undefined);
}

/** Runs a procedure over a way to exchange packets. Throws what `exchange` throws. */
export function runProcedure<T>(
  procedure: Procedure<T>,
  exchange: (command: Command<unknown>) => Uint8Array,
): Result<T, ProcedureFailure> {
  let step = procedure.next();
  while (step.done !== true) step = procedure.next(exchange(step.value));
  return step.value;
}

/** As runProcedure, for an exchange that takes time. */
export async function runProcedureAsync<T>(
  procedure: Procedure<T>,
  exchange: (command: Command<unknown>) => Promise<Uint8Array>,
): Promise<Result<T, ProcedureFailure>> {
  let step = procedure.next();
  while (step.done !== true) step = procedure.next(await exchange(step.value));
  return step.value;
}
