import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openServerSide } from '../provisioning/server-side.ts';
import { softwareSigner } from '../provisioning/software-signer.ts';
import { makeLargeStore } from './large-store.ts';

/** The bench measures the same with a million rows; here is what must not grow with them. */
it('a start does not depend on how much is in the store', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-large-'));
  try {
    makeLargeStore(folder, 100_000, 200);
    const signer = softwareSigner();
    const times: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const started = performance.now();
      const side = await openServerSide({ folder, modules: [signer.module], now: () => new Date() });
      times.push(performance.now() - started);
      expect(side.records.signingLog.alarm).toBe('');
      expect(side.records.signingLog.head.sequence).toBe(100_001 + i);
      await side.close();
    }
    // Two seconds are the promise for a million rows; the machine of a test may be busy with other things.
    expect(Math.min(...times)).toBeLessThan(2000);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
