import { describe, expect, it } from 'vitest';
import { runSeries } from './series.ts';
import { variantName } from './sweep.ts';
import { variants } from './variants.ts';

/** A sample of the sweep; `npm run test:sweep` goes through all of it. */
describe.each(variants.slice(0, 4).map((variant, i) => ({ name: variantName(variant), variant, i })))(
  'a mishap at any packet: $name',
  ({ variant, i }) => {
    it('ends in PASS after a restart, with one certificate, and the books balance', { timeout: 240_000 }, async () => {
      const result = await runSeries(variant, { every: 61, offset: 7 * i });
      expect(result.complaints).toEqual([]);
      expect(result.cases).toBeGreaterThan(15);
    });
  },
);
