import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SignetError } from '../../src-shared/base/error.ts';

/**
 * Where data lies by default, as each platform expects it (the note: ProgramData\Atmel\ProvisioningServer), and the lock that
 * keeps two programs from writing one folder.
 */
export function defaultDataFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  if (platform === 'win32') return join(environment['ProgramData'] ?? 'C:\\ProgramData', 'Signet');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Signet');
  const xdg = environment['XDG_DATA_HOME'];
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.local', 'share'), 'signet');
}

export interface DataFolder {
  readonly path: string;
  readonly logs: string;
  readonly certificates: string;
  readonly definitions: string;
  readonly store: string;
  /** Bytes still free on its disk. */
  free(): number;
  release(): void;
}

/** Makes and claims the folder. Throws DATA_DIR when it cannot be written, DATA_DIR_IN_USE when a living program holds it. */
export function claimDataFolder(path: string): DataFolder {
  try {
    mkdirSync(path, { recursive: true, mode: 0o750 });
    accessSync(path, constants.W_OK | constants.R_OK | constants.X_OK);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new SignetError('DATA_DIR', `The data folder ${path} cannot be used: ${reason}.`, { path }, thrown);
  }
  const lock = join(path, 'lock');
  claimLock(lock, path);
  return {
    path,
    logs: join(path, 'logs'),
    certificates: join(path, 'certs'),
    definitions: join(path, 'definitions'),
    store: join(path, 'signet.db'),
    free: () => {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    },
    release: () => {
      try {
        if (readFileSync(lock, 'utf8').trim() === String(process.pid)) unlinkSync(lock);
      } catch {
        // Already gone: nothing to give back.
      }
    },
  };
}

function claimLock(lock: string, path: string): void {
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      const descriptor = openSync(lock, 'wx', 0o640);
      try {
        writeFileSync(descriptor, `${process.pid}\n`);
      } finally {
        closeSync(descriptor);
      }
      return;
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) {
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        throw new SignetError('DATA_DIR', `The data folder ${path} cannot be claimed: ${reason}.`, { path }, thrown);
      }
    }
    const holder = Number(readLock(lock));
    if (Number.isInteger(holder) && holder > 0 && alive(holder)) {
      throw new SignetError('DATA_DIR_IN_USE', `The data folder ${path} is in use by process ${holder}.`, {
        path,
        process: holder,
      });
    }
    try {
      unlinkSync(lock);
    } catch {
      // Somebody else cleared it first: try again.
    }
  }
  throw new SignetError('DATA_DIR_IN_USE', `The data folder ${path} is being claimed by another program.`, { path });
}

function readLock(lock: string): string {
  try {
    return readFileSync(lock, 'utf8').trim();
  } catch {
    return '';
  }
}

function alive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}
