import { useRef } from 'react';
import { create } from 'zustand';
import type { LinkState } from '../../src-shared/ipc/client.ts';
import type { SiteView, SliceName, StateView } from '../../src-shared/ipc/state.ts';
import type { StateSink } from '../../src-shared/ipc/state-feed.ts';
import { keepEqual } from './keep-equal.ts';

/** The core's state as the screens see it: one member per slice, filled by the contract only. */
export interface StationStore {
  /** Null until the first snapshot. */
  readonly state: StateView | null;
  /** `performance.now()` when each site's view arrived, by its id: its `elapsedMs` counts on from there. */
  readonly sitesAt: Readonly<Record<string, number>>;
  readonly link: LinkState;
}

export const useStation = create<StationStore>()(() => ({
  state: null,
  sitesAt: {},
  link: { state: 'lost', retryAt: 0 },
}));

/**
 * The sink that `followState` fills. `now` gives the ms that `elapsedMs` counts on from; `later` runs a task with the next picture. All
 * that arrives before it is drawn at once: on a computer that draws more slowly than the line changes, changes that were waiting one
 * behind the other would leave the screen further and further behind.
 */
export function stationSink(now: () => number, later: (task: () => void) => void = withNextFrame): StateSink {
  let waiting: Partial<StateView> = {};
  let sitesAt: Readonly<Record<string, number>> = {};
  let asked = false;
  const apply = (): void => {
    asked = false;
    const store = useStation.getState();
    if (store.state !== null && Object.keys(waiting).length > 0) {
      useStation.setState({ state: { ...store.state, ...waiting }, sitesAt: { ...store.sitesAt, ...sitesAt } });
    }
    waiting = {};
    sitesAt = {};
  };
  return {
    replace(state) {
      waiting = {};
      sitesAt = {};
      useStation.setState({ state, sitesAt: arrivals(state.sites, now()) });
    },
    change(change) {
      if (change.slice === 'sites' || change.slice === 'someSites')
        sitesAt = { ...sitesAt, ...arrivals(change.value, now()) };
      if (change.slice === 'someSites') {
        const before = waiting.sites ?? useStation.getState().state?.sites ?? [];
        waiting = { ...waiting, sites: withChanged(before, change.value) };
      } else waiting = { ...waiting, [change.slice]: change.value };
      if (asked) return;
      asked = true;
      later(apply);
    },
  };
}

function arrivals(sites: readonly SiteView[], at: number): Record<string, number> {
  return Object.fromEntries(sites.map(({ id }) => [id, at]));
}

/** The others stay the objects they were, so that nothing of them is drawn again. */
function withChanged(before: readonly SiteView[], changed: readonly SiteView[]): SiteView[] {
  return before.map((site) => changed.find(({ id }) => id === site.id) ?? site);
}

/** ms after which a window that is not drawn (hidden, minimised) takes changes all the same. */
const hiddenMs = 250;

function withNextFrame(task: () => void): void {
  let done = false;
  const once = (): void => {
    if (done) return;
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    task();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, hiddenMs);
}

/** One slice of the state; undefined until the first snapshot. */
export function useSlice<S extends SliceName>(slice: S): StateView[S] | undefined {
  return useStation((store) => store.state?.[slice]);
}

/**
 * What `select` makes of the state; undefined until the first snapshot. Drawn again only when that changes: a slice is a new object with
 * every run of the line, though of what most of the screen shows of it nothing changed.
 */
export function useStateView<T>(select: (state: StateView) => T): T | undefined {
  const last = useRef<T | undefined>(undefined);
  return useStation(({ state }) => {
    last.current = state === null ? undefined : keepEqual(last.current, select(state));
    return last.current;
  });
}
