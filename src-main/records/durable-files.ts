import { closeSync, existsSync, fdatasync, fdatasyncSync, fsyncSync, openSync, readdirSync, unlinkSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SignetError } from '../../src-shared/base/error.ts';

/**
 * The file operations that records are made of. Tests put a layer that fails, fills up or tears in their place
 * (a disk that breaks is a normal day of a factory).
 */
export interface DurableFiles {
  /** Writes a whole file so that after a power cut either the old or the new content is there: temp, fsync, rename, fsync of the folder. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Opens for appending, creating the file. */
  openAppend(path: string): Promise<AppendFile>;
  makeFolder(path: string): Promise<void>;
}

export interface AppendFile {
  /** Appends and makes durable; rejects when either failed. */
  append(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A file that another part of this process writes: here it is only made durable. */
export interface WrittenFile {
  /** Resolves when everything that was written before this call is on the disk; the event loop goes on meanwhile. */
  sync(): Promise<void>;
  /** The same at once, for the end of a process. */
  syncNow(): void;
  /** Waits for a sync that is under way, but not its caller. */
  close(): void;
}

/** Opens a file that is there; throws what the system says. */
export function writtenFile(path: string): WrittenFile {
  // For writing, although nothing is: Windows makes nothing durable through a handle that only reads.
  const file = openSync(path, 'r+');
  let syncing = 0;
  let closing = false;
  return {
    sync: () =>
      new Promise((resolve, reject) => {
        if (closing) {
          reject(new Error(`${path} is closed`));
          return;
        }
        syncing += 1;
        fdatasync(file, (thrown) => {
          syncing -= 1;
          if (closing && syncing === 0) closeSync(file);
          if (thrown === null) resolve();
          else reject(thrown);
        });
      }),
    syncNow: () => fdatasyncSync(file),
    close() {
      if (closing) return;
      closing = true;
      if (syncing === 0) closeSync(file);
    },
  };
}

/** What a failed write means to everybody above: nothing may be signed or handed out. */
export function storageFailed(action: string, thrown: unknown): SignetError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  return new SignetError('STORAGE_FAILED', `${action} failed: ${reason}`, { systemCode: code }, thrown);
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders; its rename is durable with the file's own flush.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Takes away what replacements that were cut off left in these folders; folders that are not there are skipped. */
export function clearCutOff(folders: Iterable<string>): void {
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) {
      if (/\.\d+-\d+\.part$/.test(name)) unlinkSync(join(folder, name));
    }
  }
}

/** Folder entries durable, synchronously: for start-up code. */
export function syncFolderSync(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

let temporaryNumber = 0;

/** The real disk. */
export const diskFiles: DurableFiles = {
  async replace(path, bytes) {
    temporaryNumber += 1;
    const temporary = `${path}.${process.pid}-${temporaryNumber}.part`;
    let file: FileHandle | undefined;
    try {
      file = await open(temporary, 'wx', 0o640);
      await file.writeFile(bytes);
      await file.sync();
      await file.close();
      file = undefined;
      await rename(temporary, path);
      await syncFolder(dirname(path));
    } catch (thrown) {
      await file?.close().catch(() => undefined);
      await unlink(temporary).catch(() => undefined);
      throw storageFailed(`Writing ${path}`, thrown);
    }
  },

  async openAppend(path) {
    try {
      const file = await open(path, 'a', 0o640);
      try {
        await syncFolder(dirname(path));
      } catch (thrown) {
        await file.close();
        throw thrown;
      }
      return {
        async append(bytes) {
          try {
            await file.appendFile(bytes);
            await file.datasync();
          } catch (thrown) {
            throw storageFailed(`Appending to ${path}`, thrown);
          }
        },
        async close() {
          await file.close();
        },
      };
    } catch (thrown) {
      throw storageFailed(`Opening ${path}`, thrown);
    }
  },

  async makeFolder(path) {
    try {
      await mkdir(path, { recursive: true, mode: 0o750 });
    } catch (thrown) {
      throw storageFailed(`Making ${path}`, thrown);
    }
  },
};
