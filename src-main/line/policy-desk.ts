import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, lstatSync, openSync, writeSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { defaultDataFolder, openStationBook, openStore } from '../records/index.ts';
import { type DurablePolicyBook, openPolicyBook } from '../records/policy-book.ts';
import { makeFolder } from './files.ts';

/**
 * What a supervisor decides without a screen: keys of stations, batches with their quotas, reworks. It writes to the record store
 * of a data folder, whether a server runs on it or not; the server asks the store anew for every request.
 */
export interface PolicyDesk {
  /** Makes a station's key and writes it to an owner-only file. Throws OPTION_INVALID when the station or the file exists. */
  addStation(name: string, keyFile: string): Promise<void>;
  withdrawStation(name: string): Promise<void>;
  stations(): ReturnType<DurablePolicyBook['stations']>;
  setBatch(batch: BatchState): Promise<void>;
  batches(): ReturnType<DurablePolicyBook['batches']>;
  /** Allows one more certificate, for another key, for a chip that has one already. */
  addRework(serialNumber: string, reason: string): Promise<string>;
  reworks(): ReturnType<DurablePolicyBook['reworks']>;
  close(): void;
}

export interface BatchState {
  readonly name: string;
  readonly open: boolean;
  /** Certificates that may be issued for it; undefined = no limit. */
  readonly quota: number | undefined;
}

/** ATPR's limit for a station's name, UTF-8 bytes (signer-and-server.md 7.2). */
const longestName = 64;

/** Opens the store of a data folder (undefined = the platform's default), making both where they are missing. */
export function openPolicyDesk(dataFolder: string | undefined): PolicyDesk {
  const folder = dataFolder ?? defaultDataFolder(process.env);
  makeFolder(folder, 'DATA_DIR', 'data folder');
  const store = openStore(join(folder, 'signet.db'));
  const policy = openPolicyBook(store);
  const acts = openStationBook(store);
  const who = userInfo().username;
  const now = (): string => new Date().toISOString();
  const record = (act: string, subject: string, detail: string): Promise<void> =>
    acts.record({ time: now(), who, role: '', auth: 'claimed', act, subject, detail });
  const standing = (name: string): boolean =>
    policy.stations().some((station) => station.name === name && !station.withdrawn);
  return {
    async addStation(name, keyFile) {
      checkName('station', name);
      if (standing(name))
        throw new SignetError('OPTION_INVALID', `The station "${name}" has a key already; withdraw it first.`, {
          name,
        });
      const key = new Uint8Array(randomBytes(32));
      // The file first: a key that the server knows and nobody has would be of no use.
      writeOwnerOnly(keyFile, `${toHex(key)}\n`);
      await policy.addStation(name, key, now());
      key.fill(0);
      await record('station.add', name, '');
    },
    async withdrawStation(name) {
      if (!standing(name))
        throw new SignetError('OPTION_INVALID', `There is no station "${name}" with a key.`, { name });
      await policy.withdrawStation(name, now());
      await record('station.withdraw', name, '');
    },
    stations: () => policy.stations(),
    async setBatch(batch) {
      checkName('batch', batch.name);
      await policy.setBatch(batch);
      await record('batch.set', batch.name, `${batch.open ? 'open' : 'closed'}, quota ${batch.quota ?? 'none'}`);
    },
    batches: () => policy.batches(),
    async addRework(serialNumber, reason) {
      const serial = serialNumber.replace(/[\s:]/g, '').toUpperCase();
      if (!/^[0-9A-F]{18}$/.test(serial))
        throw new SignetError('OPTION_INVALID', `"${serialNumber}" is no serial number: 9 bytes of hex.`, {});
      if (reason.trim() === '') throw new SignetError('OPTION_INVALID', 'A rework needs a reason.', {});
      if (store.get('SELECT 1 AS one FROM certificates WHERE serial_number = ?', serial) === undefined)
        throw new SignetError('OPTION_INVALID', `No certificate was issued for ${serial}; it needs no rework.`, {});
      await policy.recordRework({ id: toHex(randomBytes(16)), serialNumber: serial, reason, who, at: now() });
      await record('records.rework', serial, reason);
      return serial;
    },
    reworks: () => policy.reworks(),
    close: () => store.close(),
  };
}

function checkName(what: string, name: string): void {
  const length = Buffer.byteLength(name);
  if (length === 0 || length > longestName || /\p{Cc}/u.test(name))
    throw new SignetError(
      'OPTION_INVALID',
      `"${name}" is no name of a ${what}: 1 to ${longestName} bytes of text.`,
      {},
    );
}

/** A new file that only its owner can read; OPTION_INVALID when there is one already. */
function writeOwnerOnly(path: string, text: string): void {
  if (existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined)
    throw new SignetError('OPTION_INVALID', `The file ${path} exists already; nothing was written.`, { path });
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new SignetError('FILE_UNREADABLE', `The key cannot be written to ${path}: ${reason}.`, { path }, thrown);
  }
}
