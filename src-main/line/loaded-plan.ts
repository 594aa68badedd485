import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Plan } from '../../src-shared/model/plan.ts';
import type { ChipIdentity } from '../device/index.ts';
import { type PreparedEntry, prepareEntry } from '../provisioning/prepared-entry.ts';
import type { FirstArticle } from '../records/index.ts';

/** The plan that the line runs, its texts read once. */
export interface LoadedPlan {
  readonly plan: Plan;
  readonly digest: string;
  readonly entries: readonly PreparedEntry[];
  readonly firstArticle: FirstArticle;
}

/** Throws FILE_INVALID or PLAN_UNSAFE for a plan that cannot be read. */
export function loadPlan(plan: Plan, digest: string, firstArticle: FirstArticle): LoadedPlan {
  return { plan, digest, firstArticle, entries: plan.entries.map(prepareEntry) };
}

/** A chip and what the plan does to it. */
export interface ChipWork {
  readonly chip: ChipIdentity;
  readonly prepared: PreparedEntry;
}

/**
 * Which entry of the plan goes with which chip of a board: by address where the entry names one, else the only one left. In the
 * order of the plan. Pure.
 */
export function assignChips(
  entries: readonly PreparedEntry[],
  chips: readonly ChipIdentity[],
): Result<readonly ChipWork[], 'SEVERAL_CHIPS' | 'NO_CHIP'> {
  if (chips.length > entries.length) return fail('SEVERAL_CHIPS');
  const free = [...chips];
  const take = (index: number): ChipIdentity | undefined => (index < 0 ? undefined : free.splice(index, 1)[0]);
  const byEntry = new Map<PreparedEntry, ChipIdentity>();
  for (const prepared of entries) {
    const { address } = prepared.entry;
    if (address === undefined) continue;
    const chip = take(free.findIndex((each) => (each.address & 0xfe) === (address & 0xfe)));
    if (chip === undefined) return fail('NO_CHIP');
    byEntry.set(prepared, chip);
  }
  for (const prepared of entries) {
    if (byEntry.has(prepared)) continue;
    const chip = take(0);
    if (chip === undefined) return fail('NO_CHIP');
    byEntry.set(prepared, chip);
  }
  return ok(
    entries.flatMap((prepared) => {
      const chip = byEntry.get(prepared);
      return chip === undefined ? [] : [{ chip, prepared }];
    }),
  );
}
