import type { Part } from '../../../src-shared/atecc/command.ts';
import type { LintContext, LintKit, Severity } from '../../../src-shared/atecc/config/index.ts';
import type { Patch } from './patch.ts';

/** A default image with changes, and what is known besides it. */
export interface Setup {
  readonly part: Part;
  readonly patch: Patch;
  readonly context: LintContext;
}

/** One kind of finding: an image that has it, one that has not, and what the finding must say. */
export interface LintCase {
  readonly severity: Severity;
  readonly trigger: Setup;
  readonly clean: Setup;
  readonly bytes: readonly number[];
  readonly slot?: number;
}

function on(part: Part, patch: Patch = {}, context: LintContext = {}): Setup {
  return { part, patch, context };
}
export const on508 = (patch: Patch = {}, context: LintContext = {}): Setup => on('ATECC508A', patch, context);
export const on608 = (patch: Patch = {}, context: LintContext = {}): Setup => on('ATECC608', patch, context);

export const kit = (facts: Partial<LintKit>): LintKit => ({
  dialect: 'modern',
  fixedWakeCheck: false,
  followsAddress: false,
  ...facts,
});
export const planned = (...slots: number[]): LintContext => ({
  plannedData: slots.map((slot) => ({ slot, length: 32 })),
});
export const deviceKey = { deviceKeySlot: 0 };
export const certificates = (...certificateSlots: number[]): LintContext => ({ certificateSlots });

/** KeyConfig[2] = private P-256 that needs an authorisation by this slot. */
export const authorisedBy = (slot: number): Patch => ({ 100: 0x93, 101: slot });
/** KeyConfig[13] = public key that must be validated; its ReadKey is slot 15. */
export const validated13: Patch = { 122: 0x32 };
