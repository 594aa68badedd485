import { createHash, hkdfSync, scrypt } from 'node:crypto';
import { concat, equalBytes, utf8 } from '../../../src-shared/base/bytes.ts';
import { Secret } from '../../../src-shared/base/secret.ts';
import { type Reason, reason } from '../../../src-shared/model/reasons.ts';

/**
 * From passwords to the chip's two keys K4 (authorises signing) and K5 (writes K4): signer-and-server.md 6.4.
 * Passwords come in as Secret holding UTF-8 of the text as typed; NFC is applied here.
 */

/** scrypt parameters as they stand in the record (tag 0E). */
export interface KdfParameters {
  /** 1 = scrypt, the only one there is */
  readonly algorithm: number;
  readonly log2N: number;
  readonly r: number;
  readonly p: number;
}

/** New modules: N = 2^17. */
export const newModuleKdf: KdfParameters = { algorithm: 1, log2N: 17, r: 8, p: 1 };

/** Only 2^14..2^18, r 8, p 1: a weakened record must not make us send a cheap-to-crack proof, free parameters would be a denial of service. */
export function kdfAccepted(parameters: KdfParameters): boolean {
  return (
    parameters.algorithm === 1 &&
    Number.isInteger(parameters.log2N) &&
    parameters.log2N >= 14 &&
    parameters.log2N <= 18 &&
    parameters.r === 8 &&
    parameters.p === 1
  );
}

/** Bytes scrypt may use: twice what it needs, since the library's default of 32 MiB refuses even 2^15. */
export function kdfMemory(parameters: KdfParameters): number {
  return 256 * 2 ** parameters.log2N * parameters.r;
}

/** Two 32-byte keys; each wiped by its owner. */
export interface ModuleKeys {
  readonly k4: Secret;
  readonly k5: Secret;
}

export const minimumPasswordCharacters = 12;

export interface PolicyVerdict {
  readonly accepted: boolean;
  /** Unicode code points after NFC */
  readonly characters: number;
  /** UTF-8 bytes after NFC */
  readonly bytes: number;
}

/** Length rule: at least `minimum` code points and 1..128 bytes, both after NFC; nothing is trimmed. */
export function checkPasswordPolicy(password: string, minimum = minimumPasswordCharacters): PolicyVerdict {
  const normal = password.normalize('NFC');
  const characters = [...normal].length;
  const bytes = utf8(normal).length;
  return { accepted: characters >= minimum && bytes >= 1 && bytes <= 128, characters, bytes };
}

/**
 * What is wrong with the passwords of a new module or key file; undefined when nothing is: at most two, each of the given length in
 * code points (they are UTF-8 of the NFC form already), two different ones for two persons.
 */
export function passwordsFault(passwords: readonly Secret[], minimum = minimumPasswordCharacters): Reason | undefined {
  if (passwords.length > 2) return reason('password-too-many');
  for (const password of passwords) {
    const { characters, bytes } = password.use((utf8Bytes) => ({
      characters: utf8Bytes.reduce((count, byte) => ((byte & 0xc0) === 0x80 ? count : count + 1), 0),
      bytes: utf8Bytes.length,
    }));
    if (characters < minimum) return reason('password-short', { characters, minimum });
    if (bytes > 128) return reason('password-long', { bytes, maximum: 128 });
  }
  const [a, b] = passwords;
  if (a !== undefined && b !== undefined && a.use((one) => b.use((other) => equalBytes(one, other)))) {
    return reason('password-alike');
  }
  return undefined;
}

/** UTF-8 of the NFC form, as a Secret; undefined when it is not 1..128 bytes. The string itself cannot be wiped: its caller lets go of it. */
export function passwordSecret(password: string): Secret | undefined {
  const bytes = utf8(password.normalize('NFC'));
  return bytes.length >= 1 && bytes.length <= 128 ? new Secret(bytes) : undefined;
}

/** scrypt of a password: `length` bytes, the caller's to wipe. Memory as `kdfMemory` says. */
export function scryptBytes(
  password: Secret,
  salt: Uint8Array,
  parameters: KdfParameters,
  length: number,
): Promise<Uint8Array> {
  const { log2N, r, p } = parameters;
  return new Promise((resolve, reject) => {
    password.use((bytes) => {
      scrypt(bytes, salt, length, { N: 2 ** log2N, r, p, maxmem: kdfMemory(parameters) }, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  });
}

function splitKeys(both: Uint8Array): ModuleKeys {
  // scrypt gives a Buffer, whose slice is a view: the keys need bytes of their own before the source is wiped.
  const keys = {
    k4: new Secret(Uint8Array.from(both.subarray(0, 32))),
    k5: new Secret(Uint8Array.from(both.subarray(32, 64))),
  };
  both.fill(0);
  return keys;
}

/** Keys of one password. `serialNumber` 9 bytes, `salt` 16 bytes (record). */
export async function keysFromPassword(
  password: Secret,
  serialNumber: Uint8Array,
  salt: Uint8Array,
  parameters: KdfParameters,
): Promise<ModuleKeys> {
  return splitKeys(await scryptBytes(password, concat(utf8('ASD1-pw'), serialNumber, salt), parameters, 64));
}

/** Keys of a module for two persons: neither password alone says anything about them. */
export async function keysFromTwoPasswords(
  passwordA: Secret,
  passwordB: Secret,
  serialNumber: Uint8Array,
  salt: Uint8Array,
  parameters: KdfParameters,
): Promise<ModuleKeys> {
  const a = await scryptBytes(passwordA, concat(utf8('ASD1-pwA'), serialNumber, salt), parameters, 64);
  const b = await scryptBytes(passwordB, concat(utf8('ASD1-pwB'), serialNumber, salt), parameters, 64);
  const input = concat(a, b);
  const both = new Uint8Array(hkdfSync('sha256', input, new Uint8Array(0), concat(utf8('ASD1-2p'), serialNumber), 64));
  for (const used of [a, b, input]) used.fill(0);
  return splitKeys(both);
}

/** Keys of a module without password: known to everybody, so that one can be set later. */
export function openModuleKeys(serialNumber: Uint8Array): ModuleKeys {
  const digest = (label: string): Secret =>
    new Secret(new Uint8Array(createHash('sha256').update(utf8(label)).update(serialNumber).digest()));
  return { k4: digest('ASD1-open'), k5: digest('ASD1-open-w') };
}

/**
 * Keys of a module by what its holders typed: none (open module), one password, or those of two persons. `record` gives salt and
 * parameters; the same password makes other keys for another chip.
 */
export async function moduleKeys(
  passwords: readonly Secret[],
  serialNumber: Uint8Array,
  record: { readonly kdf: KdfParameters; readonly kdfSalt: Uint8Array },
): Promise<ModuleKeys> {
  const [a, b] = passwords;
  if (a === undefined) return openModuleKeys(serialNumber);
  return b === undefined
    ? keysFromPassword(a, serialNumber, record.kdfSalt, record.kdf)
    : keysFromTwoPasswords(a, b, serialNumber, record.kdfSalt, record.kdf);
}

/** Zeroes both. */
export function wipeKeys(keys: ModuleKeys): void {
  keys.k4.wipe();
  keys.k5.wipe();
}
