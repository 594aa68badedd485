import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { concat, fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import { type KdfParameters, kdfAccepted, scryptBytes } from './asd1/password.ts';

/**
 * A private key encrypted under one password, or under those of two persons: scrypt, AES-256-GCM, bound to the public facts it is
 * filed with. It protects as well as the passwords are long; nothing keeps a copy of the file from being attacked at leisure.
 */
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9A-F]{${2 * bytes}}$`));

export const sealedKeySchema = z.strictObject({
  scheme: z.enum(['one', 'two-persons']),
  kdf: z.strictObject({
    algorithm: z.literal('scrypt'),
    log2N: z.int(),
    r: z.int(),
    p: z.int(),
    salt: hex(16),
  }),
  cipher: z.strictObject({ algorithm: z.literal('aes-256-gcm'), nonce: hex(12), tag: hex(16), text: hex(32) }),
});

export type SealedKey = z.infer<typeof sealedKeySchema>;

/** Encrypts 32 bytes. `facts` = everything public in the file: another file's ciphertext does not open with it. */
export async function sealKey(
  key: Secret,
  options: {
    readonly passwords: readonly Secret[];
    readonly kdf: KdfParameters;
    readonly facts: string;
    readonly random: (length: number) => Uint8Array;
  },
): Promise<SealedKey> {
  const salt = options.random(16);
  const nonce = options.random(12);
  const fileKey = await deriveKey(options.passwords, salt, options.kdf);
  try {
    return fileKey.use((bytes) => {
      const cipher = createCipheriv('aes-256-gcm', bytes, nonce);
      cipher.setAAD(utf8(options.facts));
      const text = key.use((plain) => Buffer.concat([cipher.update(plain), cipher.final()]));
      return {
        scheme: options.passwords.length === 2 ? ('two-persons' as const) : ('one' as const),
        kdf: {
          algorithm: 'scrypt' as const,
          log2N: options.kdf.log2N,
          r: options.kdf.r,
          p: options.kdf.p,
          salt: toHex(salt),
        },
        cipher: {
          algorithm: 'aes-256-gcm' as const,
          nonce: toHex(nonce),
          tag: toHex(cipher.getAuthTag()),
          text: toHex(text),
        },
      };
    });
  } finally {
    fileKey.wipe();
  }
}

/** Why a key does not open. `wrong-password` also when the file was altered: that cannot be told apart. */
export type UnsealFailure = { readonly kind: 'wrong-password' } | { readonly kind: 'parameters' };

/** The key; its owner wipes it. */
export async function unsealKey(
  sealed: SealedKey,
  passwords: readonly Secret[],
  facts: string,
): Promise<Result<Secret, UnsealFailure>> {
  const { log2N, r, p, salt } = sealed.kdf;
  const kdf: KdfParameters = { algorithm: 1, log2N, r, p };
  if (!kdfAccepted(kdf)) return fail({ kind: 'parameters' });
  const fileKey = await deriveKey(passwords, fromHex(salt), kdf);
  try {
    return fileKey.use((bytes) => {
      const decipher = createDecipheriv('aes-256-gcm', bytes, fromHex(sealed.cipher.nonce));
      decipher.setAAD(utf8(facts));
      decipher.setAuthTag(fromHex(sealed.cipher.tag));
      const plain = decipher.update(fromHex(sealed.cipher.text));
      decipher.final();
      const key = new Secret(Uint8Array.from(plain));
      plain.fill(0);
      return ok(key);
    });
  } catch {
    // The only thing that can fail above is the tag.
    return fail({ kind: 'wrong-password' });
  } finally {
    fileKey.wipe();
  }
}

async function deriveKey(passwords: readonly Secret[], salt: Uint8Array, kdf: KdfParameters): Promise<Secret> {
  const [a, b] = passwords;
  if (a === undefined) throw new RangeError('a key file has a password');
  if (b === undefined)
    return new Secret(Uint8Array.from(await scryptBytes(a, concat(utf8('signet-key'), salt), kdf, 32)));
  const one = await scryptBytes(a, concat(utf8('signet-key-A'), salt), kdf, 64);
  const other = await scryptBytes(b, concat(utf8('signet-key-B'), salt), kdf, 64);
  const both = concat(one, other);
  const key = new Uint8Array(hkdfSync('sha256', both, new Uint8Array(0), utf8('signet-key-2p'), 32));
  for (const used of [one, other, both]) used.fill(0);
  return new Secret(key);
}

/** The same key under other passwords: opened with the old ones, sealed with the new ones. */
export async function resealKey(
  sealed: SealedKey,
  oldPasswords: readonly Secret[],
  options: Parameters<typeof sealKey>[1],
): Promise<Result<SealedKey, UnsealFailure>> {
  const key = await unsealKey(sealed, oldPasswords, options.facts);
  if (!key.ok) return key;
  try {
    return ok(await sealKey(key.value, options));
  } finally {
    key.value.wipe();
  }
}
