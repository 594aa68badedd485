import { z } from 'zod';
import { formatRow, headerLine, parseRow, sha256Hex } from '../../../../src-main/records/signing-log-format.ts';
import { signingLogColumns } from '../../../../src-shared/model/signing-log-row.ts';
import { type Judge, passed, wrong } from '../../judge.ts';

const input = z.object({ header: z.string(), lines_without_row_hash: z.array(z.string()) });
const output = z.object({ row_hashes: z.array(z.string()), file_sha256: z.string() });

/** Our writer makes each row from its fields; the file is column line + rows. */
export const judge: Judge = (testCase) => {
  const given = input.parse(testCase.in);
  const expected = output.parse(testCase.out);
  if (given.header !== headerLine) return wrong('the column line differs');
  let file = `${headerLine}\n`;
  for (const [i, text] of given.lines_without_row_hash.entries()) {
    const line = text + sha256Hex(text);
    const row = parseRow(line);
    if (row === undefined) return wrong(`row ${i + 1} is not read back`);
    const made = formatRow(Object.fromEntries(signingLogColumns.map((column) => [column, row[column]])) as typeof row);
    if (made.rowHash !== expected.row_hashes[i])
      return wrong(`row ${i + 1}: ${made.rowHash}, expected ${expected.row_hashes[i]}`);
    file += made.line;
  }
  const digest = sha256Hex(file);
  return digest === expected.file_sha256.toUpperCase()
    ? passed
    : wrong(`file: ${digest}, expected ${expected.file_sha256}`);
};
