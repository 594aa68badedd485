import type { Part } from '../../src-shared/atecc/command.ts';
import { type ChipIdentity, configMatches } from '../device/index.ts';

/**
 * The states in which a chip can be found, by its lock bytes and the plan's image (provisioning-recipes.md 0). Pure. What needs the
 * server (whose key is it?) or slot contents is decided on the way by the stages.
 */
export type FoundState =
  /** Configuration open, nothing of the image in it yet or other content: factory-fresh, or another image that was never locked. */
  | 'new'
  /** Configuration open and already the image: cut between writing and locking. */
  | 'config-written'
  | 'config-locked'
  /** As config-locked, and a slot that stages 6 and 7 must write is slot-locked. */
  | 'slot-locked-early'
  /** Locked with another configuration than the plan's. */
  | 'foreign'
  /** Data zone locked, but not all slots of the plan. */
  | 'data-locked'
  /** Everything of the plan is locked: finished, or cut before its validation. */
  | 'all-locked';

/** English words of a state, as they stand in run records and in the README's table. */
export const foundStateWords: Readonly<Record<FoundState, string>> = {
  new: 'new',
  'config-written': 'configuration written, not locked',
  'config-locked': 'configuration locked',
  'slot-locked-early': 'slot locked while data open',
  foreign: 'other configuration locked',
  'data-locked': 'data locked, slots open',
  'all-locked': 'all locked',
};

/** `slotsWritten`: slots that stages 6 and 7 write; `lockSlots`: slots that stage 9 locks. */
export function foundState(
  chip: ChipIdentity,
  plan: {
    readonly part: Part;
    readonly image: Uint8Array;
    readonly slotsWritten: readonly number[];
    readonly lockSlots: readonly number[];
  },
): FoundState {
  const same = configMatches({ part: plan.part, image: plan.image }, chip.config);
  if (!chip.configLocked) return same ? 'config-written' : 'new';
  if (!same) return 'foreign';
  if (!chip.dataLocked) {
    return plan.slotsWritten.some((slot) => chip.lockedSlots.includes(slot)) ? 'slot-locked-early' : 'config-locked';
  }
  return plan.lockSlots.every((slot) => chip.lockedSlots.includes(slot)) ? 'all-locked' : 'data-locked';
}
