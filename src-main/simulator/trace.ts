/**
 * What a board tells whoever listens: every line, every packet, everything done to the bus, with one running index.
 * Tests enumerate "cut at packet n" from it; `packet` and `line` count from 1 and are what fault files refer to.
 */
export type TraceEvent = { readonly index: number; readonly atMs: number } & TraceFact;

export type TraceFact =
  | { readonly kind: 'line-in'; readonly line: number; readonly text: string }
  | { readonly kind: 'line-out'; readonly line: number; readonly text: string }
  | { readonly kind: 'connected'; readonly connection: number }
  | { readonly kind: 'disconnected'; readonly reason: string }
  /** One wake pulse; it reaches every chip on the bus. `answered` are the addresses that woke by it. */
  | { readonly kind: 'wake'; readonly answered: readonly number[] }
  | { readonly kind: 'packet'; readonly packet: number; readonly address: number; readonly bytes: Uint8Array }
  /** What the chip made of packet number `packet`; undefined answer = it did not acknowledge. */
  | {
      readonly kind: 'answer';
      readonly packet: number;
      readonly address: number;
      readonly bytes: Uint8Array | undefined;
      readonly executionMs: number;
    }
  | { readonly kind: 'idle' | 'sleep'; readonly address: number; readonly acknowledged: boolean }
  | { readonly kind: 'plug' | 'unplug' | 'chip-in' | 'chip-out'; readonly what: string }
  | { readonly kind: 'fault'; readonly fault: number; readonly action: string };

export type TraceListener = (event: TraceEvent) => void;

/** Numbers facts and hands them on; costs nothing while nobody listens. */
export class Tracer {
  #index = 0;
  readonly #now: () => number;
  readonly #listener: TraceListener | undefined;

  constructor(now: () => number, listener: TraceListener | undefined) {
    this.#now = now;
    this.#listener = listener;
  }

  tell(fact: TraceFact): void {
    this.#index += 1;
    this.#listener?.({ index: this.#index, atMs: this.#now(), ...fact });
  }
}
