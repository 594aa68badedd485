import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AppendFile,
  type DurableFiles,
  diskFiles,
  openRecords,
  verifySigningLog,
} from '../../src-main/records/index.ts';
import { escapeField, unescapeField } from '../../src-main/records/signing-log-format.ts';

let folder = '';
let minute = 0;
const now = (): Date => new Date(Date.UTC(2026, 0, 1, 12, 0, 0) + 60_000 * minute);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-records-'));
  minute = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const logs = (): string => join(folder, 'logs');
const logFiles = (): string[] =>
  readdirSync(logs())
    .filter((name) => name.endsWith('.tsv'))
    .sort();

async function oneStart(rows: number, files?: DurableFiles): Promise<void> {
  minute += 1;
  const records = await openRecords({ folder, now, ...(files === undefined ? {} : { files }) });
  for (let i = 0; i < rows; i += 1) {
    await records.signingLog.append({
      result: 'SIGNED',
      device_sn: `0123000000000000${String(i).padStart(2, '0')}`,
      note: 'unit',
    });
  }
  await records.close();
}

describe('signing log', () => {
  it('chains rows across server starts and verifies', async () => {
    await oneStart(3);
    await oneStart(2);
    expect(verifySigningLog(logs())).toMatchObject({ rows: 7, files: 2, complaints: [] });
    const second = readFileSync(join(logs(), logFiles()[1] ?? ''), 'utf8').split('\n');
    expect(second[1]).toContain(
      `v=1 prev=${logFiles()[0]} header=FD742C87A838D8B7BC39C5CC4245C797957E49AA4EC282A92126E5DEF23197C1`,
    );
  });

  it('moves a last line that a power cut tore away, and says so in a row', async () => {
    await oneStart(3);
    const first = join(logs(), logFiles()[0] ?? '');
    appendFileSync(first, '99\t2026-01-01T12:0');
    await oneStart(1);
    expect(readFileSync(`${first}.torn`, 'utf8')).toBe('99\t2026-01-01T12:0');
    const second = readFileSync(join(logs(), logFiles()[1] ?? ''), 'utf8');
    expect(second).toContain(`\tTORN\t`);
    expect(second).toContain(`${logFiles()[0]} 18 bytes`);
    expect(verifySigningLog(logs()).complaints).toEqual([]);
  });

  it('takes over rows that are in the file but not yet in the store', async () => {
    await oneStart(1);
    const copy = readFileSync(join(folder, 'signet.db'));
    await oneStart(4);
    for (const rest of ['signet.db-wal', 'signet.db-shm']) rmSync(join(folder, rest), { force: true });
    writeFileSync(join(folder, 'signet.db'), copy);
    minute += 1;
    const records = await openRecords({ folder, now });
    expect(records.signingLog.alarm).toBe('');
    expect(records.store.get('SELECT count(*) AS n FROM log_rows WHERE seq <= 7')).toEqual({ n: 7 });
    await records.close();
  });

  it('raises the alarm when the file lost its tail, and when a row was changed', async () => {
    await oneStart(3);
    const first = join(logs(), logFiles()[0] ?? '');
    const whole = readFileSync(first);
    truncateSync(first, statSync(first).size - 100);
    minute += 1;
    let records = await openRecords({ folder, now });
    expect(records.signingLog.alarm).toContain('its tail was lost');
    await records.close();
    writeFileSync(first, whole.toString('utf8').replace('\tunit\t', '\tunIt\t'));
    expect(verifySigningLog(logs()).complaints.map(({ code }) => code)).toContain('log-changed');
    rmSync(first);
    minute += 1;
    records = await openRecords({ folder, now });
    await records.close();
    expect(verifySigningLog(logs()).complaints.length).toBeGreaterThan(0);
  });

  it('cuts half-written lines off again when the disk fails, and goes on when there is room', async () => {
    let failing = false;
    const files: DurableFiles = {
      ...diskFiles,
      async openAppend(path): Promise<AppendFile> {
        const file = await diskFiles.openAppend(path);
        return {
          ...file,
          async append(bytes) {
            if (failing) {
              await file.append(bytes.slice(0, 40));
              throw new Error('ENOSPC');
            }
            await file.append(bytes);
          },
        };
      },
    };
    const records = await openRecords({ folder, now, files });
    await records.signingLog.append({ result: 'SIGNED' });
    failing = true;
    await expect(records.signingLog.append({ result: 'SIGNED' })).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    failing = false;
    await records.signingLog.append({ result: 'REFUSED', note: 'after' });
    await records.close();
    expect(verifySigningLog(logs())).toMatchObject({ rows: 3, complaints: [] });
  });

  it('writes rows that wait together with one append', async () => {
    let appends = 0;
    const files: DurableFiles = {
      ...diskFiles,
      async openAppend(path) {
        const file = await diskFiles.openAppend(path);
        return {
          ...file,
          append(bytes) {
            appends += 1;
            return file.append(bytes);
          },
        };
      },
    };
    const records = await openRecords({ folder, now, files });
    appends = 0;
    const references = await Promise.all(
      Array.from({ length: 50 }, () => records.signingLog.append({ result: 'SIGNED' })),
    );
    expect(appends).toBe(1);
    expect(references.map((reference) => reference.sequence)).toEqual(Array.from({ length: 50 }, (_, i) => i + 2));
    await records.close();
  });

  it('escapes every field so that lines and columns survive, and guards formulas', () => {
    expect(escapeField('note', '=1+1')).toBe("'=1+1");
    expect(escapeField('signature', '=1')).toBe('=1');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeField('signature', text);
        expect(escaped).not.toMatch(/[\t\n\r]/);
        expect(unescapeField(escaped)).toBe(text);
      }),
    );
  });

  it('one data folder has one owner', async () => {
    const records = await openRecords({ folder, now });
    minute += 1;
    await expect(openRecords({ folder, now })).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
    await records.close();
  });

  it('refuses a store of a newer version and a file that is no store, and leaves both as they are', async () => {
    await oneStart(0);
    const { DatabaseSync } = await import('node:sqlite');
    const database = new DatabaseSync(join(folder, 'signet.db'));
    database.exec('PRAGMA user_version = 999');
    database.close();
    await expect(openRecords({ folder, now })).rejects.toMatchObject({ code: 'STORE_VERSION' });
    for (const rest of ['signet.db-wal', 'signet.db-shm']) rmSync(join(folder, rest), { force: true });
    writeFileSync(join(folder, 'signet.db'), 'this is no database at all, but long enough to look at'.repeat(100));
    await expect(openRecords({ folder, now })).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });
});
