import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { type DurableFiles, diskFiles, storageFailed } from '../../src-main/records/index.ts';

/** How a disk refuses. */
export const diskFaults = [
  'full',
  'full after half',
  'broken',
  'forbidden',
  'read-only',
  'written, then broken',
] as const;
export type DiskFault = (typeof diskFaults)[number];

const codes: Readonly<Record<DiskFault, string>> = {
  full: 'ENOSPC',
  'full after half': 'ENOSPC',
  broken: 'EIO',
  forbidden: 'EACCES',
  'read-only': 'EROFS',
  'written, then broken': 'EIO',
};

/**
 * The real disk with bad days: counts every operation and asks a plan whether it fails. What a failing operation leaves behind is
 * what a real one leaves: nothing, half of the bytes, or all of them unacknowledged.
 */
export class FaultyFiles implements DurableFiles {
  /** Operations so far, as "replace certs/…". */
  readonly operations: string[] = [];
  /** Says how operation `n` (from 1) fails; undefined = it does not. */
  plan: (n: number, operation: string) => DiskFault | undefined = () => undefined;

  replace(path: string, bytes: Uint8Array): Promise<void> {
    return this.#do(`replace ${path}`, {
      work: () => diskFiles.replace(path, bytes),
      half: () => writeFileSync(`${path}.999999-1.part`, bytes.subarray(0, bytes.length >> 1)),
    });
  }

  async openAppend(path: string): ReturnType<DurableFiles['openAppend']> {
    const file = await this.#do(`open ${path}`, {
      work: () => diskFiles.openAppend(path),
      half: () => undefined,
      undo: (opened) => opened.close(),
    });
    return {
      append: (bytes) =>
        this.#do(`append ${path}`, {
          work: () => file.append(bytes),
          half: () => {
            if (existsSync(path)) appendFileSync(path, bytes.subarray(0, bytes.length >> 1));
          },
        }),
      close: () => file.close(),
    };
  }

  makeFolder(path: string): Promise<void> {
    return this.#do(`folder ${path}`, { work: () => diskFiles.makeFolder(path), half: () => undefined });
  }

  async #do<T>(
    operation: string,
    how: {
      readonly work: () => Promise<T>;
      readonly half: () => void;
      readonly undo?: (done: T) => Promise<void>;
    },
  ): Promise<T> {
    this.operations.push(operation);
    const fault = this.plan(this.operations.length, operation);
    if (fault === undefined) return how.work();
    if (fault === 'full after half') how.half();
    if (fault === 'written, then broken') {
      const done = await how.work();
      await how.undo?.(done);
    }
    throw storageFailed(
      operation,
      Object.assign(new Error(`${codes[fault]}: made by the test`), { code: codes[fault] }),
    );
  }
}
