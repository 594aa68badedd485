import { randomBytes } from 'node:crypto';
import { existsSync, statSync, unlinkSync } from 'node:fs';
import { SignetError } from '../../src-shared/base/error.ts';
import type { DurableFiles } from './durable-files.ts';

/**
 * Keeps a broken or full disk from being noticed only after a signature (signer-and-server.md 7.5): before every attempt the room for what
 * follows it is there, and after a failure nothing is attempted until a trial has shown that the disk works again. Room is a
 * file that is given up when the disk fills between a signature and its records.
 */
export interface StorageGuard {
  /** To be awaited before an attempt is written down. Rejects with STORAGE_FAILED: no room, or a trial failed. */
  ready(): Promise<void>;
  /** Does what must be written once something is signed; on a full disk once more with the reserve given up. */
  essential<T>(work: () => Promise<T>): Promise<T>;
  /** The same for those who try again by themselves: gives the reserve up; false when that was done before. */
  makeRoom(): boolean;
  /** What is tried after a failure: resolves when this part of the records can be written. */
  addTrial(trial: () => Promise<void>): void;
}

/**
 * Enough for every request in flight: 64 times two certificate files in a folder of their own, some pages of the store's write-ahead log
 * and two rows, about 100 KiB on a disk with 4 KiB blocks.
 */
export const reserveBytes = 8 << 20;

/** A guard whose reserve is a file of its own. Random bytes: a file system that compresses would keep no room for zeros. */
export function openStorageGuard(options: {
  readonly reserve: string;
  readonly files: DurableFiles;
  readonly bytes?: number;
}): StorageGuard {
  const { reserve, files, bytes = reserveBytes } = options;
  const trials: (() => Promise<void>)[] = [];
  let whole = existsSync(reserve) && statSync(reserve).size === bytes;
  let doubtful = false;
  let timesGivenUp = 0;
  let preparing: Promise<void> | undefined;

  const prepare = async (): Promise<void> => {
    if (!whole) {
      await files.replace(reserve, randomBytes(bytes));
      whole = true;
    }
    if (!doubtful) return;
    for (const trial of trials) await trial();
    doubtful = false;
  };

  const makeRoom = (): boolean => {
    if (!whole) return false;
    whole = false;
    timesGivenUp += 1;
    try {
      unlinkSync(reserve);
      return true;
    } catch {
      return false;
    }
  };

  return {
    ready() {
      if (whole && !doubtful) return Promise.resolve();
      preparing ??= prepare().finally(() => {
        preparing = undefined;
      });
      return preparing;
    },
    async essential(work) {
      const before = timesGivenUp;
      try {
        return await work();
      } catch (thrown) {
        // Somebody else may have made room while this was failing.
        if (isDiskFull(thrown) && (makeRoom() || timesGivenUp > before)) {
          try {
            return await work();
          } catch (again) {
            doubtful = true;
            throw again;
          }
        }
        doubtful = true;
        throw thrown;
      }
    },
    makeRoom,
    addTrial(trial) {
      trials.push(trial);
    },
  };
}

/** Whether an error says that the disk is full (ENOSPC, EDQUOT, SQLITE_FULL). */
export function isDiskFull(thrown: unknown): boolean {
  if (thrown instanceof SignetError) return isDiskFull(thrown.cause);
  if (!(thrown instanceof Error)) return false;
  if ('errcode' in thrown && thrown.errcode === 13) return true;
  return 'code' in thrown && (thrown.code === 'ENOSPC' || thrown.code === 'EDQUOT');
}
