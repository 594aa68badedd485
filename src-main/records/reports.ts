import type { DatabaseSync } from 'node:sqlite';
import { runRecordSchema } from '../../src-shared/model/run-record.ts';
import { stageNames } from '../../src-shared/model/stages.ts';
import type { ArchiveFilter } from './archive-filter.ts';
import type { RowPages } from './row-pages.ts';

/** What QA asks of weeks at a time; read-only, and slow enough to belong into a worker. */

export interface ChartsQuestion {
  readonly from: string;
  readonly to: string;
  readonly batch: string;
}

export interface Charts {
  /** Runs that passed or failed. */
  readonly runs: number;
  readonly passed: number;
  readonly failed: number;
  /** Chips that these runs were of. */
  readonly chips: number;
  /** Chips of them that passed in one of these runs. */
  readonly chipsPassed: number;
  /** Chips whose very first run passed. */
  readonly firstPass: number;
  readonly perDay: readonly { readonly day: string; readonly passed: number; readonly failed: number }[];
  readonly failures: readonly { readonly code: string; readonly errorName: string; readonly count: number }[];
  readonly stageTimes: readonly { readonly stage: string; readonly medianMs: number; readonly p95Ms: number }[];
}

/** Stage times are taken from at most so many of the newest runs. */
const sampledRuns = 5_000;

/** Yield, first-pass yield, days, failures and stage times of provisioning runs. Faults of the station and interruptions count as neither pass nor fail. */
export function charts(database: DatabaseSync, question: ChartsQuestion): Charts {
  const conditions = ["json_extract(record, '$.kind') = 'provision'"];
  const values: string[] = [];
  const add = (sql: string, value: string): void => {
    if (value === '') return;
    conditions.push(sql);
    values.push(value);
  };
  add('started_at >= ?', question.from);
  add('started_at <= ?', question.to);
  add('batch = ?', question.batch);
  const where = `WHERE ${conditions.join(' AND ')}`;
  const judged = "outcome IN ('PASS', 'FAIL')";
  const count = (sql: string): number => {
    const row = database.prepare(sql).get(...values);
    return typeof row?.['n'] === 'number' ? row['n'] : 0;
  };
  const perDay = database
    .prepare(
      `SELECT substr(started_at, 1, 10) AS day, sum(outcome = 'PASS') AS passed, sum(outcome = 'FAIL') AS failed
       FROM runs ${where} GROUP BY day ORDER BY day`,
    )
    .all(...values)
    .map((row) => ({ day: String(row['day']), passed: Number(row['passed']), failed: Number(row['failed']) }));
  const failures = database
    .prepare(
      `SELECT code, stage, json_extract(record, '$.outcome.number') AS number, count(*) AS n FROM runs ${where} AND outcome = 'FAIL'
       GROUP BY code, stage ORDER BY n DESC, code LIMIT 50`,
    )
    .all(...values)
    .map((row) => ({
      code: failureCode(Number(row['stage']), Number(row['number'])),
      errorName: String(row['code']),
      count: Number(row['n']),
    }));
  const passed = perDay.reduce((sum, day) => sum + day.passed, 0);
  const failed = perDay.reduce((sum, day) => sum + day.failed, 0);
  return {
    runs: passed + failed,
    passed,
    failed,
    chips: count(`SELECT count(DISTINCT serial_number) AS n FROM runs ${where} AND ${judged}`),
    chipsPassed: count(`SELECT count(DISTINCT serial_number) AS n FROM runs ${where} AND outcome = 'PASS'`),
    firstPass: count(
      `SELECT count(*) AS n FROM runs AS r ${where} AND outcome = 'PASS' AND NOT EXISTS
       (SELECT 1 FROM runs AS e WHERE e.serial_number = r.serial_number AND e.started_at < r.started_at)`,
    ),
    perDay,
    failures,
    stageTimes: stageTimes(
      database
        .prepare(`SELECT record FROM runs ${where} AND outcome = 'PASS' ORDER BY started_at DESC LIMIT ${sampledRuns}`)
        .all(...values)
        .map((row) => String(row['record'])),
    ),
  };
}

/** `6-07`: what the operator reads out. */
export function failureCode(stage: number, number: number): string {
  return `${stage}-${String(number).padStart(2, '0')}`;
}

function stageTimes(records: readonly string[]): Charts['stageTimes'] {
  const times = durationsByStage(records);
  return stageNames.flatMap((stage) => {
    const sorted = [...(times.get(stage) ?? [])].sort((a, b) => a - b);
    if (sorted.length === 0) return [];
    return [{ stage, medianMs: quantile(sorted, 0.5), p95Ms: quantile(sorted, 0.95) }];
  });
}

/** Durations in ms of the stages that were really done. */
export function durationsByStage(records: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>(stageNames.map((stage) => [stage, []]));
  for (const text of records) {
    const parsed = runRecordSchema.safeParse(JSON.parse(text));
    if (!parsed.success) continue;
    for (const { stage, status, durationMs } of parsed.data.stages) {
      if (status === 'DONE') times.get(stage)?.push(durationMs);
    }
  }
  return times;
}

/** The value below which this share of an ascending list lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export interface ArchiveRow {
  readonly serialNumber: string;
  readonly certificateSerial: string;
  readonly issuedAt: string;
  readonly notAfter: string;
  readonly signer: string;
  readonly definition: string;
}

const archiveColumns = 'serial_number, certificate_serial, issued_at, not_after, signer_sn, definition_digest' as const;

export interface ArchivePage {
  /** Certificates that fit; an estimate while `exact` is false. */
  readonly total: number;
  /** False while matches are still being looked for: ask again. */
  readonly exact: boolean;
  readonly rows: readonly ArchiveRow[];
}

/** Certificates by position: the newest first, or by serial number when nothing but a beginning of one is given. */
export function archivePage(
  database: DatabaseSync,
  pages: RowPages<ArchiveFilter>,
  filter: ArchiveFilter,
  position: number,
  limit: number,
): ArchivePage {
  const { from, to, signer, serial, text } = filter;
  if (from !== '' || to !== '' || signer !== '' || text !== '') {
    const { total, exact, rows } = pages.page(filter, position, limit, true);
    return { total, exact, rows: rows.map(archiveRow) };
  }
  const number = (sql: string, ...values: string[]): number => {
    const row = database.prepare(sql).get(...values);
    return typeof row?.['n'] === 'number' ? row['n'] : 0;
  };
  if (serial === '') {
    const total = number('SELECT count(*) AS n FROM certificates');
    const last = number('SELECT max(id) AS n FROM certificates');
    // Rows are numbered without gaps (nothing is ever deleted): a position is an id.
    const rows =
      last === total
        ? database
            .prepare(`SELECT ${archiveColumns} FROM certificates WHERE id <= ? ORDER BY id DESC LIMIT ?`)
            .all(last - position, limit)
        : database
            .prepare(`SELECT ${archiveColumns} FROM certificates ORDER BY id DESC LIMIT ? OFFSET ?`)
            .all(limit, position);
    return { total, exact: true, rows: rows.map(archiveRow) };
  }
  const first = serial.toUpperCase();
  const range = 'serial_number >= ? AND serial_number < ?';
  const total = number(`SELECT count(*) AS n FROM certificates WHERE ${range}`, first, `${first}G`);
  const rows = database
    .prepare(
      `SELECT ${archiveColumns} FROM certificates WHERE id IN
       (SELECT id FROM certificates INDEXED BY certificates_by_serial_number WHERE ${range} ORDER BY serial_number, id LIMIT ? OFFSET ?)
       ORDER BY serial_number, id`,
    )
    .all(first, `${first}G`, limit, position);
  return { total, exact: true, rows: rows.map(archiveRow) };
}

function archiveRow(row: Record<string, unknown>): ArchiveRow {
  return {
    serialNumber: String(row['serial_number']),
    certificateSerial: String(row['certificate_serial']),
    issuedAt: String(row['issued_at']),
    notAfter: String(row['not_after']),
    signer: String(row['signer_sn']),
    definition: String(row['definition_digest']),
  };
}

/** How many certificates each signer has signed. */
export function signaturesBySigner(database: DatabaseSync): Record<string, number> {
  const rows = database
    .prepare("SELECT signer_sn, count(*) AS n FROM log_rows WHERE result = 'SIGNED' GROUP BY signer_sn")
    .all();
  return Object.fromEntries(rows.map((row) => [String(row['signer_sn']), Number(row['n'])]));
}
