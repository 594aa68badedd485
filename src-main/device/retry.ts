import type { Command, CommandName } from '../../src-shared/atecc/command.ts';
import { chipStatus } from '../../src-shared/atecc/status.ts';
import type { TransportFailure } from '../hal/transport.ts';

/**
 * What to do when a command of a sequence did not end well. One table for everybody: the rules of atecc-device.md 2 and 6,
 * kit-protocol.md 2 and provisioning-recipes.md (notation), never one step repeated.
 */

/** What went wrong with one command. */
export type Trouble =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'malformed' }
  | { readonly kind: TransportFailure['kind'] };

export interface TroubleContext {
  /** Whether the sequence may be begun again without a look at the chip even if the command in trouble was executed. */
  readonly redoable: boolean;
  /** Whether a command before it, in the same attempt, was executed and must not be executed again. */
  readonly touched: boolean;
  /** Attempts still allowed after this one. */
  readonly attemptsLeft: number;
  /** Refusals after which this sequence is begun again all the same (a kit that re-sends may turn a success into 0F). */
  readonly redoOn: readonly number[];
}

/** Commands whose non-repeatable forms change TempKey or another volatile register only: a new beginning undoes that. */
const volatileOnly: ReadonlySet<CommandName> = new Set(['GenDig', 'Nonce', 'SHA']);

/** Whether a sequence may be begun again after this command may have been executed. */
export function sequenceMayRedo(command: Command<unknown>): boolean {
  return command.repeatable || volatileOnly.has(command.name);
}

/**
 * `redo`: the whole sequence again from its wake. `stop`: the failure is clear. `uncertain`: something that must not be
 * repeated may have been done: read back, then decide.
 */
export type Verdict = 'redo' | 'stop' | 'uncertain';

/** The verdict on one trouble. */
export function judge(trouble: Trouble, context: TroubleContext): Verdict {
  const again: Verdict = context.attemptsLeft > 0 ? 'redo' : 'stop';
  switch (execution(trouble)) {
    case 'refused':
      return trouble.kind === 'status' && context.redoOn.includes(trouble.status) && !context.touched ? again : 'stop';
    case 'not-executed':
      // The command itself did nothing; what came before it must still not be done twice.
      return context.touched ? 'uncertain' : again;
    case 'never-sent':
      return context.touched ? 'uncertain' : 'stop';
    case 'unknown':
      return context.redoable && !context.touched ? again : 'uncertain';
    case 'unknown-and-gone':
      return context.redoable && !context.touched ? 'stop' : 'uncertain';
    case 'damaged':
      // FF says "not executed", but a kit that re-sends by itself may report only its second try (kit-protocol.md 2).
      return context.redoable && !context.touched ? again : 'uncertain';
  }
}

type Execution = 'refused' | 'not-executed' | 'never-sent' | 'unknown' | 'unknown-and-gone' | 'damaged';

/** What is known about whether the chip executed the command. */
function execution(trouble: Trouble): Execution {
  switch (trouble.kind) {
    case 'status':
      if (trouble.status === chipStatus.eccFault || trouble.status === chipStatus.watchdog) return 'not-executed';
      if (trouble.status === chipStatus.communicationError) return 'damaged';
      // 11 is the wake token instead of an answer (kit-protocol.md 2, habit 3).
      if (trouble.status === chipStatus.afterWake) return 'unknown';
      return 'refused';
    case 'no-wake':
      return 'not-executed';
    case 'kit-refused':
      return 'never-sent';
    case 'malformed':
    case 'no-answer':
    case 'garbage':
      return 'unknown';
    case 'closed':
    case 'timeout':
      return 'unknown-and-gone';
  }
}
