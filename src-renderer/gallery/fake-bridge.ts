import type { Bridge, LinkState, Outcome } from '../../src-shared/ipc/client.ts';
import type { CallName, CallOutput, ParsedInput, Push, WireError } from '../../src-shared/ipc/contract.ts';
import type { StateView } from '../../src-shared/ipc/state.ts';

/** An answer of the fake: a value of the contract, or a failure. */
export type FakeAnswer<N extends CallName> =
  | { readonly value: CallOutput<N> }
  /** A value recorded from a real line; the tests hold it against the contract. */
  | { readonly recorded: unknown }
  | { readonly error: WireError }
  /** Never answers: what a screen shows meanwhile. */
  | { readonly silent: true };

/** What a scenario's core answers; a call that is missing here fails loudly. */
export type FakeAnswers = { readonly [N in CallName]?: (input: ParsedInput<N>) => FakeAnswer<N> };

export interface FakeOptions {
  readonly state: StateView;
  readonly answers: FakeAnswers;
  readonly link?: LinkState;
}

/** An answer that refuses a call. */
export function refused(
  code: string,
  number: number,
  details: WireError['details'] = {},
): { readonly error: WireError } {
  return { error: { code, number, message: code, details } };
}

/** A bridge without a core: the state and answers of one scenario. `push` plays the core's events. */
export function fakeBridge(options: FakeOptions): Bridge & { readonly push: (push: Push) => void } {
  const listeners = new Set<(push: unknown) => void>();
  const call = (name: string, input: unknown): Promise<Outcome> => {
    if (name === 'snapshot') return Promise.resolve({ ok: true, value: { sequence: 1, state: options.state } });
    const table: ReadonlyMap<string, unknown> = new Map(Object.entries(options.answers));
    const answer = table.get(name);
    if (typeof answer !== 'function') {
      return Promise.resolve({
        ok: false,
        error: { code: 'NO_ANSWER', number: 0, message: `This picture has no answer to ${name}.`, details: {} },
      });
    }
    const given: unknown = answer(input);
    if (typeof given !== 'object' || given === null || 'silent' in given) return new Promise(() => {});
    if ('error' in given) return Promise.resolve(errorOf(given.error));
    if ('recorded' in given) return Promise.resolve({ ok: true, value: given.recorded });
    return Promise.resolve({ ok: true, value: 'value' in given ? given.value : undefined });
  };
  return {
    invoke: call,
    onPush(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onLink(listener) {
      // The state comes first, so that a lost link is shown over it.
      listener({ state: 'open' });
      const { link } = options;
      if (link !== undefined) setTimeout(() => listener(link), 50);
      return () => {};
    },
    push(push) {
      for (const listener of listeners) listener(push);
    },
  };
}

function errorOf(error: unknown): Outcome {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'INTERNAL';
  const number = typeof error === 'object' && error !== null && 'number' in error ? Number(error.number) : 0;
  const details =
    typeof error === 'object' &&
    error !== null &&
    'details' in error &&
    typeof error.details === 'object' &&
    error.details !== null
      ? Object.fromEntries(
          Object.entries(error.details).filter(
            (entry): entry is [string, string | number | boolean | null] => typeof entry[1] !== 'object',
          ),
        )
      : {};
  return { ok: false, error: { code, number, message: code, details } };
}
