import type { EventValue } from '../../src-shared/ipc/contract.ts';
import type { SliceName, StateView } from '../../src-shared/ipc/state.ts';

/** Where the slices come from: each is made anew when it is asked for. */
export type SliceSource = { readonly [S in SliceName]: () => StateView[S] };

const slices: readonly SliceName[] = ['station', 'sites', 'signers', 'shift', 'health', 'simulation'];

/**
 * The state as screens get it: one snapshot, then slices that changed, numbered without gaps. What changes often (the progress of
 * sixteen runs) is sent at most once in `intervalMs`; the first change after a quiet time goes out at once.
 */
export class StateFeed {
  readonly #source: SliceSource;
  readonly #push: (change: EventValue<'state'>) => void;
  readonly #intervalMs: number;
  readonly #dirty = new Set<SliceName>();
  readonly #sent = new Map<SliceName, string>();
  #sequence = 0;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #scheduled = false;
  #closed = false;
  #held = false;

  constructor(source: SliceSource, push: (change: EventValue<'state'>) => void, intervalMs = 50) {
    this.#source = source;
    this.#push = push;
    this.#intervalMs = intervalMs;
  }

  /** A slice may have changed; whether it did is found out when it is sent. */
  touch(...names: readonly SliceName[]): void {
    for (const name of names) this.#dirty.add(name);
    if (this.#scheduled || this.#closed || this.#held || this.#dirty.size === 0) return;
    this.#scheduled = true;
    const wait = this.#lastFlush + this.#intervalMs - performance.now();
    if (wait <= 0) setImmediate(() => this.#flush());
    else this.#timer = setTimeout(() => this.#flush(), wait);
  }

  touchAll(): void {
    this.touch(...slices);
  }

  /** Nothing is asked of the source until `release`: it is being exchanged for another one. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.touchAll();
  }

  /** The whole state and the number of the last change it holds. What is still to be sent is in it already: sending it again does no harm. */
  snapshot(): { sequence: number; state: StateView } {
    const { station, sites, signers, shift, health, simulation } = this.#source;
    return {
      sequence: this.#sequence,
      state: {
        station: station(),
        sites: sites(),
        signers: signers(),
        shift: shift(),
        health: health(),
        simulation: simulation(),
      },
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#closed || this.#held) return;
    this.#lastFlush = performance.now();
    const names = [...this.#dirty];
    this.#dirty.clear();
    for (const name of names) this.#send(name);
  }

  #send(slice: SliceName): void {
    const value = this.#source[slice]();
    const text = JSON.stringify(value);
    if (this.#sent.get(slice) === text) return;
    this.#sent.set(slice, text);
    this.#sequence += 1;
    this.#push(changeOf(this.#sequence, slice, value));
  }
}

/** Slice and value belong together because both come from the same entry of the source. */
function changeOf(sequence: number, slice: SliceName, value: StateView[SliceName]): EventValue<'state'> {
  return { sequence, slice, value } as EventValue<'state'>;
}
