import type { Client } from './client.ts';
import type { EventValue } from './contract.ts';
import type { StateView } from './state.ts';

type Change = EventValue<'state'>;

/** Where the state goes: the stores of a screen. */
export interface StateSink {
  /** The whole state, after the start, a gap or a lost link. */
  replace(state: StateView): void;
  change(change: Change): void;
}

/**
 * Keeps a sink equal to the core's state: one snapshot, then every change in the order of its sequence number. A number
 * left out, or a link that was lost, means a new snapshot; changes that arrive meanwhile are kept and applied on top of it
 * if they are newer. Nothing is applied twice or out of order. Returns how to stop.
 */
export function followState(client: Client, sink: StateSink): () => void {
  let sequence: number | undefined;
  let asking = false;
  /** Something happened while a snapshot was on its way that makes it too old. */
  let askAgain = false;
  let stopped = false;
  let waiting: Change[] = [];

  const ask = async (): Promise<void> => {
    if (asking) {
      askAgain = true;
      return;
    }
    asking = true;
    do {
      askAgain = false;
      const answer = await client.call('snapshot', {});
      if (stopped) return;
      // Without one the next `open` or the next change asks again.
      if (answer.ok && !askAgain) take(answer.value.sequence, answer.value.state);
    } while (askAgain);
    asking = false;
  };

  const take = (number: number, state: StateView): void => {
    sequence = number;
    sink.replace(state);
    const kept = waiting;
    waiting = [];
    for (const change of kept) {
      if (change.sequence > number) apply(change);
    }
  };

  const apply = (change: Change): void => {
    if (sequence === undefined) {
      waiting.push(change);
      if (!asking) void ask();
      return;
    }
    if (change.sequence <= sequence) return;
    if (change.sequence !== sequence + 1) {
      sequence = undefined;
      waiting.push(change);
      void ask();
      return;
    }
    sequence = change.sequence;
    sink.change(change);
  };

  const offState = client.on('state', apply);
  const offLink = client.onLink((link) => {
    sequence = undefined;
    waiting = [];
    if (link.state === 'open') void ask();
  });
  return () => {
    stopped = true;
    offState();
    offLink();
  };
}
