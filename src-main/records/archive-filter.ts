import { anywhere, type Condition, type LogFilter, period, prefix } from './log-filter.ts';
import type { RowSource } from './row-pages.ts';

/** What certificates are looked for by: what they have themselves. Batch, station and outcome are facts of requests, in the log. */
export type ArchiveFilter = Pick<LogFilter, 'from' | 'to' | 'signer' | 'serial' | 'text'>;

/** Columns that a page of the archive shows. */
const columns = [
  'id',
  'serial_number',
  'certificate_serial',
  'issued_at',
  'not_after',
  'signer_sn',
  'definition_digest',
] as const;

/** Columns that free text is looked for in. */
const searched = ['certificate_serial', 'serial_number', 'signer_sn'] as const;

/** The conditions of a filter; all of them must hold. */
export function archiveConditions(filter: ArchiveFilter): readonly Condition[] {
  const conditions: Condition[] = [];
  // A number that is whole is a prefix too.
  if (filter.signer !== '') conditions.push(prefix('signer_sn', filter.signer.toUpperCase(), undefined));
  if (filter.serial !== '')
    conditions.push(prefix('serial_number', filter.serial.toUpperCase(), 'certificates_by_serial_number'));
  if (filter.from !== '' || filter.to !== '')
    conditions.push(period('issued_at', filter, { index: undefined, order: undefined }));
  if (filter.text !== '') conditions.push(anywhere(searched, filter.text));
  return conditions;
}

/** The certificates, as lists by position. */
export const archiveSource: RowSource<ArchiveFilter> = {
  table: 'certificates',
  key: 'id',
  columns,
  conditionsOf: archiveConditions,
  filterKey: ({ from, to, signer, serial, text }) => JSON.stringify([from, to, signer, serial, text]),
};
