import { z } from 'zod';
import { equalBytes, parseUtf8, utf8 } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { publicKeyOf, signDigest } from '../../src-shared/certificates/index.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import { type KdfParameters, newModuleKdf, passwordsFault } from './asd1/password.ts';
import type { Software } from './ceremony.ts';
import { HostSigner, type HostSignerOptions, type KeyFailure, type KeyHolder } from './host-signer.ts';
import { certifyHostKey, type HostSetUp } from './host-signer-setup.ts';
import { identityFileSchema, identityFromFile, identityText, identityToFile } from './identity-file.ts';
import { newPrivateKey } from './root.ts';
import { resealKey, sealedKeySchema, sealKey, type UnsealFailure, unsealKey } from './sealed-key.ts';
import type { SetUpFailure, SignerSetUp } from './setup-request.ts';

const WARNING =
  'The private key of this signer is protected by its passwords alone: for laboratory and test, not for products.';

const signerFileSchema = z.strictObject({
  format: z.literal('signet-signer-key'),
  version: z.literal(1),
  note: z.string(),
  signer: identityFileSchema,
  key: sealedKeySchema,
});

export interface NewKeyFileSigner {
  /** One, or those of two persons in the order A, B. They stay the caller's. */
  readonly passwords: readonly Secret[];
  readonly minimumPasswordCharacters?: number;
  readonly kdf?: KdfParameters;
  readonly now: Date;
  readonly random: (length: number) => Uint8Array;
  readonly persons: readonly string[];
  readonly software: Software;
}

/**
 * Makes a signer whose key is in an encrypted file: for laboratory and CI. `bytes` is the key file, to be written owner-only
 * (`writeOwnerOnly`). Failures are those of a set-up that can happen without a stick.
 */
export async function createKeyFileSigner(
  request: SignerSetUp,
  options: NewKeyFileSigner,
): Promise<Result<HostSetUp & { readonly bytes: Uint8Array }, SetUpFailure>> {
  const { passwords } = options;
  const why =
    passwords.length === 0
      ? reason('password-none-signer')
      : passwordsFault(passwords, options.minimumPasswordCharacters);
  if (why !== undefined) return fail({ kind: 'password-policy', reason: why });
  const key = newPrivateKey(options.random);
  try {
    const made = await certifyHostKey(request, {
      kind: 'file',
      publicKey: publicKeyOf(key),
      passwords: passwords.length === 2 ? 2 : 1,
      now: options.now,
      random: options.random,
      persons: options.persons,
      software: options.software,
      remarks: [WARNING],
    });
    if (!made.ok) return made;
    const signer = identityToFile(made.value.identity);
    const sealed = await sealKey(key, {
      passwords,
      kdf: options.kdf ?? newModuleKdf,
      facts: identityText(signer),
      random: options.random,
    });
    const file: z.infer<typeof signerFileSchema> = {
      format: 'signet-signer-key',
      version: 1,
      note: WARNING,
      signer,
      key: sealed,
    };
    return ok({ ...made.value, bytes: utf8(`${JSON.stringify(file, undefined, 2)}\n`) });
  } finally {
    key.wipe();
  }
}

/** A signer from its key file, locked. The failure is a sentence about the file. */
export function openKeyFileSigner(bytes: Uint8Array, options: HostSignerOptions): Result<HostSigner, string> {
  const file = parse(bytes);
  if (file === undefined) return fail('it is no key file of a signer');
  const { signer, key } = file;
  const identity = identityFromFile(signer, 'file', key.scheme);
  if (!identity.ok) return identity;
  const holder = new FileKey(identity.value.publicKey, (passwords) => unsealKey(key, passwords, identityText(signer)));
  return ok(new HostSigner(identity.value, holder, options));
}

/** Why a key file is not given another password. */
export type KeyFileChangeFailure =
  | { readonly kind: 'not-a-key-file' }
  | { readonly kind: 'passwords-needed'; readonly count: 1 | 2 }
  | { readonly kind: 'password-policy'; readonly reason: Reason }
  | UnsealFailure;

/** The file with other passwords, as many as before; to be written in place of the old one. */
export async function changeKeyFilePassword(
  bytes: Uint8Array,
  oldPasswords: readonly Secret[],
  newPasswords: readonly Secret[],
  options: Pick<NewKeyFileSigner, 'random' | 'kdf' | 'minimumPasswordCharacters'>,
): Promise<Result<Uint8Array, KeyFileChangeFailure>> {
  const file = parse(bytes);
  if (file === undefined) return fail({ kind: 'not-a-key-file' });
  const count = file.key.scheme === 'two-persons' ? 2 : 1;
  if (oldPasswords.length !== count || newPasswords.length !== count) return fail({ kind: 'passwords-needed', count });
  const why = passwordsFault(newPasswords, options.minimumPasswordCharacters);
  if (why !== undefined) return fail({ kind: 'password-policy', reason: why });
  const key = await resealKey(file.key, oldPasswords, {
    passwords: newPasswords,
    kdf: options.kdf ?? newModuleKdf,
    facts: identityText(file.signer),
    random: options.random,
  });
  return key.ok ? ok(utf8(`${JSON.stringify({ ...file, key: key.value }, undefined, 2)}\n`)) : key;
}

function parse(bytes: Uint8Array): z.infer<typeof signerFileSchema> | undefined {
  const text = parseUtf8(bytes);
  if (text === undefined) return undefined;
  try {
    const file = signerFileSchema.safeParse(JSON.parse(text));
    return file.success ? file.data : undefined;
  } catch {
    return undefined;
  }
}

/** A key in memory, from a file. */
class FileKey implements KeyHolder {
  readonly changesPassword = true;
  readonly #publicKey: Uint8Array;
  readonly #unseal: (passwords: readonly Secret[]) => ReturnType<typeof unsealKey>;
  #key: Secret | undefined;

  constructor(publicKey: Uint8Array, unseal: (passwords: readonly Secret[]) => ReturnType<typeof unsealKey>) {
    this.#publicKey = publicKey;
    this.#unseal = unseal;
  }

  async open(passwords: readonly Secret[]): Promise<Result<undefined, KeyFailure>> {
    await this.close();
    const key = await this.#unseal(passwords);
    if (!key.ok) {
      return fail(key.failure.kind === 'parameters' ? { kind: 'broken', reason: reason('signer-kdf') } : key.failure);
    }
    if (!equalBytes(publicKeyOf(key.value), this.#publicKey)) {
      key.value.wipe();
      return fail({ kind: 'broken', reason: reason('key-other') });
    }
    this.#key = key.value;
    return ok(undefined);
  }

  async sign(digest: Uint8Array): Promise<Result<Uint8Array, KeyFailure>> {
    return this.#key === undefined
      ? fail({ kind: 'failed', reason: reason('key-not-open') })
      : ok(signDigest(this.#key, digest));
  }

  async close(): Promise<void> {
    this.#key?.wipe();
    this.#key = undefined;
  }
}
