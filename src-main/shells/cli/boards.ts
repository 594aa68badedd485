import { asSignetError, SignetError } from '../../../src-shared/base/error.ts';
import { errorName } from '../../../src-shared/base/error-codes.ts';
import type { RunRecord } from '../../../src-shared/model/run-record.ts';
import type { ProvisionClient } from '../../line/client.ts';
import { exitCodeOf, exitCodeOfName, exitCodes } from './exit-codes.ts';
import type { Speaker } from './speaker.ts';
import type { Terminal } from './terminal.ts';

/** What is wanted of the client. */
export interface BoardsWish {
  /** Ends after this many boards; undefined = when somebody quits. */
  readonly count?: number;
  /** Does not wait for ENTER. */
  readonly yes: boolean;
  readonly unit: string;
  /** How long a board is waited for, ms; for ever when not given. */
  readonly longestWaitMs?: number;
}

/** Who told the client to stop, and the signal by which everything that waits hears of it. */
export class Stop {
  readonly #controller = new AbortController();
  #how: 'quit' | 'interrupted' | undefined;

  /** `quit` = ESC between boards, a proper end; `interrupted` = a signal. */
  tell(how: 'quit' | 'interrupted'): void {
    this.#how ??= how;
    this.#controller.abort();
  }

  get how(): 'quit' | 'interrupted' | undefined {
    return this.#how;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }
}

/**
 * Board after board as in the note: wait, name it, ENTER, provision, verdict, wait for the next one. Gives the exit code: a
 * failed board does not end the work, but is remembered; the station's own trouble ends it where a number of boards was asked for.
 */
export async function provisionBoards(
  client: ProvisionClient,
  wish: BoardsWish,
  speaker: Speaker,
  terminal: Terminal,
  stop: Stop,
): Promise<number> {
  const { count = Number.POSITIVE_INFINITY } = wish;
  const finite = count !== Number.POSITIVE_INFINITY;
  let worst: number = exitCodes.done;
  const remember = (code: number): void => {
    // A board that failed is what somebody must look for first.
    if (worst === exitCodes.done || code === exitCodes.boardFailed) worst = code;
  };
  let previous: readonly string[] = [];
  let done = 0;
  while (done < count && !stop.signal.aborted) {
    if (previous.length === 0) speaker.waiting();
    const chips = await client.waitForBoard({
      previous,
      onEmpty: () => speaker.removed(),
      onTrouble: (error) => speaker.trouble(error),
      signal: stop.signal,
      ...(wish.longestWaitMs === undefined ? {} : { longestMs: wish.longestWaitMs }),
    });
    if (chips === undefined) break;
    speaker.ok();
    previous = chips.map((chip) => client.nameOf(chip));
    speaker.found(previous);
    if (!wish.yes) {
      speaker.pressEnter();
      const pressed = await terminal.enter(stop.signal);
      if (pressed !== 'enter') {
        if (pressed === 'ended') {
          stop.tell('interrupted');
          speaker.failed(
            new SignetError(
              'INTERRUPTED',
              'Standard input is at its end, so nobody can press ENTER: nothing was done to this board. Use --yes to provision without ENTER.',
            ),
          );
        }
        break;
      }
    }
    const ended = await oneBoard(client, chips, wish.unit, speaker, stop);
    done += 1;
    if (ended === exitCodes.interrupted) return ended;
    if (ended === exitCodes.done) continue;
    remember(ended);
    if (finite && ended !== exitCodes.boardFailed) return worst;
  }
  if (stop.how === 'interrupted' || (finite && done < count)) return exitCodes.interrupted;
  return worst;
}

/** Exit code that this board alone would mean. */
async function oneBoard(
  client: ProvisionClient,
  chips: Parameters<ProvisionClient['provision']>[0],
  unit: string,
  speaker: Speaker,
  stop: Stop,
): Promise<number> {
  let records: readonly RunRecord[];
  try {
    records = await client.provision(chips, (event) => speaker.event(event), stop.signal, unit);
  } catch (thrown) {
    const error = asSignetError(thrown);
    speaker.failed(error);
    return exitCodeOf(error);
  }
  const bad = records.find((record) => record.outcome.kind !== 'PASS');
  if (bad === undefined) {
    speaker.passed();
    return exitCodes.done;
  }
  speaker.outcome(bad);
  return codeOfOutcome(bad);
}

function codeOfOutcome({ outcome }: RunRecord): number {
  if (outcome.kind === 'PASS') return exitCodes.done;
  if (outcome.kind === 'INTERRUPTED') return exitCodes.interrupted;
  if (outcome.kind === 'FAIL') return exitCodes.boardFailed;
  const name = errorName(outcome.number);
  return name !== undefined && exitCodeOfName(name) === exitCodes.badInput
    ? exitCodes.badInput
    : exitCodes.stationFault;
}
