import { accessSync, constants, mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
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
  /** Room kept free for what follows a signature. */
  readonly reserve: string;
  /** Bytes still free on its disk. */
  free(): number;
  /** Idempotent. */
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
  const lock = claimLock(path);
  return {
    path,
    logs: join(path, 'logs'),
    certificates: join(path, 'certs'),
    definitions: join(path, 'definitions'),
    store: join(path, 'signet.db'),
    reserve: join(path, 'reserve'),
    free: () => {
      const { bavail, bsize } = statfsSync(path);
      return bavail * bsize;
    },
    release: () => {
      if (lock.isOpen) lock.close();
    },
  };
}

/**
 * An exclusive lock of the operating system (through SQLite's file locking, the only one that Node has), held open for as long as the
 * folder is. It ends with the process, however that ends: a process number in a file would outlive a kill and, where
 * numbers come again (containers, a machine after a power cut), keep the folder shut.
 */
function claimLock(path: string): DatabaseSync {
  const holder = join(path, 'lock');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(path, 'lock.db'));
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (thrown) {
    lock?.close();
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    if (!/locked|busy/i.test(reason)) {
      throw new SignetError('DATA_DIR', `The data folder ${path} cannot be claimed: ${reason}.`, { path }, thrown);
    }
    const process = Number(readHolder(holder));
    const who = Number.isInteger(process) && process > 0 ? `process ${process}` : 'another program';
    throw new SignetError('DATA_DIR_IN_USE', `The data folder ${path} is in use by ${who}.`, { path, process });
  }
  try {
    writeFileSync(holder, `${process.pid}\n`, { mode: 0o640 });
  } catch {
    // For people only: on a full disk the folder can be claimed all the same.
  }
  return lock;
}

function readHolder(holder: string): string {
  try {
    return readFileSync(holder, 'utf8').trim();
  } catch {
    return '';
  }
}
