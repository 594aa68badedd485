import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SignetError } from '../../src-shared/base/error.ts';

/**
 * Which installation (data folder) of this machine a signer works for. Two of them would each keep half of the signing log, and a
 * serial number certified in one would be unknown in the other (signer-and-server.md 7.5).
 */
export interface SignerClaims {
  /** 'ours', claiming it when nobody has; else the name of the installation that has it. */
  claim(serialNumber: string): Promise<string>;
  /** Takes a signer over, because the other installation's records were imported. */
  takeOver(serialNumber: string): Promise<void>;
}

/**
 * Claims as one file per signer in a folder of the machine (the caller gives it), so that two programs that claim at once
 * cannot both succeed. Throws DATA_DIR when the folder cannot be used.
 */
export function fileClaims(folder: string, installation: string): SignerClaims {
  if (!/^[0-9A-Za-z-]{8,64}$/.test(installation))
    throw new RangeError('an installation id has 8 to 64 letters, digits or dashes');
  const pathOf = (serialNumber: string): string => {
    if (!/^[0-9A-F]{18}$/.test(serialNumber)) throw new RangeError('a serial number has 18 hex digits');
    return join(folder, `${serialNumber}.claim`);
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new SignetError(
        'DATA_DIR',
        `The folder of signer claims ${folder} cannot be used: ${reason}.`,
        { folder },
        thrown,
      );
    }
  };
  let files = 0;
  /** A whole file under a name of its own. */
  const temporary = (path: string): string => {
    files += 1;
    const name = `${path}.${process.pid}-${files}.part`;
    const descriptor = openSync(name, 'w', 0o644);
    try {
      writeFileSync(descriptor, `${installation}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return name;
  };
  return {
    claim: async (serialNumber) => {
      const path = pathOf(serialNumber);
      return guarded(() => {
        mkdirSync(folder, { recursive: true });
        const mine = temporary(path);
        try {
          // A link appears whole or not at all, and only for the first.
          linkSync(mine, path);
          return 'ours';
        } catch (thrown) {
          if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown;
          const owner = readFileSync(path, 'utf8').trim();
          return owner === installation ? 'ours' : owner;
        } finally {
          unlinkSync(mine);
        }
      });
    },
    takeOver: async (serialNumber) => {
      const path = pathOf(serialNumber);
      guarded(() => {
        mkdirSync(folder, { recursive: true });
        renameSync(temporary(path), path);
      });
    },
  };
}
