import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FaultyFiles } from './faulty-files.ts';

/** A disk that can be filled to the last byte and emptied again. */
export interface SmallDisk {
  readonly path: string;
  /** Whether it is a real file system of its own (root may mount one) or the fault layer. */
  readonly real: boolean;
  readonly files: FaultyFiles;
  /** Takes all room but `leave` bytes. */
  fill(leave?: number): void;
  empty(): void;
  close(): void;
}

/** A tmpfs of `bytes` where that is allowed, else a folder under a layer that says ENOSPC. */
export function smallDisk(bytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'signet-small-'));
  const files = new FaultyFiles();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=755`, 'tmpfs', path]).status === 0;
  const filler = join(path, 'filler');
  if (!mounted) {
    return {
      path,
      real: false,
      files,
      fill: () => {
        files.plan = () => 'full';
      },
      empty: () => {
        files.plan = () => undefined;
      },
      close: () => rmSync(path, { recursive: true, force: true }),
    };
  }
  return {
    path,
    real: true,
    files,
    fill(leave = 0) {
      const file = openSync(filler, 'a');
      const piece = Buffer.alloc(1 << 16);
      let size = 0;
      try {
        for (;;) size += writeSync(file, piece);
      } catch {
        // Full.
      }
      closeSync(file);
      if (leave > 0) spawnSync('truncate', ['-s', String(Math.max(0, size - leave)), filler]);
    },
    empty: () => unlinkSync(filler),
    close() {
      spawnSync('umount', ['-l', path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}
