import type { EventValue } from '../../src-shared/ipc/contract.ts';
import type { SiteView, SliceName, StateView } from '../../src-shared/ipc/state.ts';

/** Where the slices come from: each is made anew when it is asked for. */
export type SliceSource = { readonly [S in SliceName]: () => StateView[S] };

const slices: readonly SliceName[] = ['station', 'sites', 'signers', 'shift', 'health', 'simulation'];

/** One picture of a usual screen: more changes than pictures are seen by nobody. */
const pictureMs = 16;

/**
 * The state as screens get it: one snapshot, then slices that changed, numbered without gaps; of the sites only those that changed. What
 * changes often (the progress of sixteen runs) is sent at most once in `intervalMs`; the first change after a quiet time goes out at once.
 */
export class StateFeed {
  readonly #source: SliceSource;
  readonly #push: (change: EventValue<'state'>) => void;
  readonly #intervalMs: number;
  readonly #dirty = new Set<SliceName>();
  readonly #sent = new Map<Exclude<SliceName, 'sites'>, string>();
  /** Of each site what screens know of it, in their order. */
  #sentSites: ReadonlyMap<string, string> | undefined;
  #sequence = 0;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #scheduled = false;
  #closed = false;
  #held = false;

  constructor(source: SliceSource, push: (change: EventValue<'state'>) => void, intervalMs = pictureMs) {
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
    // What is not sent yet goes first: a change that is taken back later would never be sent, and the snapshot would keep it.
    if (this.#dirty.size > 0) this.#flush();
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
    clearTimeout(this.#timer);
    if (this.#closed || this.#held) return;
    this.#lastFlush = performance.now();
    const names = [...this.#dirty];
    this.#dirty.clear();
    for (const name of names) this.#send(name);
  }

  #send(slice: SliceName): void {
    if (slice === 'sites') {
      this.#sendSites(this.#source.sites());
      return;
    }
    const value = this.#source[slice]();
    const text = JSON.stringify(value);
    if (this.#sent.get(slice) === text) return;
    this.#sent.set(slice, text);
    this.#pushNext(slice, value);
  }

  #sendSites(sites: SiteView[]): void {
    const before = this.#sentSites;
    const texts = new Map(sites.map((site) => [site.id, withoutElapsed(site)]));
    this.#sentSites = texts;
    if (before === undefined || [...before.keys()].join() !== [...texts.keys()].join()) {
      this.#pushNext('sites', sites);
      return;
    }
    const changed = sites.filter(({ id }) => texts.get(id) !== before.get(id));
    if (changed.length > 0) this.#pushNext('someSites', changed);
  }

  #pushNext(slice: EventValue<'state'>['slice'], value: StateView[SliceName]): void {
    this.#sequence += 1;
    // Slice and value belong together because both come from the same entry of the source.
    this.#push({ sequence: this.#sequence, slice, value } as EventValue<'state'>);
  }
}

/** What tells whether a site changed: screens count the time of a run on by themselves. */
function withoutElapsed(site: SiteView): string {
  return JSON.stringify({ ...site, elapsedMs: null });
}
