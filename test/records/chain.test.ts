import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecords } from '../../src-main/records/index.ts';
import { testNow } from '../provisioning/world.ts';

/** Somebody changes the log files while the server is down; the store knows the chain up to its head. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-chain-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function start(rows: number): Promise<string> {
  const records = await openRecords({ folder, now: testNow });
  for (let i = 0; i < rows; i += 1) await records.signingLog.append({ result: 'REFUSED', note: `row ${i}` });
  const { alarm } = records.signingLog;
  await records.close();
  return alarm;
}

const logOf = (n: number): string => {
  const names = readdirSync(join(folder, 'logs'))
    .filter((name) => name.endsWith('.tsv'))
    .sort();
  return join(folder, 'logs', names[n] ?? '');
};

describe('a log file that was changed while the server was down', () => {
  it.each([
    ['a row taken out', (lines: string[]) => lines.splice(2, 1)],
    ['two rows exchanged', (lines: string[]) => lines.splice(2, 2, lines[3] ?? '', lines[2] ?? '')],
    ['a row twice', (lines: string[]) => lines.splice(2, 0, lines[2] ?? '')],
    ['a field changed', (lines: string[]) => lines.splice(2, 1, (lines[2] ?? '').replace('row', 'raw'))],
  ])('%s: alarm, beyond what the store knew', async (_, change) => {
    expect(await start(2)).toBe('');
    // The store of this moment, and the files of the next start.
    const store = join(folder, 'signet.db');
    cpSync(store, `${store}.old`);
    expect(await start(5)).toBe('');
    cpSync(`${store}.old`, store);
    for (const name of ['signet.db-wal', 'signet.db-shm']) rmSync(join(folder, name), { force: true });
    const lines = readFileSync(logOf(1), 'utf8').split('\n');
    change(lines);
    writeFileSync(logOf(1), lines.join('\n'));
    expect(await start(0)).not.toBe('');
  });

  it('nothing changed: rows that the store does not know are taken over', async () => {
    expect(await start(2)).toBe('');
    const store = join(folder, 'signet.db');
    cpSync(store, `${store}.old`);
    expect(await start(5)).toBe('');
    cpSync(`${store}.old`, store);
    expect(await start(0)).toBe('');
  });

  it.each([
    ['the newest file deleted', () => rmSync(logOf(0))],
    ['its tail cut off', () => writeFileSync(logOf(0), readFileSync(logOf(0)).subarray(0, -200))],
  ])('%s: alarm', async (_, change) => {
    expect(await start(3)).toBe('');
    change();
    expect(await start(0)).not.toBe('');
  });
});
