import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appendToSink, openRunFolder } from '../../src-main/records/index.ts';
import { runRecordSchema } from '../../src-shared/model/run-record.ts';
import { FaultyFiles } from './faulty-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-runs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = runRecordSchema.parse({
  format: 1,
  runId: '0'.repeat(32),
  boardId: '1'.repeat(32),
  software: '0',
  station: 's',
  site: '1',
  operator: '',
  operatorAuth: 'claimed',
  batch: '',
  unitLabel: '',
  kind: 'provision',
  plan: { name: 'p', version: 1, digest: '', entry: 'chip' },
  kit: { name: '', dialect: 'legacy', path: '' },
  part: 'ATECC508A',
  serialNumber: '012300000000000001',
  startedAt: '2026-11-22T12:00:00.000Z',
  endedAt: '2026-11-22T12:00:02.000Z',
  outcome: { kind: 'PASS' },
  foundState: 'new',
  stages: [],
  dataLock: 'fill+crc',
  lockedSlots: [],
  configZone: '',
  publicKey: '',
  certificateSerial: '',
  signerSerialNumber: '',
  reissued: false,
  dataWritten: [],
});

describe('runs in a folder', () => {
  it('a station killed at any write of the end of a run: record and report are there after the next start, or the run is unfinished', async () => {
    for (let n = 1; n <= 3; n += 1) {
      const path = join(folder, String(n));
      const files = new FaultyFiles();
      files.plan = (i) => (i >= n ? 'full after half' : undefined);
      const runs = openRunFolder(path, files);
      const ended = await runs
        .begin({ ...record, planDigest: '' })
        .then(() => runs.end(record))
        .then(
          () => true,
          () => false,
        );
      expect(ended).toBe(false);
      const again = openRunFolder(path);
      const reported = again.reports().length;
      expect(again.newest(record.serialNumber) === undefined).toBe(reported === 0);
      if (n > 1) expect(again.unfinished(record.serialNumber)).toBe(true);
      expect(reported).toBe(n > 2 ? 1 : 0);
      const left = ['open', 'done', 'reports'].flatMap((name) => readdirSync(join(path, name)));
      expect(left.filter((name) => name.endsWith('.part'))).toEqual([]);
    }
  });
});

describe('a sink', () => {
  it('is for its owner alone, and a line that was cut off spoils no other', async () => {
    const path = join(folder, 'secrets');
    await appendToSink(path, '0123', Uint8Array.of(1, 2));
    expect(statSync(path).mode & 0o077).toBe(0);
    appendFileSync(path, '0124\tAB');
    await appendToSink(path, '0124', Uint8Array.of(3, 4));
    expect(readFileSync(path, 'utf8')).toBe('0123\t0102\n0124\tAB\n0124\t0304\n');
  });
});
