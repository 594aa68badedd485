import { describe, expect, it } from 'vitest';
import { runSeries } from './series.ts';
import { variantName } from './sweep.ts';
import { variants } from './variants.ts';

/** A sample of the sweep; `npm run test:sweep` goes through all of it. At once, because some mishaps are waits. */
describe('a mishap at any packet ends in PASS after a restart, with one certificate, and the books balance', () => {
  it.concurrent.each(variants.slice(0, 4).map((variant, i) => ({ name: variantName(variant), variant, i })))(
    '$name',
    async ({ variant, i }) => {
      const result = await runSeries(variant, { every: 61, offset: 7 * i, boards: 12 });
      expect(result.complaints).toEqual([]);
      expect(result.cases).toBeGreaterThan(15);
    },
  );
});
