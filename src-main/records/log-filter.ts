import type { SQLInputValue } from 'node:sqlite';

/** What rows of the signing log are looked for; empty members do not count. Times are ISO 8601 in UTC. */
export interface LogFilter {
  readonly from: string;
  readonly to: string;
  readonly batch: string;
  readonly station: string;
  readonly signer: string;
  readonly result: readonly string[];
  /** Beginning of a device's serial number. */
  readonly serial: string;
  /** Anywhere in the columns that people read. */
  readonly text: string;
}

/** One condition on a row, as SQL, and the index that finds its rows. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
  readonly index: string | undefined;
  /** Columns in whose order the index lists the rows of this condition, when that is the order of the log; else undefined. */
  readonly order: readonly string[] | undefined;
}

/** Columns that free text is looked for in. */
const searched = [
  'device_sn',
  'cert_serial',
  'signer_name',
  'signer_sn',
  'station',
  'operator',
  'batch',
  'unit_label',
  'note',
  'error_code',
] as const;

/** The conditions of a filter; all of them must hold. */
export function conditionsOf(filter: LogFilter): readonly Condition[] {
  const conditions: Condition[] = [];
  const equal = (column: string, value: string, index: string): void => {
    conditions.push({ sql: `${column} = ?`, values: [value], index, order: ['seq'] });
  };
  if (filter.batch !== '') equal('batch', filter.batch, 'log_rows_by_batch');
  if (filter.station !== '') equal('station', filter.station, 'log_rows_by_station');
  if (filter.signer !== '') {
    const signer = filter.signer.toUpperCase();
    if (signer.length === 18) equal('signer_sn', signer, 'log_rows_by_signer');
    else conditions.push(prefix('signer_sn', signer, 'log_rows_by_signer'));
  }
  if (filter.serial !== '') conditions.push(prefix('device_sn', filter.serial.toUpperCase(), 'log_rows_by_device'));
  const [first] = filter.result;
  if (filter.result.length === 1 && first !== undefined) equal('result', first, 'log_rows_by_result');
  else if (filter.result.length > 1) {
    const marks = filter.result.map(() => '?').join(', ');
    conditions.push({
      sql: `result IN (${marks})`,
      values: [...filter.result],
      index: 'log_rows_by_result',
      order: undefined,
    });
  }
  if (filter.from !== '' || filter.to !== '')
    conditions.push(period('time_utc', filter, { index: 'log_rows_by_time', order: ['time_utc', 'seq'] }));
  if (filter.text !== '') conditions.push(anywhere(searched, filter.text));
  return conditions;
}

/** Rows whose hex column begins with the text (upper case): a range of the index, if there is one. */
export function prefix(column: string, value: string, index: string | undefined): Condition {
  // 'G' follows every hex digit.
  return { sql: `${column} >= ? AND ${column} < ?`, values: [value, `${value}G`], index, order: undefined };
}

/** Rows of a time, both ends included; an empty end is open. */
export function period(
  column: string,
  { from, to }: Pick<LogFilter, 'from' | 'to'>,
  by: Pick<Condition, 'index' | 'order'>,
): Condition {
  const parts: string[] = [];
  const values: string[] = [];
  if (from !== '') {
    parts.push(`${column} >= ?`);
    values.push(from);
  }
  if (to !== '') {
    parts.push(`${column} <= ?`);
    values.push(to);
  }
  return { sql: parts.join(' AND '), values, ...by };
}

/** Rows that have the text anywhere in one of the columns, in capitals or not. */
export function anywhere(columns: readonly string[], text: string): Condition {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return {
    sql: `(${columns.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`,
    values: columns.map(() => pattern),
    index: undefined,
    order: undefined,
  };
}

/** One key per filter content, to find its list again. */
export function filterKey(filter: LogFilter): string {
  const { from, to, batch, station, signer, result, serial, text } = filter;
  return JSON.stringify([from, to, batch, station, signer, [...result].sort(), serial, text]);
}
