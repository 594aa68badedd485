import { createHash } from 'node:crypto';
import {
  type SigningLogColumn,
  type SigningLogRow,
  signingLogColumns,
} from '../../src-shared/model/signing-log-row.ts';

/**
 * The signing log's lines: 30 columns, TAB, LF, escapes, and the hash chain (signer-and-server.md 5 and 5.1). Pure.
 */

/** First line of every file, without its LF. */
export const headerLine = signingLogColumns.join('\t');

/** prev_hash of the very first row of an installation. */
export const firstPreviousHash = '0'.repeat(64);

/** Free text that a spreadsheet might take for a formula. */
const freeText: ReadonlySet<SigningLogColumn> = new Set([
  'signer_name',
  'station',
  'operator',
  'batch',
  'unit_label',
  'note',
]);

/** SHA-256 as 64 upper-case hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').toUpperCase();
}

/** Escapes one field; a leading = + - @ of free text gets an apostrophe. */
export function escapeField(column: SigningLogColumn, text: string): string {
  const guarded = freeText.has(column) && /^[=+\-@]/.test(text) ? `'${text}` : text;
  return guarded.replace(/[\\\t\n\r]/g, (character) => {
    switch (character) {
      case '\t':
        return '\\t';
      case '\n':
        return '\\n';
      case '\r':
        return '\\r';
      default:
        return '\\\\';
    }
  });
}

/** Undoes the escapes; the apostrophe stays, it is part of what was written. */
export function unescapeField(text: string): string {
  return text.replace(/\\([\\tnr])/g, (_, letter: string) =>
    letter === 't' ? '\t' : letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\',
  );
}

/** A row and its line (with LF): row_hash covers the line up to and including the TAB before row_hash. */
export function formatRow(fields: Omit<SigningLogRow, 'row_hash'>): {
  readonly line: string;
  readonly rowHash: string;
} {
  const hashed = signingLogColumns
    .filter((column): column is Exclude<SigningLogColumn, 'row_hash'> => column !== 'row_hash')
    .map((column) => `${escapeField(column, fields[column])}\t`)
    .join('');
  const rowHash = sha256Hex(hashed);
  return { line: `${hashed}${rowHash}\n`, rowHash };
}

/** Fields of a line without its LF; undefined when it is not 30 fields or its own hash is wrong. */
export function parseRow(line: string): SigningLogRow | undefined {
  const fields = line.split('\t');
  if (fields.length !== signingLogColumns.length) return undefined;
  const end = line.lastIndexOf('\t') + 1;
  if (sha256Hex(line.slice(0, end)) !== fields[signingLogColumns.length - 1]) return undefined;
  return Object.fromEntries(
    signingLogColumns.map((column, i) => [column, unescapeField(fields[i] ?? '')]),
  ) as SigningLogRow;
}

/** An all-empty row to fill. */
export function emptyRow(): Omit<SigningLogRow, 'row_hash'> {
  return Object.fromEntries(signingLogColumns.map((column) => [column, ''])) as SigningLogRow;
}

/** Name of the file of a server start: `signing-20210615T130000Z-0001.tsv`. `number` runs per installation. */
export function fileName(startedAt: Date, number: number): string {
  const stamp = startedAt
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  return `signing-${stamp}-${String(number).padStart(4, '0')}.tsv`;
}

/** Files in the order in which they were written: by their running number, then by name. */
export function inOrder(names: readonly string[]): string[] {
  const number = (name: string): number => Number(/-(\d+)\.tsv$/.exec(name)?.[1] ?? 0);
  return names
    .filter((name) => /^signing-\d{8}T\d{6}Z-\d{4,}\.tsv$/.test(name))
    .sort((a, b) => number(a) - number(b) || (a < b ? -1 : 1));
}
