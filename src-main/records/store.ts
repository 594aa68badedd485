import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SignetError } from '../../src-shared/base/error.ts';
import { storageFailed } from './durable-files.ts';
import { schema, schemaVersion } from './schema.ts';
import { isDiskFull } from './storage-guard.ts';

/**
 * The store: one SQLite file, WAL, every commit durable. Writes that come in one turn of the event loop share one commit,
 * so that thirty stations cost one fsync, not thirty.
 */
export interface Store {
  /**
   * Queues a write; resolves when its commit is on the disk. One failing member rolls back alone, the others are committed.
   * `essential`: it follows a signature; when the disk is full, the reserve is given up for it.
   */
  write(work: (database: DatabaseSync) => void, options?: { readonly essential?: boolean }): Promise<void>;
  /** Rows of a query, as plain objects. */
  all(sql: string, ...values: SQLInputValue[]): readonly Record<string, unknown>[];
  /** First row or undefined. */
  get(sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined;
  close(): void;
  readonly path: string;
}

interface Waiting {
  readonly essential: boolean;
  readonly work: (database: DatabaseSync) => void;
  readonly resolve: () => void;
  readonly reject: (reason: SignetError) => void;
}

/**
 * Opens or creates the store. Throws STORE_VERSION for one of a newer version, STORE_DAMAGED for something else than a store.
 * `makeRoom` is asked once when an essential write finds the disk full; true = try again.
 */
export function openStore(path: string, options: { readonly makeRoom?: () => boolean } = {}): Store {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(path);
    database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 2000;',
    );
  } catch (thrown) {
    throw openingFailed(path, thrown);
  }
  try {
    prepare(database, path);
  } catch (thrown) {
    database.close();
    throw thrown instanceof SignetError ? thrown : openingFailed(path, thrown);
  }

  let queue: Waiting[] = [];
  let scheduled = false;
  let closed = false;

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

  const commit = (batch: readonly Waiting[]): void => {
    for (;;) {
      try {
        const failed = attempt(batch);
        for (const waiting of batch) {
          const reason = failed.get(waiting);
          if (reason === undefined) waiting.resolve();
          else waiting.reject(reason);
        }
        return;
      } catch (thrown) {
        const essential = batch.some((waiting) => waiting.essential);
        if (essential && isDiskFull(thrown) && options.makeRoom?.() === true) continue;
        const reason = storageFailed('Writing the store', thrown);
        for (const waiting of batch) waiting.reject(reason);
        return;
      }
    }
  };

  const flush = (): void => {
    scheduled = false;
    const batch = queue;
    queue = [];
    if (batch.length > 0) commit(batch);
  };

  return {
    path,
    write(work, { essential = false } = {}) {
      if (closed) return Promise.reject(new SignetError('STORAGE_FAILED', 'The store is closed.'));
      return new Promise((resolve, reject) => {
        queue.push({ work, essential, resolve, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      });
    },
    all: (sql, ...values) => read(() => database.prepare(sql).all(...values)),
    get: (sql, ...values) => read(() => database.prepare(sql).get(...values)),
    close() {
      if (closed) return;
      flush();
      closed = true;
      database.close();
    },
  };
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
