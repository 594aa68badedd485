import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openServerSide } from '../provisioning/server-side.ts';
import { softwareSigner } from '../provisioning/software-signer.ts';
import { makeLargeStore } from './large-store.ts';

/** Bytes that this process has read so far, from files and caches alike. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** Bytes that a start reads with so many rows in the store; the least of three. */
async function readByStart(rows: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'signet-large-'));
  try {
    makeLargeStore(folder, rows, 200);
    const signer = softwareSigner();
    const read: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      const before = bytesRead();
      const side = await openServerSide({ folder, modules: [signer.module], now: () => new Date() });
      read.push(bytesRead() - before);
      expect(side.records.signingLog.alarm).toBe('');
      expect(side.records.signingLog.head.sequence).toBe(rows + 1 + i);
      await side.close();
    }
    return Math.min(...read);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The bench measures the time with a million rows; here is what must not grow with them. */
it.runIf(process.platform === 'linux')('a start does not depend on how much is in the store', async () => {
  // Enough for both that what is looked at is the newest thousand rows.
  const few = await readByStart(5000);
  const many = await readByStart(100_000);
  expect(few).toBeGreaterThan(0);
  expect(many).toBeLessThan(1.5 * few);
});
