import { fail, ok, type Result } from '../base/result.ts';
import type { CallInput, CallName, CallOutput, EventName, EventValue, Push, WireError } from './contract.ts';

/** What a call came to on the wire: the two shapes of `Reply` without its id. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: WireError };

/**
 * `open`: calls are answered. `lost`: the core cannot be reached just now; `retryAt` (ms, Date.now) is the next try. `failed`: it could not
 * start and will not come; `code` is an error name, `detail` a path or a sentence.
 */
export type LinkState =
  | { readonly state: 'open' }
  | { readonly state: 'lost'; readonly retryAt: number }
  | { readonly state: 'failed'; readonly code: string; readonly detail: string };

/** What a shell supplies, and all it supplies. Values are JSON-safe. */
export interface Bridge {
  /** One call; an aborted signal cancels it in the core. Never rejects: a lost link is an outcome too. */
  invoke(call: string, input: unknown, signal?: AbortSignal): Promise<Outcome>;
  onPush(listener: (push: unknown) => void): () => void;
  /** Tells the present state at once, then every change. */
  onLink(listener: (link: LinkState) => void): () => void;
}

/** Codes of failures that arise on this side of the wire. */
export const localCodes = { lost: 'CONNECTION_LOST', cancelled: 'CANCELLED', garbage: 'REPLY_GARBAGE' } as const;

/** A failure that arose on this side of the wire; its number is 0. */
export function localError(code: (typeof localCodes)[keyof typeof localCodes], message: string): WireError {
  return { code, number: 0, message, details: {} };
}

/**
 * Judges what came over the wire. Screens trust the core they belong to (`trusted`), so that they carry no schemas;
 * tests parse every output and every event with the contract's zod schemas.
 */
export interface Judge {
  output<N extends CallName>(name: N, value: unknown): value is CallOutput<N>;
  push(value: unknown): value is Push;
}

const events: readonly string[] = ['state', 'activity', 'logGrew', 'setUp', 'sound'] satisfies readonly EventName[];

/** Shape only: the core's own dispatcher made the value. */
export const trusted: Judge = {
  output<N extends CallName>(_name: N, _value: unknown): _value is CallOutput<N> {
    return true;
  },
  push(value: unknown): value is Push {
    return (
      typeof value === 'object' &&
      value !== null &&
      'event' in value &&
      typeof value.event === 'string' &&
      events.includes(value.event) &&
      'value' in value
    );
  },
};

export interface Client {
  /** The typed call; failures of the core (role, delay, state …) and of the link are values. */
  call<N extends CallName>(
    name: N,
    input: CallInput<N>,
    signal?: AbortSignal,
  ): Promise<Result<CallOutput<N>, WireError>>;
  on<N extends EventName>(event: N, listener: (value: EventValue<N>) => void): () => void;
  onLink(listener: (link: LinkState) => void): () => void;
}

/** The typed client of any screen or tool over any shell. */
export function createClient(bridge: Bridge, judge: Judge = trusted): Client {
  return {
    async call(name, input, signal) {
      const outcome = await bridge.invoke(name, input, signal);
      if (!outcome.ok) return fail(outcome.error);
      const { value } = outcome;
      if (!judge.output(name, value))
        return fail(localError(localCodes.garbage, `The answer to ${name} is not valid.`));
      return ok(value);
    },
    on(event, listener) {
      return bridge.onPush((push) => {
        if (judge.push(push) && isEvent(push, event)) listener(push.value);
      });
    },
    onLink: (listener) => bridge.onLink(listener),
  };
}

function isEvent<N extends EventName>(
  push: Push,
  event: N,
): push is Push & { readonly event: N; readonly value: EventValue<N> } {
  return push.event === event;
}
