import type { FindingId } from '../../../src-shared/atecc/config/index.ts';
import { chipCases } from './lint-cases-chip.ts';
import { slotCases } from './lint-cases-slots.ts';
import type { LintCase } from './lint-setup.ts';

/** A trigger and a clean image for every kind of finding; the compiler sees that none is left out. */
export const lintCases: Readonly<Record<FindingId, LintCase>> = { ...chipCases, ...slotCases };
