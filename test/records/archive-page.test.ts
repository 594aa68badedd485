import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArchiveFilter } from '../../src-main/records/archive-filter.ts';
import { QueryDesk } from '../../src-main/records/query.ts';
import { openStore, type Store } from '../../src-main/records/store.ts';
import { signingLogColumns } from '../../src-shared/model/signing-log-row.ts';

const none: ArchiveFilter = { from: '', to: '', signer: '', serial: '', text: '' };
const count = 12_000;
const [first, second] = ['01231E6CD82CA571EE', '0123AAAAAAAAAAAAEE'] as const;

interface Certificate {
  readonly id: number;
  readonly serialNumber: string;
  readonly certificateSerial: string;
  readonly issuedAt: string;
  readonly signer: string;
}

const minute = (n: number): string => new Date(Date.UTC(2026, 0, 1) + 60_000 * n).toISOString();

/** An archive whose columns are plain functions of the number; every hundredth time the clock stood a day behind. */
function certificate(id: number): Certificate {
  return {
    id,
    serialNumber: `0123${((id * 2_654_435_761) % 0xffff_ffff_ffff).toString(16).padStart(12, '0').toUpperCase()}EE`,
    certificateSerial: `4E${(id * 48_271).toString(16).padStart(30, '0').toUpperCase()}`,
    issuedAt: minute(id % 100 === 0 ? id - 1440 : id),
    signer: id % 3 === 0 ? first : second,
  };
}

function fits(row: Certificate, { from, to, signer, serial, text }: ArchiveFilter): boolean {
  return (
    (from === '' || row.issuedAt >= from) &&
    (to === '' || row.issuedAt <= to) &&
    row.signer.startsWith(signer.toUpperCase()) &&
    row.serialNumber.startsWith(serial.toUpperCase()) &&
    [row.certificateSerial, row.serialNumber, row.signer].some((value) => value.includes(text.toUpperCase()))
  );
}

const all = Array.from({ length: count }, (_, i) => certificate(i + 1));
const sample = certificate(7_777);
const folder = mkdtempSync(join(tmpdir(), 'signet-archive-'));
const path = join(folder, 'signet.db');
let store: Store;
let time = 0;

async function append(rows: readonly Certificate[]): Promise<void> {
  await store.write((database) => {
    const statement = database.prepare(
      `INSERT INTO certificates (id, serial_number, public_key, definition_digest, ca_public_key, signer_sn, certificate_serial,
       not_before, not_after, issued_at, device_der, signer_der, compressed, signer_compressed)
       VALUES (?, ?, '', 'D', 'C', ?, ?, '', '', ?, x'01', x'02', x'', x'')`,
    );
    for (const row of rows) statement.run(row.id, row.serialNumber, row.signer, row.certificateSerial, row.issuedAt);
  });
}

/** Asks over a connection of its own, whose clock lets one answer look at one piece only. */
async function withDesk(use: (desk: QueryDesk) => void | Promise<void>): Promise<void> {
  const desk = new QueryDesk(path, () => {
    time += 1000;
    return time;
  });
  try {
    await use(desk);
  } finally {
    desk.close();
  }
}

function finish(desk: QueryDesk): void {
  while (desk.work(0));
}

beforeAll(async () => {
  store = openStore(path);
  await append(all);
  await store.write((database) =>
    database.exec(
      `INSERT INTO log_rows (${signingLogColumns.join(', ')}, file)
       WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ${count})
       SELECT ${signingLogColumns.map((column) => (column === 'seq' ? 'n' : "''")).join(', ')}, '' FROM c`,
    ),
  );
});
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

const filters: readonly (readonly [string, Partial<ArchiveFilter>])[] = [
  ['nothing', {}],
  ['from', { from: minute(11_000) }],
  ['to', { to: minute(2_000) }],
  ['from and to', { from: minute(4_000), to: minute(4_100) }],
  ['signer', { signer: first }],
  ['beginning of a signer', { signer: '0123aa' }],
  ['text of a certificate serial', { text: sample.certificateSerial.slice(-6).toLowerCase() }],
  ['text of a serial number', { text: sample.serialNumber.slice(4) }],
  ['text of a signer', { text: '2CA571' }],
  ['serial and signer', { serial: '01230', signer: second }],
  ['serial and time', { serial: '01231', from: minute(3_000), to: minute(9_000) }],
  ['serial and text', { serial: '01231', text: 'A7' }],
  ['signer and time', { signer: first, from: minute(6_000), to: minute(6_500) }],
  ['text and time', { text: 'BE', from: minute(6_000) }],
  ['everything', { serial: '01230', signer: first, text: 'E', from: minute(100), to: minute(11_900) }],
];

/** Nobody's: what fits no certificate. */
const nobody: readonly (readonly [string, Partial<ArchiveFilter>])[] = [
  ['a time to come', { from: '2999-01-01T00:00:00.000Z' }],
  ['an unknown signer', { signer: '0123FF' }],
  ['a percent sign', { text: '%' }],
  ['an underscore', { text: '_' }],
];

describe('a page of the archive', () => {
  it.each(filters)('has what fits %s, the newest first', async (_, given) => {
    const filter = { ...none, ...given };
    const expected = all.filter((row) => fits(row, filter)).reverse();
    expect(expected.length).toBeGreaterThan(0);
    await withDesk((desk) => {
      desk.answer('archive', { filter, position: 0, limit: 10 });
      finish(desk);
      for (const position of [0, Math.floor(expected.length / 2), expected.length]) {
        const page = desk.answer('archive', { filter, position, limit: 50 });
        expect(page).toMatchObject({ total: expected.length, exact: true });
        expect(page.rows.map((row) => row.certificateSerial)).toEqual(
          expected.slice(position, position + 50).map((row) => row.certificateSerial),
        );
      }
    });
  });

  it.each(nobody)('is empty for %s', async (_, given) => {
    await withDesk((desk) => {
      const question = { filter: { ...none, ...given }, position: 0, limit: 10 };
      desk.answer('archive', question);
      finish(desk);
      expect(desk.answer('archive', question)).toEqual({ total: 0, exact: true, rows: [] });
    });
  });

  it('is in the order of serial numbers when only a beginning of them is given', async () => {
    const expected = all
      .filter((row) => row.serialNumber.startsWith('01231'))
      .map((row) => row.serialNumber)
      .sort();
    await withDesk((desk) => {
      const page = desk.answer('archive', { filter: { ...none, serial: '01231' }, position: 3, limit: 20 });
      expect(page).toMatchObject({ total: expected.length, exact: true });
      expect(page.rows).toHaveLength(20);
      expect(page.rows.map((row) => row.serialNumber)).toEqual(expected.slice(3, 23));
    });
  });

  it('comes before everything was looked at, and says so', async () => {
    const filter = { ...none, signer: first };
    const expected = all.filter((row) => fits(row, filter));
    await withDesk((desk) => {
      const early = desk.answer('archive', { filter, position: 0, limit: 20 });
      expect(early.exact).toBe(false);
      expect(early.rows).toHaveLength(20);
      // Every third fits: a piece tells the whole to within a row or two.
      expect(Math.abs(early.total - expected.length)).toBeLessThan(5);
      finish(desk);
      expect(desk.answer('archive', { filter, position: 0, limit: 20 })).toMatchObject({
        total: expected.length,
        exact: true,
      });
    });
  });

  it.each(['archive', 'log'] as const)('goes on with the list of the tab that was asked for last: %s', async (last) => {
    await withDesk((desk) => {
      const text = 'nothing of this name';
      const asked = {
        archive: () => desk.answer('archive', { filter: { ...none, text }, position: 0, limit: 10 }).exact,
        log: () => {
          const filter = { ...none, batch: '', station: '', result: [], text };
          return desk.answer('logAt', { filter, position: 0, limit: 10, descending: true }).exact;
        },
      };
      const other = last === 'log' ? 'archive' : 'log';
      expect(asked[other]()).toBe(false);
      expect(asked[last]()).toBe(false);
      // Three pieces are the whole; every question looks at one itself.
      desk.work(0);
      expect(asked[last]()).toBe(true);
      expect(asked[other]()).toBe(false);
    });
  });

  it.each(filters)('is what an export of %s has, the oldest first', async (_, given) => {
    const filter = { ...none, ...given };
    const expected = all.filter((row) => fits(row, filter));
    await withDesk((desk) => {
      const { content, rows } = desk.answer('export', {
        what: 'archive',
        format: 'tsv',
        filter: { ...filter, batch: '', station: '', result: [] },
      });
      expect(rows).toBe(expected.length);
      const lines = content.trimEnd().split('\n').slice(1);
      expect(lines.map((line) => line.split('\t')[1])).toEqual(expected.map((row) => row.certificateSerial));
    });
  });

  // Last: it adds to what the others count.
  it('has certificates that were issued since', async () => {
    const filter = { ...none, signer: second, text: '4E' };
    await withDesk(async (desk) => {
      desk.answer('archive', { filter, position: 0, limit: 1 });
      finish(desk);
      const before = desk.answer('archive', { filter, position: 0, limit: 1 }).total;
      const since = [certificate(count + 1), certificate(count + 2), certificate(count + 3)];
      await append(since);
      const fitting = since.filter((row) => fits(row, filter));
      const page = desk.answer('archive', { filter, position: 0, limit: fitting.length });
      expect(page.total).toBe(before + fitting.length);
      expect(page.rows.map((row) => row.certificateSerial)).toEqual(
        fitting.map((row) => row.certificateSerial).reverse(),
      );
    });
  });
});
