import type { DatabaseSync } from 'node:sqlite';
import Papa from 'papaparse';
import { SignetError } from '../../src-shared/base/error.ts';
import { signingLogColumns } from '../../src-shared/model/signing-log-row.ts';
import { pemOf } from './archive.ts';
import { archiveConditions } from './archive-filter.ts';
import { conditionsOf, type LogFilter } from './log-filter.ts';
import type { RowPages } from './row-pages.ts';
import { escapeField } from './signing-log-format.ts';

export interface ExportQuestion {
  readonly what: 'log' | 'archive' | 'runs';
  readonly format: 'tsv' | 'csv' | 'json' | 'pem';
  readonly filter: LogFilter;
}

export interface Exported {
  readonly content: string;
  readonly rows: number;
}

/** Longest export in characters: it crosses to the screen in one piece. */
const longest = 96 << 20;

const runColumns = [
  'run_id',
  'serial_number',
  'board_id',
  'started_at',
  'ended_at',
  'outcome',
  'code',
  'stage',
  'station',
  'site',
  'operator',
  'batch',
  'unit_label',
  'plan_name',
  'plan_version',
  'plan_digest',
] as const;

const archiveColumns = [
  'serial_number',
  'certificate_serial',
  'issued_at',
  'not_before',
  'not_after',
  'signer_sn',
  'ca_public_key',
  'definition_digest',
  'public_key',
] as const;

/** The rows of a filter as a file's text. Throws TOO_LARGE when it would not fit, OPTION_INVALID for PEM of what has none. */
export function exportRows(database: DatabaseSync, pages: RowPages<LogFilter>, question: ExportQuestion): Exported {
  const { what, format, filter } = question;
  if (format === 'pem') {
    if (what !== 'archive') throw new SignetError('OPTION_INVALID', 'Only the archive can be exported as PEM.');
    return collect(pems(database, filter), (block) => block, '', '');
  }
  const columns: readonly string[] = what === 'log' ? signingLogColumns : what === 'runs' ? runColumns : archiveColumns;
  if (format === 'json' && what === 'runs') {
    return collect(runRows(database, filter), (row) => String(row['record']), '[\n', '\n]\n', ',\n');
  }
  const rows =
    what === 'log' ? pages.all(filter) : what === 'runs' ? runRows(database, filter) : certificates(database, filter);
  const fields = (row: Record<string, unknown>): string[] => columns.map((column) => String(row[column] ?? ''));
  switch (format) {
    case 'tsv':
      return collect(rows, (row) => `${fields(row).map(tsvField).join('\t')}\n`, `${columns.join('\t')}\n`, '');
    case 'csv':
      return collect(
        rows,
        (row) => `${Papa.unparse([fields(row)], { escapeFormulae: true })}\r\n`,
        `${columns.join(',')}\r\n`,
        '',
      );
    case 'json':
      return collect(
        rows,
        (row) => JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column] ?? '']))),
        '[\n',
        '\n]\n',
        ',\n',
      );
  }
}

/** As the log file itself writes it, formula guard included. */
function tsvField(text: string): string {
  return escapeField('note', text);
}

function collect<T>(rows: Iterable<T>, line: (row: T) => string, head: string, foot: string, between = ''): Exported {
  const parts: string[] = [head];
  let length = head.length;
  let count = 0;
  for (const row of rows) {
    const text = line(row);
    length += text.length + between.length;
    if (length > longest)
      throw new SignetError('TOO_LARGE', `The export would be larger than ${longest >> 20} MB after ${count} rows.`);
    if (count > 0 && between !== '') parts.push(between);
    parts.push(text);
    count += 1;
  }
  parts.push(foot);
  return { content: parts.join(''), rows: count };
}

function* certificates(database: DatabaseSync, filter: LogFilter): Generator<Record<string, unknown>> {
  const conditions = archiveConditions(filter);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`;
  const values = conditions.flatMap((condition) => condition.values);
  yield* database.prepare(`SELECT * FROM certificates ${where} ORDER BY id`).iterate(...values);
}

/** Device certificates, each followed by its signer's, under a comment line that names the chip. */
function* pems(database: DatabaseSync, filter: LogFilter): Generator<string> {
  for (const row of certificates(database, filter)) {
    const device = row['device_der'];
    const signer = row['signer_der'];
    if (device instanceof Uint8Array && signer instanceof Uint8Array)
      yield `# ${String(row['serial_number'])} ${String(row['certificate_serial'])}\n${pemOf(device, signer)}`;
  }
}

function* runRows(database: DatabaseSync, filter: LogFilter): Generator<Record<string, unknown>> {
  const kept = conditionsOf({ ...filter, signer: '', serial: '', result: [], text: '', from: '', to: '' });
  const conditions = kept.map((condition) => condition.sql);
  const values = kept.flatMap((condition) => condition.values);
  if (filter.serial !== '') {
    conditions.push('serial_number >= ? AND serial_number < ?');
    values.push(filter.serial.toUpperCase(), `${filter.serial.toUpperCase()}G`);
  }
  if (filter.from !== '') {
    conditions.push('started_at >= ?');
    values.push(filter.from);
  }
  if (filter.to !== '') {
    conditions.push('started_at <= ?');
    values.push(filter.to);
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  yield* database.prepare(`SELECT * FROM runs ${where} ORDER BY started_at`).iterate(...values);
}
