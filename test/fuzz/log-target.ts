import { existsSync, mkdtempSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DurableFiles, openStore, verifySigningLog } from '../../src-main/records/index.ts';
import { openSigningLog } from '../../src-main/records/signing-log.ts';
import {
  emptyRow,
  firstPreviousHash,
  formatRow,
  headerLine,
  parseRow,
  sha256Hex,
} from '../../src-main/records/signing-log-format.ts';
import type { StorageGuard } from '../../src-main/records/storage-guard.ts';
import { inEnglish } from '../../src-shared/model/reasons.ts';
import { signingLogColumns } from '../../src-shared/model/signing-log-row.ts';
import { seedsOf, type Target, text } from './target.ts';

/** A signing log as a start of the server left it. */
function wholeLog(rows: number): string {
  let previous = firstPreviousHash;
  const lines = [headerLine];
  for (let i = 1; i <= rows; i += 1) {
    const { line, rowHash } = formatRow({
      ...emptyRow(),
      seq: String(i),
      time_utc: '2026-03-04T10:20:30.000Z',
      result: i === 1 ? 'START' : 'SIGNED',
      device_sn: i === 1 ? '' : '0123000000000000EE',
      operator: '=1+1',
      note: i === 1 ? `v=1 prev=- header=${sha256Hex(headerLine)}` : 'a\tb\nc\\',
      prev_hash: previous,
    });
    lines.push(line.slice(0, -1));
    previous = rowHash;
  }
  return `${lines.join('\n')}\n`;
}

/** The same file with hashes made right again, so that what lies behind them is reached, too. */
function rehashed(content: string): string {
  let previous = firstPreviousHash;
  return content
    .split('\n')
    .map((line) => {
      const fields = line.split('\t');
      if (fields.length !== signingLogColumns.length || line === headerLine) return line;
      fields[signingLogColumns.indexOf('prev_hash')] = previous;
      const hashed = `${fields.slice(0, -1).join('\t')}\t`;
      previous = sha256Hex(hashed);
      return `${hashed}${previous}`;
    })
    .join('\n');
}

/** Nothing of what the log itself writes is looked at here: only its reading. */
const noFiles: DurableFiles = {
  replace: async () => undefined,
  openAppend: async () => ({ append: async () => undefined, close: async () => undefined }),
  makeFolder: async () => undefined,
};
const noGuard: StorageGuard = {
  ready: async () => undefined,
  essential: (work) => work(),
  makeRoom: () => false,
  addTrial: () => undefined,
};

/** A log file that was changed: what `signet log verify` and a start of the server say to it. */
export function logFiles(): Target {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'signet-fuzz-'));
  const path = join(folder, 'signing-20260304T102030Z-0001.tsv');
  const store = openStore(':memory:');
  const now = (): Date => new Date('2026-03-05T10:20:30Z');

  const opened = async (): Promise<string> => {
    await store.write((database) => database.exec('DELETE FROM log_rows; DELETE FROM facts'));
    const log = await openSigningLog({ folder, store, files: noFiles, guard: noGuard, now });
    await log.close();
    return log.alarm;
  };

  return {
    name: 'log-files',
    corpus: seedsOf('log-files', text(wholeLog(2)), text(wholeLog(4))),
    words: ['\t', '\n', '\\t', '\\\\', '\t\t\t\t', '\r', "'=", 'SIGNED', '0'.repeat(64)],
    longest: 20_000,
    window: 4000,
    run(input) {
      const plain = Buffer.from(input).toString('utf8');
      const mended = input.length % 2 === 0;
      const content = mended ? rehashed(plain) : plain;
      for (const line of content.split('\n')) {
        const row = parseRow(line);
        // What passed for a row is one: written again it is a row again.
        if (row !== undefined && parseRow(formatRow(row).line.slice(0, -1)) === undefined)
          throw new Error('a row that is none');
      }
      for (const name of readdirSync(folder)) unlinkSync(join(folder, name));
      writeFileSync(path, content);
      const { complaints: found, rows } = verifySigningLog(folder);
      const complaints = found.map(inEnglish);
      if (rows > 0 && complaints.length === 0 && !mended && content !== wholeLog(rows))
        throw new Error('a changed log that verifies');
      // A start costs more: one of every 32 inputs.
      if (input.length % 32 > 1) return undefined;
      return opened().then((alarm) => {
        // Torn ends are cut off by it; of what is left it must think as the check does.
        const left = verifySigningLog(folder)
          .complaints.map(inEnglish)
          .filter((complaint) => !complaint.includes('does not name'));
        const numbered = left.filter((complaint) => !complaint.includes('cut off'));
        if ((alarm !== '') !== numbered.length > 0)
          throw new Error(`a start says "${alarm}", the check "${numbered.join('; ')}"`);
      });
    },
    close() {
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
