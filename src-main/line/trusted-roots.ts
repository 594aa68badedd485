import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { equalBytes, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { readCertificates } from './tools.ts';

/**
 * Roots that this station trusts, as files below `roots/` of the data folder: certificates (DER, PEM) or bare keys (`*.key`, 128 hex
 * digits). While there is none at all, the first signer's root is taken on trust, once, and said so: a fresh station works, an
 * established one cannot be given another root by plugging in a stick.
 */
export interface TrustedRoots {
  trusts(publicKey: Uint8Array): boolean;
  add(publicKey: Uint8Array): void;
  /** Its signers are believed no longer. A station whose roots were all taken away trusts nobody by itself again. */
  remove(publicKey: Uint8Array): void;
  /** A root of a certificate file, copied in. */
  addFile(path: string): void;
  readonly keys: readonly Uint8Array[];
}

/** Opens the folder (made when missing). */
export function openTrustedRoots(dataFolder: string, onFirst: (publicKey: string) => void): TrustedRoots {
  const folder = join(dataFolder, 'roots');
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o750 });
  const keys: Uint8Array[] = [];
  for (const name of readdirSync(folder).sort()) {
    const match = /^([0-9A-F]{128})\.key$/.exec(name);
    if (match?.[1] !== undefined) keys.push(new Uint8Array(Buffer.from(match[1], 'hex')));
  }
  const known = (publicKey: Uint8Array): boolean => keys.some((key) => equalBytes(key, publicKey));
  const emptied = join(folder, 'emptied');
  const add = (publicKey: Uint8Array): void => {
    if (known(publicKey)) return;
    writeFileSync(join(folder, `${toHex(publicKey)}.key`), '', { flag: 'w', mode: 0o640 });
    keys.push(publicKey);
  };
  return {
    trusts(publicKey) {
      if (known(publicKey)) return true;
      if (keys.length > 0 || existsSync(emptied)) return false;
      add(publicKey);
      onFirst(toHex(publicKey));
      return true;
    },
    add,
    remove(publicKey) {
      const at = keys.findIndex((key) => equalBytes(key, publicKey));
      if (at < 0) return;
      // The mark first: a station that is cut off between the two must not take the next stick's root on trust.
      if (keys.length === 1) writeFileSync(emptied, '', { mode: 0o640 });
      rmSync(join(folder, `${toHex(publicKey)}.key`));
      keys.splice(at, 1);
    },
    addFile(path) {
      for (const certificate of readCertificates(path)) {
        if (certificate.publicKey === undefined)
          throw new SignetError('FILE_INVALID', `${path} holds no P-256 certificate.`, { path });
        add(certificate.publicKey);
      }
    },
    get keys() {
      return keys;
    },
  };
}
