import { expect, it } from 'vitest';
import { usualRates } from './faults.ts';
import { soak } from './soak.ts';

/** A few boards of `npm run soak`, with more going wrong. */
it('a short soak: every board passes and the books balance', async () => {
  const rates = { ...usualRates, packet: 3 * usualRates.packet, cut: 0.6, kill: 0.2 };
  const result = await soak({ seed: 7, forMs: 0, products: 16, rates });
  expect(result.complaints).toEqual([]);
  expect(result.passed).toBeGreaterThanOrEqual(16);
  expect(result.faults).toBeGreaterThan(0);
  expect(result.killed).toBeGreaterThan(0);
});
