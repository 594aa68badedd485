import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type WrittenFile, writtenFile } from '../../src-main/records/durable-files.ts';
import { openStore, type Store } from '../../src-main/records/index.ts';

/** The store's promise: whoever is told that a write is done finds it after a power cut. */
let folder: string;
let path: string;
const open: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-store-'));
  path = join(folder, 'signet.db');
});
afterEach(() => {
  for (const store of open.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});

function note(store: Store, name: string, value = ''): Promise<void> {
  return store.write((database) => {
    database.prepare('INSERT INTO facts (name, value) VALUES (?, ?)').run(name, value);
  });
}

function names(store: Store): readonly string[] {
  return store.all('SELECT name FROM facts ORDER BY rowid').map((row) => String(row['name']));
}

/** A disk whose syncs wait until they are let through, or fail. */
class SlowDisk {
  readonly waiting: ((thrown?: Error) => void)[] = [];

  openLog = (logPath: string): WrittenFile => {
    const real = writtenFile(logPath);
    return {
      sync: async () => {
        const synced = real.sync();
        await new Promise<void>((resolve, reject) => {
          this.waiting.push((thrown) => (thrown === undefined ? resolve() : reject(thrown)));
        });
        await synced;
      },
      syncNow: () => real.syncNow(),
      close: () => real.close(),
    };
  };

  open(): Store {
    const store = openStore(path, { openLog: this.openLog });
    open.push(store);
    return store;
  }

  /** Waits for the next sync to begin. */
  async begun(): Promise<(thrown?: Error) => void> {
    await expect.poll(() => this.waiting.length).toBe(1);
    return this.waiting.shift() ?? (() => undefined);
  }
}

describe('a write', () => {
  it('is reported when the log is on the disk, not before', async () => {
    const disk = new SlowDisk();
    const store = disk.open();
    let told = false;
    const writing = note(store, 'one').then(() => {
      told = true;
    });
    const finish = await disk.begun();
    expect(names(store)).toEqual(['one']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toBe(false);
    finish();
    await writing;
    expect(told).toBe(true);
  });

  it('is in the store at once; its sync it shares with all that come while the disk is busy', async () => {
    const disk = new SlowDisk();
    const store = disk.open();
    const first = note(store, 'first');
    const finishFirst = await disk.begun();
    const others = Array.from({ length: 15 }, (_, i) => note(store, `early ${i}`));
    await new Promise((resolve) => setImmediate(resolve));
    others.push(...Array.from({ length: 15 }, (_, i) => note(store, `late ${i}`)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(names(store)).toHaveLength(31);
    expect(disk.waiting).toEqual([]);
    finishFirst();
    await first;
    (await disk.begun())();
    await Promise.all(others);
    expect(disk.waiting).toEqual([]);
  });

  it('that need not be on the disk is reported when it is in the store, and kept by the next sync', async () => {
    const disk = new SlowDisk();
    const store = disk.open();
    await store.write(
      (database) => {
        database.prepare('INSERT INTO facts (name, value) VALUES (?, ?)').run('relaxed', '');
      },
      { relaxed: true },
    );
    expect(names(store)).toEqual(['relaxed']);
    expect(disk.waiting).toEqual([]);
    const awaited = note(store, 'awaited');
    (await disk.begun())();
    await awaited;
    expect(names(store)).toEqual(['relaxed', 'awaited']);
  });

  it('that fails alone fails alone', async () => {
    const disk = new SlowDisk();
    const store = disk.open();
    const all = Promise.allSettled([note(store, 'a'), note(store, 'a'), note(store, 'b')]);
    (await disk.begun())();
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(names(store)).toEqual(['a', 'b']);
  });
});

describe('a disk that does not keep the log', () => {
  it('fails the write and every later one, until the next start', async () => {
    const disk = new SlowDisk();
    const store = disk.open();
    const writing = note(store, 'one');
    const refused = expect(writing).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: 'Making the store durable failed: EIO: i/o error, fdatasync',
    });
    (await disk.begun())(new Error('EIO: i/o error, fdatasync'));
    await refused;
    await expect(note(store, 'two')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    expect(disk.waiting).toEqual([]);
    store.close();
    const next = openStore(path);
    open.push(next);
    await note(next, 'three');
    expect(names(next)).not.toContain('two');
    expect(names(next)).toContain('three');
  });
});

describe('closing', () => {
  it('keeps what is queued and what the disk is busy with, and refuses the rest', async () => {
    const disk = new SlowDisk();
    const store = disk.open();
    const busy = note(store, 'busy');
    const finish = await disk.begun();
    const inStore = note(store, 'in the store');
    await new Promise((resolve) => setImmediate(resolve));
    const queued = note(store, 'queued');
    store.close();
    await Promise.all([inStore, queued]);
    finish();
    // Its log is gone into the store by now; there is nothing left that could fail.
    await busy;
    await expect(note(store, 'late')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    const next = openStore(path);
    open.push(next);
    expect(names(next)).toEqual(['busy', 'in the store', 'queued']);
  });
});

describe('a power cut', () => {
  /** What a disk holds for certain: the store's file, and as much of the log as the newest sync has seen. */
  class Platter {
    readonly #durable = join(folder, 'durable');
    #length = 0;

    openLog = (logPath: string): WrittenFile => {
      const real = writtenFile(logPath);
      const seen = (): void => {
        this.#length = statSync(logPath).size;
      };
      seen();
      return {
        sync: async () => {
          const { size } = statSync(logPath);
          await real.sync();
          this.#length = Math.max(this.#length, size);
        },
        syncNow: () => real.syncNow(),
        close: () => real.close(),
      };
    };

    /** The power goes: what was never synced is there, or half there, or noise. */
    cut(tail: 'lost' | 'half' | 'noise'): string {
      rmSync(this.#durable, { recursive: true, force: true });
      mkdirSync(this.#durable);
      const store = join(this.#durable, 'signet.db');
      copyFileSync(path, store);
      const log = readFileSync(`${path}-wal`);
      const unsynced = log.subarray(this.#length);
      const rest =
        tail === 'half' ? unsynced.subarray(0, unsynced.length / 2) : unsynced.map((byte, i) => byte ^ (i * 31 + 7));
      writeFileSync(
        `${store}-wal`,
        Buffer.concat([log.subarray(0, this.#length), tail === 'lost' ? Buffer.of() : rest]),
      );
      return store;
    }
  }

  it('at any moment takes nothing that was reported, whatever became of the rest of the log', async () => {
    const platter = new Platter();
    const store = openStore(path, { openLog: platter.openLog });
    open.push(store);
    const reported: string[] = [];
    let cuts = 0;
    for (let round = 0; round < 12; round += 1) {
      const writing = Array.from({ length: 1 + (round % 3) }, (_, i) => {
        const name = `${round}.${i}`;
        return note(store, name, 'x'.repeat(700 * round)).then(() => reported.push(name));
      });
      // Committed, perhaps not yet durable: the very moment that matters.
      await new Promise((resolve) => setImmediate(resolve));
      for (const tail of ['lost', 'half', 'noise'] as const) {
        const after = openStore(platter.cut(tail));
        const kept = names(after);
        expect(kept.slice(0, reported.length)).toEqual(reported);
        expect(after.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
        after.close();
        cuts += 1;
      }
      await Promise.all(writing);
    }
    expect(cuts).toBe(36);
    expect(reported).toHaveLength(24);
  });
});
