import { create } from 'zustand';
import type { LinkState } from '../../src-shared/ipc/client.ts';
import type { SliceName, StateView } from '../../src-shared/ipc/state.ts';
import type { StateSink } from '../../src-shared/ipc/state-feed.ts';

/** The core's state as the screens see it: one member per slice, filled by the contract only. */
export interface StationStore {
  /** Null until the first snapshot. */
  readonly state: StateView | null;
  /** `performance.now()` when each site's view arrived: its `elapsedMs` counts on from there. */
  readonly sitesAt: number;
  readonly link: LinkState;
}

export const useStation = create<StationStore>()(() => ({
  state: null,
  sitesAt: 0,
  link: { state: 'lost', retryAt: 0 },
}));

/**
 * The sink that `followState` fills. `now` gives the ms that `elapsedMs` counts on from; `later` runs a task with the next picture. All
 * that arrives before it is drawn at once: on a computer that draws more slowly than the line changes, changes that were waiting one
 * behind the other would leave the screen further and further behind.
 */
export function stationSink(now: () => number, later: (task: () => void) => void = withNextFrame): StateSink {
  let waiting: Partial<StateView> = {};
  let sitesAt: number | undefined;
  let asked = false;
  const apply = (): void => {
    asked = false;
    const { state } = useStation.getState();
    if (state !== null && Object.keys(waiting).length > 0) {
      useStation.setState({ state: { ...state, ...waiting }, ...(sitesAt === undefined ? {} : { sitesAt }) });
    }
    waiting = {};
    sitesAt = undefined;
  };
  return {
    replace(state) {
      waiting = {};
      sitesAt = undefined;
      useStation.setState({ state, sitesAt: now() });
    },
    change(change) {
      waiting = { ...waiting, [change.slice]: change.value };
      if (change.slice === 'sites') sitesAt = now();
      if (asked) return;
      asked = true;
      later(apply);
    },
  };
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
