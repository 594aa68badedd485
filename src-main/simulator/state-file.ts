import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BoardState, parseBoardState, writeBoardState } from './board-state.ts';
import { SimulatorError } from './errors.ts';

export interface StateFileOptions {
  /**
   * 0: a change is on the disk before the host hears of it. More: at most that many ms later, several changes in one writing;
   * `flush` writes what is left.
   */
  readonly batchMs?: number;
}

/** A board's state in a file: written beside it, synced, renamed over it, so that it is always one whole state. */
export class StateFile {
  readonly path: string;
  readonly #batchMs: number;
  #latest: BoardState | undefined;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(path: string, options: StateFileOptions = {}) {
    this.path = path;
    this.#batchMs = options.batchMs ?? 0;
  }

  /** The state in the file; undefined when there is no file. Throws SimulatorError when it is none or cannot be read. */
  async read(): Promise<BoardState | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw new SimulatorError('storage', `cannot read ${this.path}: ${reason(error)}`, error);
    }
    return parseBoardState(text, this.path);
  }

  /** For BoardOptions.keep. Rejects with SimulatorError when the disk does not take it (immediately written states only). */
  readonly keep = (state: BoardState): Promise<void> => {
    this.#latest = state;
    if (this.#batchMs === 0) return this.flush();
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // A batched write that fails is tried again with the next change and reported by flush().
      this.flush().catch(() => undefined);
    }, this.#batchMs);
    return Promise.resolve();
  };

  /** Resolves when the last state kept is on the disk. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const written = this.#writing.then(async () => {
      const state = this.#latest;
      if (state === undefined) return;
      await this.#write(writeBoardState(state));
      if (this.#latest === state) this.#latest = undefined;
    });
    this.#writing = written.catch(() => undefined);
    return written;
  }

  async #write(text: string): Promise<void> {
    const temporary = `${this.path}.${process.pid}.tmp`;
    try {
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(text);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, this.path);
      await syncFolder(dirname(this.path));
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw new SimulatorError('storage', `cannot keep the board's state in ${this.path}: ${reason(error)}`, error);
    }
  }
}

/** The rename itself must be on the disk too; Windows knows no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
