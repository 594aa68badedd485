import { create } from 'zustand';
import type { Settings } from '../../src-shared/ipc/contract.ts';
import type { StationView } from '../../src-shared/ipc/state.ts';
import type { Plan } from '../../src-shared/model/plan.ts';

/** What a draft belongs to: the simulated station has settings and plans of its own. */
export type DraftOf = StationView['mode'];

/** The version that is looked at, and what was changed in it. */
export interface PlanWork {
  readonly chosen: { readonly name: string; readonly version: number } | null;
  readonly draft: Plan | null;
}

const noPlanWork: PlanWork = { chosen: null, draft: null };

/** Changes that are not saved yet. They outlive the place they are made on: a look at the line loses nothing. */
interface Drafts {
  readonly settings: Readonly<Partial<Record<DraftOf, Settings>>>;
  readonly plan: Readonly<Partial<Record<DraftOf, PlanWork>>>;
}

const initial: Drafts = { settings: {}, plan: {} };
const useDrafts = create<Drafts>()(() => initial);

export const drafts = {
  reset: (): void => useDrafts.setState(initial, true),
  /** undefined = nothing is unsaved. `change` gets what is there now: a save may end while something is typed. */
  settings: (of: DraftOf, change: (before: Settings | undefined) => Settings | undefined): void =>
    useDrafts.setState(({ settings: { [of]: before, ...others } }) => {
      const after = change(before);
      return { settings: after === undefined ? others : { ...others, [of]: after } };
    }),
  plan: (of: DraftOf, part: Partial<PlanWork>): void =>
    useDrafts.setState(({ plan }) => ({ plan: { ...plan, [of]: { ...noPlanWork, ...plan[of], ...part } } })),
};

/** Settings that were changed and not saved yet; undefined when there are none. */
export function useSettingsDraft(of: DraftOf): Settings | undefined {
  return useDrafts((store) => store.settings[of]);
}

/** What was done to plans and not saved yet. */
export function usePlanWork(of: DraftOf): PlanWork {
  return useDrafts((store) => store.plan[of]) ?? noPlanWork;
}
