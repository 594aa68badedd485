import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SignetError } from '../../src-shared/base/error.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import { type SigningLogEntry, type SigningLogRow, signingLogColumns } from '../../src-shared/model/signing-log-row.ts';
import { type AppendFile, type DurableFiles, storageFailed, syncFolderSync } from './durable-files.ts';
import {
  emptyRow,
  fileName,
  firstPreviousHash,
  formatRow,
  headerLine,
  inOrder,
  parseRow,
  sha256Hex,
} from './signing-log-format.ts';
import type { StorageGuard } from './storage-guard.ts';
import { number, type Store, text } from './store.ts';

/**
 * The signing log: one TSV file per server start, rows hash-chained across files, the head kept in the store as well
 * (signer-and-server.md 5.1). Rows that are waiting together share one write and one fsync.
 */
export interface DurableSigningLog {
  append(entry: SigningLogEntry): Promise<{ readonly sequence: number; readonly rowHash: string }>;
  readonly head: { readonly sequence: number; readonly rowHash: string };
  /**
   * Latest time among the newest SIGNED rows since the clock was last accepted by hand; empty when there is none. Other rows say
   * nothing: START, refusals and recovered rows are written whatever the clock shows.
   */
  readonly newestTime: string;
  /** Somebody vouches for the clock: rows up to now no longer speak against it, also after a restart. */
  acceptClock(): Promise<void>;
  newestFor(serialNumber: string): { readonly sequence: number; readonly rowHash: string } | undefined;
  /** The row that carries exactly this note for this device. */
  rowOfAttempt(serialNumber: string, note: string): { readonly sequence: number; readonly rowHash: string } | undefined;
  /** Why the chain is not whole; empty when it is. Never repaired by the program. */
  readonly alarm: string;
  readonly path: string;
  /** Rows in the same order, as they are written: for screens and tests. */
  onRow(listener: (row: SigningLogRow) => void): () => void;
  close(): Promise<void>;
}

interface Head {
  sequence: number;
  rowHash: string;
  file: string;
  /** Length of the file in bytes up to and including the head's line. */
  offset: number;
}

interface Pending {
  readonly entry: SigningLogEntry;
  readonly resolve: (reference: { sequence: number; rowHash: string }) => void;
  readonly reject: (reason: unknown) => void;
}

interface Recovered {
  readonly head: Head;
  readonly newestTime: string;
  readonly alarm: string;
  readonly torn: { readonly file: string; readonly bytes: number } | undefined;
  readonly previousFile: string;
  readonly fileNumber: number;
}

/** Rows that follow a signature, or an attempt at one. */
const follows: ReadonlySet<string> = new Set(['SIGNED', 'FAILED']);

/** Rows kept in memory for a store that does not take them. */
const mostUnindexed = 10_000;

const columnList = signingLogColumns.join(', ');
const placeholders = signingLogColumns.map(() => '?').join(', ');
const insertRow = `INSERT OR REPLACE INTO log_rows (${columnList}, file) VALUES (${placeholders}, ?)`;

/** Opens the log of this server start: repairs a torn last line, brings the store up to the files, writes START (and TORN). */
export async function openSigningLog(options: {
  readonly folder: string;
  readonly store: Store;
  readonly files: DurableFiles;
  readonly guard: StorageGuard;
  readonly now: () => Date;
}): Promise<DurableSigningLog> {
  const { folder, store, files, guard, now } = options;
  await files.makeFolder(folder);
  const recovered = await recover(folder, store);
  const name = fileName(now(), recovered.fileNumber);
  const path = join(folder, name);
  if (existsSync(path)) throw new SignetError('STORAGE_FAILED', `The signing log ${path} exists already.`, { path });
  const file = await files.openAppend(path);
  const log = new OpenLog({ store, file, path, name, now, guard }, recovered);
  try {
    await log.begin(recovered);
  } catch (thrown) {
    await log.close();
    throw thrown;
  }
  return log;
}

class OpenLog implements DurableSigningLog {
  readonly path: string;
  readonly alarm: string;
  newestTime: string;
  readonly #store: Store;
  #file: AppendFile;
  readonly #name: string;
  readonly #now: () => Date;
  readonly #guard: StorageGuard;
  #head: Head;
  #waiting: Pending[] = [];
  #writing: Promise<void> | undefined;
  /** An append failed: part of its lines may be in the file and is cut off before anything else is appended. */
  #broken: SignetError | undefined;
  readonly #unindexed: SigningLogRow[] = [];
  #indexing: Promise<void> | undefined;
  #storeLeftBehind = false;
  readonly #listeners = new Set<(row: SigningLogRow) => void>();

  constructor(
    parts: {
      readonly store: Store;
      readonly file: AppendFile;
      readonly path: string;
      readonly name: string;
      readonly now: () => Date;
      readonly guard: StorageGuard;
    },
    recovered: Recovered,
  ) {
    const { name } = parts;
    this.#store = parts.store;
    this.#file = parts.file;
    this.path = parts.path;
    this.#name = name;
    this.#now = parts.now;
    this.#guard = parts.guard;
    this.#guard.addTrial(() => this.#append(new Uint8Array(0), false));
    this.#head = { ...recovered.head, file: name, offset: 0 };
    this.newestTime = recovered.newestTime;
    this.alarm = recovered.alarm;
  }

  async begin(recovered: Recovered): Promise<void> {
    const header = `${headerLine}\n`;
    await this.#file.append(Buffer.from(header));
    this.#head.offset = Buffer.byteLength(header);
    const previous = recovered.previousFile === '' ? '-' : recovered.previousFile;
    await this.append({ result: 'START', note: `v=1 prev=${previous} header=${sha256Hex(headerLine)}` });
    if (recovered.torn !== undefined) {
      await this.append({ result: 'TORN', note: `${recovered.torn.file} ${recovered.torn.bytes} bytes` });
    }
  }

  get head(): { sequence: number; rowHash: string } {
    return { sequence: this.#head.sequence, rowHash: this.#head.rowHash };
  }

  newestFor(serialNumber: string): { sequence: number; rowHash: string } | undefined {
    const row = this.#store.get(
      "SELECT seq, row_hash FROM log_rows WHERE device_sn = ? AND result IN ('SIGNED', 'REISSUED') ORDER BY seq DESC LIMIT 1",
      serialNumber,
    );
    return row === undefined ? undefined : { sequence: number(row, 'seq'), rowHash: text(row, 'row_hash') };
  }

  rowOfAttempt(serialNumber: string, note: string): { sequence: number; rowHash: string } | undefined {
    const row = this.#store.get(
      'SELECT seq, row_hash FROM log_rows WHERE device_sn = ? AND note = ? LIMIT 1',
      serialNumber,
      note,
    );
    return row === undefined ? undefined : { sequence: number(row, 'seq'), rowHash: text(row, 'row_hash') };
  }

  append(entry: SigningLogEntry): Promise<{ sequence: number; rowHash: string }> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ entry, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  onRow(listener: (row: SigningLogRow) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async acceptClock(): Promise<void> {
    const { sequence } = this.#head;
    await this.#store.write((database) => {
      database
        .prepare("INSERT OR REPLACE INTO facts (name, value) VALUES ('clock-accepted-after', ?)")
        .run(String(sequence));
    });
    this.newestTime = '';
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#indexing;
    await this.#file.close();
  }

  async #drain(): Promise<void> {
    // One turn of the loop, so that requests that are ready together share the fsync.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#writeBatch(batch);
      } catch (thrown) {
        for (const waiting of batch) waiting.reject(thrown);
      }
    }
    // In the same breath as the last look at the queue: a row that comes a microtask later starts anew.
    this.#writing = undefined;
  }

  async #writeBatch(batch: readonly Pending[]): Promise<void> {
    const head = { ...this.#head };
    const rows: SigningLogRow[] = [];
    let text = '';
    for (const { entry } of batch) {
      const time = this.#now().toISOString();
      const fields = {
        ...emptyRow(),
        ...entry,
        seq: String(head.sequence + 1),
        time_utc: time,
        prev_hash: head.rowHash,
      };
      const { line, rowHash } = formatRow(fields);
      head.sequence += 1;
      head.rowHash = rowHash;
      head.offset += Buffer.byteLength(line);
      rows.push({ ...fields, row_hash: rowHash });
      text += line;
    }
    try {
      await this.#append(
        Buffer.from(text),
        batch.some(({ entry }) => follows.has(entry.result)),
      );
    } catch (thrown) {
      for (const waiting of batch) waiting.reject(thrown);
      return;
    }
    this.#head = head;
    for (const row of rows) {
      if (row.result === 'SIGNED' && row.time_utc > this.newestTime) this.newestTime = row.time_utc;
    }
    this.#index(rows);
    batch.forEach((waiting, i) => {
      const row = rows[i];
      if (row === undefined) return;
      waiting.resolve({ sequence: Number(row.seq), rowHash: row.row_hash });
      for (const listener of this.#listeners) listener(row);
    });
  }

  /**
   * The store may lag behind the file, never lead it and never have a gap: one write at a time, and rows that it did not take come
   * again with the next ones. A store that stays behind for too long is left there; the next start takes the rows from the file.
   */
  #index(rows: readonly SigningLogRow[]): void {
    if (this.#storeLeftBehind) return;
    this.#unindexed.push(...rows);
    this.#indexing ??= this.#writeIndex();
  }

  async #writeIndex(): Promise<void> {
    try {
      while (this.#unindexed.length > 0) {
        const taken = [...this.#unindexed];
        const head = { ...this.#head };
        await this.#store.write((database) => {
          const statement = database.prepare(insertRow);
          for (const row of taken) statement.run(...values(row), this.#name);
          saveHead(database, head);
        });
        this.#unindexed.splice(0, taken.length);
      }
    } catch {
      if (this.#unindexed.length > mostUnindexed) {
        this.#unindexed.length = 0;
        this.#storeLeftBehind = true;
      }
    }
    this.#indexing = undefined;
  }

  #append(bytes: Uint8Array, essential: boolean): Promise<void> {
    const write = async (): Promise<void> => {
      if (this.#broken !== undefined) await this.#mend();
      try {
        await this.#file.append(bytes);
      } catch (thrown) {
        this.#broken = thrown instanceof SignetError ? thrown : storageFailed(`Appending to ${this.path}`, thrown);
        throw this.#broken;
      }
    };
    return essential ? this.#guard.essential(write) : write();
  }

  async #mend(): Promise<void> {
    try {
      truncate(this.path, this.#head.offset);
      this.#broken = undefined;
    } catch (thrown) {
      throw storageFailed(`Repairing ${this.path}`, thrown);
    }
  }
}

function values(row: SigningLogRow): (string | number)[] {
  return signingLogColumns.map((column) => (column === 'seq' ? Number(row.seq) : row[column]));
}

function saveHead(
  database: { prepare(sql: string): { run(...values: (string | number)[]): unknown } },
  head: Head,
): void {
  database
    .prepare("INSERT OR REPLACE INTO facts (name, value) VALUES ('signing-log-head', ?)")
    .run(JSON.stringify(head));
}

/** Sequence number of the newest row when the clock was last accepted by hand; 0 = never. */
function clockAcceptedAfter(store: Store): number {
  const row = store.get("SELECT value FROM facts WHERE name = 'clock-accepted-after'");
  return row === undefined ? 0 : Number(text(row, 'value'));
}

/** The newest rows are enough, and cost the same in a log of millions. */
function newestSignedTime(store: Store, after: number): string {
  const row = store.get(
    `SELECT MAX(time_utc) AS newest FROM
     (SELECT time_utc FROM log_rows WHERE result = 'SIGNED' AND seq > ? ORDER BY seq DESC LIMIT 1000)`,
    after,
  );
  return typeof row?.['newest'] === 'string' ? row['newest'] : '';
}

function loadHead(store: Store): Head | undefined {
  const row = store.get("SELECT value FROM facts WHERE name = 'signing-log-head'");
  if (row === undefined) return undefined;
  const value: unknown = JSON.parse(text(row, 'value'));
  if (
    typeof value === 'object' &&
    value !== null &&
    'sequence' in value &&
    'rowHash' in value &&
    'file' in value &&
    'offset' in value &&
    typeof value.sequence === 'number' &&
    typeof value.rowHash === 'string' &&
    typeof value.file === 'string' &&
    typeof value.offset === 'number'
  ) {
    return { sequence: value.sequence, rowHash: value.rowHash, file: value.file, offset: value.offset };
  }
  throw new SignetError('STORE_DAMAGED', "The record store's note of the signing log's head is damaged.");
}

function truncate(path: string, length: number): void {
  const descriptor = openSync(path, 'r+');
  try {
    ftruncateSync(descriptor, length);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Bytes of a file from an offset on. */
function tail(path: string, offset: number): Buffer {
  const size = statSync(path).size;
  if (size <= offset) return Buffer.alloc(0);
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(size - offset);
    readSync(descriptor, bytes, 0, bytes.length, offset);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Compares store and files from the store's head on (so a start does not depend on the size of the log), takes over rows the
 * store does not know yet, and moves a torn last line away.
 */
async function recover(folder: string, store: Store): Promise<Recovered> {
  const names = inOrder(readdirSync(folder));
  const known = loadHead(store);
  const last = names[names.length - 1];
  const fileNumber = last === undefined ? 1 : Number(/-(\d+)\.tsv$/.exec(last)?.[1] ?? 0) + 1;
  const acceptedAfter = clockAcceptedAfter(store);
  let newestTime = newestSignedTime(store, acceptedAfter);
  const head: Head = known ?? { sequence: 0, rowHash: firstPreviousHash, file: names[0] ?? '', offset: 0 };
  let alarm = '';
  let torn: { file: string; bytes: number } | undefined;
  let lastGood = known?.file ?? '';
  const taken: { row: SigningLogRow; file: string }[] = [];

  const from = known === undefined ? 0 : names.indexOf(known.file);
  if (known !== undefined && from < 0) {
    alarm = `The signing log file ${known.file} that holds row ${known.sequence} is missing.`;
  } else if (known !== undefined && statSync(join(folder, known.file)).size < known.offset) {
    alarm = `The signing log file ${known.file} ends before row ${known.sequence}: its tail was lost.`;
  }
  for (let i = Math.max(from, 0); alarm === '' && i < names.length; i += 1) {
    const name = names[i] ?? '';
    const path = join(folder, name);
    const start = name === known?.file ? known.offset : 0;
    const bytes = tail(path, start);
    if (start + bytes.length === 0) {
      // A start that did not get to its first line.
      unlinkSync(path);
      continue;
    }
    let at = 0;
    let lineNumber = start === 0 ? 0 : 1;
    while (at < bytes.length) {
      const end = bytes.indexOf(0x0a, at);
      const line = end < 0 ? undefined : bytes.toString('utf8', at, end);
      const isLast = end < 0 || end === bytes.length - 1;
      const header = lineNumber === 0;
      const row = line === undefined || header ? undefined : parseRow(line);
      if (header ? line !== headerLine : row === undefined) {
        if (!isLast) {
          alarm = `The signing log file ${name} is damaged after row ${head.sequence}.`;
          break;
        }
        const rest = bytes.subarray(at);
        if (start + at === 0) {
          // Not even its first line: no log file at all.
          renameSync(path, `${path}.torn`);
        } else {
          writeFileSync(`${path}.torn`, rest);
          truncate(path, start + at);
        }
        syncFolderSync(folder);
        torn = { file: name, bytes: rest.length };
        break;
      }
      if (row !== undefined) {
        if (row.prev_hash !== head.rowHash || row.seq !== String(head.sequence + 1)) {
          alarm = `The chain of the signing log is broken at row ${row.seq} of ${name}.`;
          break;
        }
        head.sequence += 1;
        head.rowHash = row.row_hash;
        const vouches = row.result === 'SIGNED' && head.sequence > acceptedAfter;
        if (vouches && row.time_utc > newestTime) newestTime = row.time_utc;
        taken.push({ row, file: name });
      }
      lineNumber += 1;
      at = end + 1;
      head.file = name;
      head.offset = start + at;
      lastGood = name;
    }
  }
  if (taken.length > 0) {
    await store.write((database) => {
      const statement = database.prepare(insertRow);
      for (const { row, file } of taken) statement.run(...values(row), file);
      saveHead(database, head);
    });
  }
  return { head, newestTime, alarm, torn, previousFile: lastGood, fileNumber };
}

/** What is wrong with the files of a log folder; empty when the whole chain is good. Reads everything, file by file. */
export function verifySigningLog(folder: string): {
  readonly rows: number;
  readonly files: number;
  readonly headHash: string;
  readonly complaints: readonly Reason[];
} {
  const names = inOrder(readdirSync(folder));
  const complaints: Reason[] = [];
  let rowHash = firstPreviousHash;
  let sequence = 0;
  let previousFile = '-';
  for (const file of names) {
    const content = readFileSync(join(folder, file), 'utf8');
    const lines = content.split('\n');
    const rest = lines.pop();
    if (rest !== '') complaints.push(reason('log-cut-off', { file }));
    if (lines[0] !== headerLine) complaints.push(reason('log-no-header', { file }));
    lines.slice(1).forEach((line, i) => {
      const row = parseRow(line);
      if (row === undefined) {
        complaints.push(reason('log-changed', { file, line: i + 2 }));
        return;
      }
      if (row.prev_hash !== rowHash) complaints.push(reason('log-not-following', { file, row: row.seq }));
      if (row.seq !== String(sequence + 1))
        complaints.push(reason('log-number', { file, row: row.seq, expected: sequence + 1 }));
      if (
        i === 0 &&
        (row.result !== 'START' || !row.note.startsWith(`v=1 prev=${previousFile} header=${sha256Hex(headerLine)}`))
      ) {
        complaints.push(reason('log-other-file', { file }));
      }
      rowHash = row.row_hash;
      sequence = Number(row.seq);
    });
    if (lines[0] === headerLine) previousFile = file;
  }
  return { rows: sequence, files: names.length, headHash: rowHash, complaints };
}
