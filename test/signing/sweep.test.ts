import { describe, expect, it } from 'vitest';
import { madeStick } from './factory.ts';
import { sweepPasswordChange, sweepSetUp } from './sweeps.ts';

/** Samples of the sweeps; `node test/signing/full-sweep.ts` does every packet. */
describe('power cut around a packet', () => {
  it('set-up: the stick is recognised and finished, or was finished', async () => {
    const result = await sweepSetUp({ every: 29, offset: 3 });
    expect(result.complaints).toEqual([]);
    expect(result.cuts).toBeGreaterThan(15);
  });

  it('password change: it is finished with the old and the new password, by this host or another', async () => {
    const { state } = await madeStick();
    const result = await sweepPasswordChange(state, { every: 7, offset: 2, draws: 1 });
    expect(result.complaints).toEqual([]);
    expect(result.cuts).toBeGreaterThan(15);
  });
});
