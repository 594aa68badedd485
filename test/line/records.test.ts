import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogFilter } from '../../src-main/records/log-filter.ts';
import { QueryDesk } from '../../src-main/records/query.ts';
import { QueryThread } from '../../src-main/records/query-thread.ts';
import { openStore, type Store } from '../../src-main/records/store.ts';
import { signingLogColumns } from '../../src-shared/model/signing-log-row.ts';
import { everything, type LineWorld, simulatedWorld } from './world.ts';

const none: LogFilter = { from: '', to: '', batch: '', station: '', signer: '', result: [], serial: '', text: '' };
const rowCount = 50_000;

type Row = {
  readonly [column in 'seq' | 'time_utc' | 'result' | 'batch' | 'station' | 'signer_sn' | 'device_sn' | 'note']: string;
};

/** A log whose columns are plain functions of the row number, so that a filter can be checked without any data base. */
function rowOf(seq: number): Row {
  return {
    seq: String(seq),
    time_utc: new Date(Date.UTC(2026, 0, 1) + 60_000 * seq).toISOString(),
    result: seq % 50 === 0 ? 'REFUSED' : seq % 777 === 0 ? 'FAILED' : 'SIGNED',
    batch: `B-${Math.floor(seq / 1000)}`,
    station: `ST-${seq % 4}`,
    signer_sn: seq % 3 === 0 ? '01231E6CD82CA571EE' : '0123AAAAAAAAAAAAEE',
    device_sn: `0123${((seq * 2_654_435_761) % 0xffff_ffff_ffff).toString(16).padStart(12, '0').toUpperCase()}EE`,
    note: seq % 1234 === 0 ? 'looked at twice' : `attempt ${seq}.1`,
  };
}

function fits(row: Row, filter: LogFilter): boolean {
  const upper = (text: string): string => text.toUpperCase();
  return (
    (filter.from === '' || row.time_utc >= filter.from) &&
    (filter.to === '' || row.time_utc <= filter.to) &&
    (filter.batch === '' || row.batch === filter.batch) &&
    (filter.station === '' || row.station === filter.station) &&
    row.signer_sn.startsWith(upper(filter.signer)) &&
    (filter.result.length === 0 || filter.result.includes(row.result)) &&
    row.device_sn.startsWith(upper(filter.serial)) &&
    (filter.text === '' || Object.values(row).some((value) => upper(value).includes(upper(filter.text))))
  );
}

const all = Array.from({ length: rowCount }, (_, i) => rowOf(i + 1));
const path = mkdtempSync(join(tmpdir(), 'signet-records-'));
const file = join(path, 'signet.db');
let store: Store;
let desk: QueryDesk;

async function append(rows: readonly Row[]): Promise<void> {
  await store.write((database) => {
    const statement = database.prepare(
      `INSERT INTO log_rows (${signingLogColumns.join(', ')}, file) VALUES (${signingLogColumns.map(() => '?').join(', ')}, '')`,
    );
    for (const row of rows) {
      const values = new Map<string, string>(Object.entries(row));
      statement.run(
        ...signingLogColumns.map((column) => (column === 'seq' ? Number(row.seq) : (values.get(column) ?? ''))),
      );
    }
  });
}

beforeAll(async () => {
  store = openStore(file);
  await append(all);
  desk = new QueryDesk(file, () => performance.now());
});
afterAll(() => {
  desk.close();
  store.close();
  rmSync(path, { recursive: true });
});

/** Everything that fits, newest first, however many answers that takes. */
function ask(filter: LogFilter, position: number, limit: number, descending = true) {
  let page = desk.answer('logAt', { filter, position, limit, descending });
  while (!page.exact) {
    desk.work(20);
    page = desk.answer('logAt', { filter, position, limit, descending });
  }
  return page;
}

const filters: fc.Arbitrary<LogFilter> = fc.record({
  from: fc.constantFrom('', '', rowOf(12_000).time_utc, rowOf(49_000).time_utc),
  to: fc.constantFrom('', '', rowOf(30_000).time_utc, rowOf(400).time_utc),
  batch: fc.constantFrom('', '', 'B-7', 'B-49', 'B-none'),
  station: fc.constantFrom('', '', 'ST-1', 'ST-9'),
  signer: fc.constantFrom('', '', '01231E6CD82CA571EE', '0123aa'),
  result: fc.constantFrom<string[]>([], [], ['REFUSED'], ['REFUSED', 'FAILED'], ['TORN']),
  serial: fc.constantFrom('', '', '0123', '01234', '01239ABC', 'ffff'),
  text: fc.constantFrom('', '', 'twice', 'attempt 777', '%', '_'),
});

describe('rows of the signing log by position', () => {
  it('are those that fit, in their order, for any filter and from either end', () => {
    fc.assert(
      fc.property(filters, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (filter, share, descending) => {
        const expected = all.filter((row) => fits(row, filter));
        if (descending) expected.reverse();
        const position = Math.floor(share * expected.length);
        const page = ask(filter, position, 50, descending);
        expect(page.total).toBe(expected.length);
        expect(page.rows.map((row) => row['seq'])).toEqual(
          expected.slice(position, position + 50).map(({ seq }) => seq),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('are looked for piece by piece, those on the screen before those of a list that was left', () => {
    // Time is over after every piece.
    let time = 0;
    const busy = new QueryDesk(file, () => {
      time += 1000;
      return time;
    });
    const exact = (text: string): boolean =>
      busy.answer('logAt', { filter: { ...none, text }, position: 0, limit: 5, descending: true }).exact;
    expect(exact('left')).toBe(false);
    expect(exact('on the screen')).toBe(false);
    for (let piece = 0; piece < 8; piece += 1) expect(busy.work(0)).toBe(true);
    expect(exact('on the screen')).toBe(true);
    expect(exact('left')).toBe(false);
    while (busy.work(0));
    expect(exact('left')).toBe(true);
    busy.close();
  });

  it('are followed as the log grows, newest first', async () => {
    const filter = { ...none, station: 'ST-1', result: ['SIGNED'] };
    const before = ask(filter, 0, 5);
    const more = Array.from({ length: 40 }, (_, i) => rowOf(rowCount + 1 + i));
    await append(more);
    const after = ask(filter, 0, 5);
    const fitting = more.filter((row) => fits(row, filter));
    expect(after.total).toBe(before.total + fitting.length);
    expect(after.rows.map((row) => row['seq'])).toEqual(
      fitting
        .slice(-5)
        .reverse()
        .map(({ seq }) => seq),
    );
    expect(ask(none, 0, 1).rows[0]?.['seq']).toBe(String(rowCount + 40));
    const second = ask(filter, fitting.length, 1);
    expect(second.rows[0]?.['seq']).toBe(before.rows[0]?.['seq']);
  });

  it('by key: each page begins where the one before ended', () => {
    const filter = { ...none, batch: 'B-7' };
    const first = desk.answer('log', { filter, before: null, limit: 300 });
    const second = desk.answer('log', { filter, before: Number(first.rows.at(-1)?.['seq']), limit: 5000 });
    expect(first.more).toBe(true);
    expect(second.more).toBe(false);
    expect([...first.rows, ...second.rows].map((row) => Number(row['seq']))).toEqual(
      Array.from({ length: 1000 }, (_, i) => 7999 - i),
    );
  });
});

describe('the thread that answers', () => {
  it('gives the same answers and passes errors on', async () => {
    const thread = new QueryThread(file);
    const filter = { ...none, batch: 'B-7' };
    const question = { filter, position: 10, limit: 3, descending: true };
    expect(await thread.ask('logAt', question)).toEqual(desk.answer('logAt', question));
    await expect(thread.ask('export', { what: 'log', format: 'pem', filter })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await thread.close();
    await expect(thread.ask('charts', { from: '', to: '', batch: '' })).rejects.toMatchObject({
      code: 'SHUTTING_DOWN',
    });
  });
});

describe('exports', () => {
  it('have every row and column, and no field that a spreadsheet would calculate', () => {
    const filter = { ...none, batch: 'B-7', result: ['REFUSED'] };
    const tsv = desk.answer('export', { what: 'log', format: 'tsv', filter });
    const lines = tsv.content.trimEnd().split('\n');
    expect(lines[0]).toBe(signingLogColumns.join('\t'));
    expect(lines).toHaveLength(1 + tsv.rows);
    expect(tsv.rows).toBe(20);
    const csv = desk.answer('export', { what: 'log', format: 'csv', filter });
    expect(csv.content.trimEnd().split('\r\n')).toHaveLength(21);
    const json: unknown = JSON.parse(desk.answer('export', { what: 'log', format: 'json', filter }).content);
    expect(json).toHaveLength(20);
  });
});

describe('a unit, charts and exports of a line', () => {
  let world: LineWorld;
  beforeAll(async () => {
    world = await simulatedWorld({ sites: 1 });
    await world.provision('new');
    await world.provision('failing');
    await world.provision('interrupted');
  });
  afterAll(() => world.close());

  it('count first passes, failures by code and stage times', async () => {
    const charts = await world.call('records.charts', { from: '', to: '', batch: '' });
    // The interrupted board was begun in the simulator's workshop and passed when it was resumed.
    expect(charts).toMatchObject({ passed: 2, failed: 1, runs: 3, chips: 3, chipsPassed: 2, firstPass: 1 });
    expect(charts.failures).toEqual([{ code: '5-36', errorName: 'POP_INVALID', count: 1 }]);
    expect(charts.stageTimes.map(({ stage }) => stage)).toContain('GEN_KEY');
    expect((await world.call('records.charts', { from: '2999-01-01', to: '', batch: '' })).runs).toBe(0);
  });

  it('show a chip from its first run to its verified chain', async () => {
    const { rows } = await world.call('records.archive', { filter: { serial: '0123' }, position: 0, limit: 10 });
    expect(rows).toHaveLength(2);
    const newest = (await world.call('records.archive', { filter: {}, position: 0, limit: 1 })).rows[0];
    const unit = await world.call('records.unit', { serialNumber: newest?.serialNumber ?? '' });
    expect(unit.runs.map(({ outcome }) => outcome.kind)).toEqual(['PASS', 'INTERRUPTED']);
    expect(unit.certificates.every(({ chain }) => chain.verified)).toBe(true);
    expect(unit.rows.map((row) => row['result'])).toEqual(['REISSUED', 'SIGNED']);
  });

  it('give a PEM bundle, the runs as they are recorded, and the activity', async () => {
    const pem = await world.call('records.export', { what: 'archive', format: 'pem', filter: everything });
    expect(pem.rows).toBe(2);
    expect(pem.content.match(/BEGIN CERTIFICATE/g)).toHaveLength(4);
    const runs = await world.call('records.export', { what: 'runs', format: 'json', filter: everything });
    expect(JSON.parse(runs.content)).toHaveLength(4);
    const activity = await world.call('records.export', { what: 'activity', format: 'csv', filter: everything });
    expect(activity.content).toContain('board 0123');
    expect(activity.name).toMatch(/^activity-\d{8}T\d{4}\.csv$/);
    const recent = (await world.call('activity.recent', {})).map(({ line }) => line);
    const log = await world.call('records.export', { what: 'activity', format: 'log', filter: everything });
    expect(log.content.split('\n')).toEqual(expect.arrayContaining(recent));
    const json = { what: 'activity', format: 'json', filter: everything } as const;
    const ofLine = await world.call('records.export', { ...json, source: 'line' });
    expect(ofLine.content).toContain('board 0123');
    expect(ofLine.content).not.toContain('started (');
    const ofStation = await world.call('records.export', { ...json, source: 'station' });
    expect(ofStation.content).toContain('started (');
    expect(ofStation.content).not.toContain('board 0123');
    const refused = await world.refused('records.export', { what: 'log', format: 'log', filter: everything });
    expect(refused.code).toBe('OPTION_INVALID');
  });
});
