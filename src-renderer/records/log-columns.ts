import { type SigningLogColumn, signingLogColumns } from '../../src-shared/model/signing-log-row.ts';

/** Widths of the signing log's columns in rem, and which of them are shown at first. */
const widths: Readonly<Partial<Record<SigningLogColumn, number>>> = {
  seq: 5,
  time_utc: 11.5,
  result: 7.5,
  error_code: 5,
  signer_sn: 12,
  device_sn: 12,
  unit_label: 8.5,
  signer_name: 14,
  station: 6.5,
  operator: 6.5,
  batch: 8.5,
  duration_ms: 4.5,
  note: 18,
  chain_id: 4.5,
  signer_id: 5,
};

export const defaultColumns: readonly SigningLogColumn[] = [
  'seq',
  'time_utc',
  'result',
  'device_sn',
  'unit_label',
  'duration_ms',
  'error_code',
  'operator',
  'batch',
];

/** The chosen columns in the log's own order, whatever order they were chosen in. */
export function orderedColumns(chosen: ReadonlySet<string>): readonly SigningLogColumn[] {
  return signingLogColumns.filter((column) => chosen.has(column));
}

/** CSS grid columns: fixed widths, the last one takes what is left. */
export function gridColumns(columns: readonly SigningLogColumn[]): string {
  return columns
    .map((column, index) => {
      const width = `${widths[column] ?? 10}rem`;
      return index === columns.length - 1 ? `minmax(${width}, 1fr)` : width;
    })
    .join(' ');
}

export const numericColumns: ReadonlySet<SigningLogColumn> = new Set(['seq', 'duration_ms', 'chain_id']);
