import { z } from 'zod';
import type { PlanOptions } from '../../src-shared/model/plan.ts';

/** What the stop rule remembers: verdicts of boards since the last release, newest last. True = passed. */
export const stopStateSchema = z.strictObject({
  verdicts: z.array(z.boolean()),
  stopped: z.strictObject({ reason: z.enum(['failures-in-a-row', 'yield']), count: z.int() }).nullable(),
});
export type StopState = z.infer<typeof stopStateSchema>;

export const running: StopState = { verdicts: [], stopped: null };

/** The yield is that of so many boards; below that many nothing is judged. */
const yieldBoards = 20;

/** One more board passed or failed; faults of the station are not told here. */
export function countBoard(state: StopState, passed: boolean, options: PlanOptions): StopState {
  const verdicts = [...state.verdicts, passed].slice(-Math.max(yieldBoards, 100));
  if (state.stopped !== null) return { ...state, verdicts };
  const row = verdicts.length - 1 - verdicts.lastIndexOf(true);
  if (options.stopAfterFailures > 0 && row >= options.stopAfterFailures)
    return { verdicts, stopped: { reason: 'failures-in-a-row', count: row } };
  const recent = verdicts.slice(-yieldBoards);
  const percent = Math.floor((100 * recent.filter((one) => one).length) / yieldBoards);
  if (options.stopBelowYield > 0 && recent.length === yieldBoards && percent < options.stopBelowYield)
    return { verdicts, stopped: { reason: 'yield', count: percent } };
  return { verdicts, stopped: null };
}
