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

/** The sink that `followState` fills. `now` gives the ms that `elapsedMs` counts on from. */
export function stationSink(now: () => number): StateSink {
  return {
    replace: (state) => useStation.setState({ state, sitesAt: now() }),
    change(change) {
      const { state } = useStation.getState();
      if (state === null) return;
      useStation.setState({
        state: { ...state, [change.slice]: change.value },
        ...(change.slice === 'sites' ? { sitesAt: now() } : {}),
      });
    },
  };
}

/** One slice of the state; undefined until the first snapshot. */
export function useSlice<S extends SliceName>(slice: S): StateView[S] | undefined {
  return useStation((store) => store.state?.[slice]);
}
