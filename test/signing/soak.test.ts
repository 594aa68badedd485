import { expect, it } from 'vitest';
import { soak } from './soak.ts';

/** `full-sweep.ts` does ten thousand. */
it.each([1, 2])('many signatures with random faults: all verified, logged and authorised (seed %i)', async (seed) => {
  const result = await soak(120, seed);
  expect(result.complaints).toEqual([]);
  expect(result.issued).toBe(120);
  // The faults did strike.
  expect(result.attempts).toBeGreaterThan(120);
});
