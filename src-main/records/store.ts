import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SignetError } from '../../src-shared/base/error.ts';
import { storageFailed, type WrittenFile, writtenFile } from './durable-files.ts';
import { schema, schemaVersion } from './schema.ts';
import { isDiskFull } from './storage-guard.ts';

/**
 * The store: one SQLite file with a write-ahead log, every write durable before it is reported. Writes that come in one turn of the
 * event loop share one commit, and all commits made while the disk is busy share its next fsync, so that thirty stations cost one, not
 * thirty. SQLite does not wait for the disk at a commit (synchronous = NORMAL): it would stop the event loop, and sixteen boards with
 * it. The write-ahead log is made durable beside the loop, and only then is anybody told.
 */
export interface Store {
  /**
   * Queues a write; resolves when its commit is on the disk. One failing member rolls back alone, the others are committed.
   * `essential`: it follows a signature; when the disk is full, the reserve is given up for it. `relaxed`: reported when it is in
   * the store, where a killed process leaves it; on the disk with the next write that is not.
   */
  write(
    work: (database: DatabaseSync) => void,
    options?: { readonly essential?: boolean; readonly relaxed?: boolean },
  ): Promise<void>;
  /** Rows of a query, as plain objects. */
  all(sql: string, ...values: SQLInputValue[]): readonly Record<string, unknown>[];
  /** First row or undefined. */
  get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined;
  close(): void;
  readonly path: string;
}

interface Waiting {
  readonly essential: boolean;
  readonly relaxed: boolean;
  readonly work: (database: DatabaseSync) => void;
  readonly resolve: () => void;
  readonly reject: (reason: SignetError) => void;
}

/**
 * Opens or creates the store. Throws STORE_VERSION for one of a newer version, STORE_DAMAGED for something else than a store.
 * `makeRoom` is asked once when an essential write finds the disk full; true = try again. `openLog` opens the write-ahead log a second
 * time (closing it takes no lock of SQLite's away: those are on its other two files).
 */
export function openStore(
  path: string,
  options: { readonly makeRoom?: () => boolean; readonly openLog?: (path: string) => WrittenFile } = {},
): Store {
  const { database, log } = openDatabase(path, options.openLog ?? writtenFile);
  let queue: Waiting[] = [];
  let scheduled = false;
  /** In the store, and perhaps not on the disk. */
  let unkept: Waiting[] = [];
  let keeping = false;
  let closed = false;
  /** Once the disk has failed to keep the log, nobody knows what it kept: only the next start finds out (SQLite reads the log with its check sums). */
  let broken: SignetError | undefined;

  /** Errors of single members; throws when nothing of the batch is in the store. */
  const attempt = (batch: readonly Waiting[]): ReadonlyMap<Waiting, SignetError> => {
    const failed = new Map<Waiting, SignetError>();
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const waiting of batch) {
        database.exec('SAVEPOINT one');
        try {
          waiting.work(database);
          database.exec('RELEASE one');
        } catch (thrown) {
          // A full disk has ended the whole transaction already.
          if (!database.isTransaction) throw thrown;
          failed.set(waiting, storageFailed('Writing the store', thrown));
          database.exec('ROLLBACK TO one; RELEASE one');
        }
      }
      database.exec('COMMIT');
    } catch (thrown) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw thrown;
    }
    return failed;
  };

  /** Rejects those that failed; gives those that are in the store, and durable as soon as its log is. */
  const commit = (batch: readonly Waiting[]): readonly Waiting[] => {
    for (;;) {
      try {
        const failed = attempt(batch);
        for (const [waiting, reason] of failed) waiting.reject(reason);
        return batch.filter((waiting) => !failed.has(waiting));
      } catch (thrown) {
        const essential = batch.some((waiting) => waiting.essential);
        if (essential && isDiskFull(thrown) && options.makeRoom?.() === true) continue;
        const reason = storageFailed('Writing the store', thrown);
        for (const waiting of batch) waiting.reject(reason);
        return [];
      }
    }
  };

  const takeQueue = (): readonly Waiting[] => {
    const batch = queue;
    queue = [];
    if (broken !== undefined) return refuse(batch, broken);
    return batch.length === 0 ? [] : commit(batch);
  };

  const logFailed = (thrown: unknown, committed: readonly Waiting[]): void => {
    broken = storageFailed('Making the store durable', thrown);
    refuse(committed, broken);
  };

  const keep = async (): Promise<void> => {
    while (unkept.length > 0) {
      const kept = unkept;
      unkept = [];
      try {
        await log?.sync();
        for (const waiting of kept) waiting.resolve();
      } catch (thrown) {
        logFailed(thrown, [...kept, ...unkept]);
        unkept = [];
      }
    }
    keeping = false;
  };

  const flush = (): void => {
    scheduled = false;
    for (const waiting of takeQueue()) {
      if (waiting.relaxed) waiting.resolve();
      else unkept.push(waiting);
    }
    if (keeping || unkept.length === 0) return;
    keeping = true;
    void keep();
  };

  return {
    path,
    write(work, { essential = false, relaxed = false } = {}) {
      if (closed) return Promise.reject(new SignetError('STORAGE_FAILED', 'The store is closed.'));
      return new Promise((resolve, reject) => {
        queue.push({ work, essential, relaxed, resolve, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      });
    },
    all: (sql, ...values) => read(() => database.prepare(sql).all(...values)),
    get: (sql, ...values) => read(() => database.prepare(sql).get(...values)),
    close() {
      if (closed) return;
      closed = true;
      const left = [...unkept, ...takeQueue()];
      unkept = [];
      try {
        log?.syncNow();
        for (const waiting of left) waiting.resolve();
      } catch (thrown) {
        logFailed(thrown, left);
      }
      log?.close();
      database.close();
    },
  };
}

function refuse(batch: readonly Waiting[], reason: SignetError): readonly Waiting[] {
  for (const waiting of batch) waiting.reject(reason);
  return [];
}

function openDatabase(
  path: string,
  openLog: (path: string) => WrittenFile,
): { readonly database: DatabaseSync; readonly log?: WrittenFile } {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000;');
    const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode'];
    prepare(database, path);
    // Where no write-ahead log can be (in memory, on some network disks) SQLite goes on waiting for the disk by itself.
    if (mode !== 'wal') return { database };
    const log = openLog(`${path}-wal`);
    database.exec('PRAGMA synchronous = NORMAL');
    return { database, log };
  } catch (thrown) {
    database?.close();
    throw thrown instanceof SignetError ? thrown : openingFailed(path, thrown);
  }
}

function read<T>(query: () => T): T {
  try {
    return query();
  } catch (thrown) {
    throw storageFailed('Reading the store', thrown);
  }
}

function openingFailed(path: string, thrown: unknown): SignetError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (/not a database|malformed/.test(reason)) {
    return new SignetError(
      'STORE_DAMAGED',
      `The record store ${path} is damaged: ${reason}. Move it away and restore a copy; log files and certificates are not touched.`,
      { path },
      thrown,
    );
  }
  return new SignetError('DATA_DIR', `The record store ${path} cannot be opened: ${reason}.`, { path }, thrown);
}

function prepare(database: DatabaseSync, path: string): void {
  const row = database.prepare('PRAGMA user_version').get();
  const version = typeof row?.['user_version'] === 'number' ? row['user_version'] : 0;
  if (version > schemaVersion) {
    throw new SignetError(
      'STORE_VERSION',
      `The record store ${path} has version ${version}; this program knows versions up to ${schemaVersion}.`,
      { path, version },
    );
  }
  database.exec('BEGIN IMMEDIATE');
  for (const step of schema.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${schemaVersion}; COMMIT`);
}

/** A text column of a row from the store; SignetError STORE_DAMAGED when it is none. */
export function text(row: Record<string, unknown>, column: string): string {
  const value = row[column];
  if (typeof value !== 'string')
    throw new SignetError('STORE_DAMAGED', `The record store holds no text in ${column}.`, { column });
  return value;
}

/** A number column of a row from the store. */
export function number(row: Record<string, unknown>, column: string): number {
  const value = row[column];
  if (typeof value !== 'number')
    throw new SignetError('STORE_DAMAGED', `The record store holds no number in ${column}.`, { column });
  return value;
}

/** A bytes column of a row from the store. */
export function blob(row: Record<string, unknown>, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array))
    throw new SignetError('STORE_DAMAGED', `The record store holds no bytes in ${column}.`, { column });
  return value;
}
