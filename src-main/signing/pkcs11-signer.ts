import { z } from 'zod';
import { fromHex, parseUtf8, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import type { Software } from './ceremony.ts';
import { HostSigner, type HostSignerOptions, type KeyFailure } from './host-signer.ts';
import { certifyHostKey, type HostSetUp } from './host-signer-setup.ts';
import { identityFileSchema, identityFromFile, identityToFile } from './identity-file.ts';
import { keyOnToken, Pkcs11Key, type TokenKey } from './pkcs11-token.ts';
import type { SetUpFailure, SignerSetUp } from './setup-request.ts';

/** What a server needs of a signer whose key is on a PKCS#11 token: where the key is, and everything public. No secret. */
const tokenFileSchema = z.strictObject({
  format: z.literal('signet-signer-token'),
  version: z.literal(1),
  library: z.string().min(1),
  tokenLabel: z.string().min(1),
  tokenSerial: z.string(),
  keyId: z.string().regex(/^(?:[0-9A-F]{2})+$/),
  signer: identityFileSchema,
});

export interface NewTokenSigner {
  readonly library: string;
  readonly tokenLabel: string;
  readonly tokenSerial: string;
  /** The token's user PIN; stays the caller's. Its rules are the token's. */
  readonly pin: Secret;
  /** CKA_ID of a P-256 key that is there; a new one is made when absent. */
  readonly keyId?: Uint8Array;
  readonly now: Date;
  readonly random: (length: number) => Uint8Array;
  readonly persons: readonly string[];
  readonly software: Software;
}

export type TokenSetUpFailure = SetUpFailure | { readonly kind: 'token'; readonly failure: KeyFailure };

/** Makes a signer of a key on a token. `bytes` is the description that `openTokenSigner` reads. */
export async function createTokenSigner(
  request: SignerSetUp,
  options: NewTokenSigner,
): Promise<Result<HostSetUp & { readonly bytes: Uint8Array }, TokenSetUpFailure>> {
  const { library, tokenLabel, tokenSerial, pin, random } = options;
  const wanted =
    options.keyId === undefined
      ? { make: { id: random(16), label: request.parameters.signerCommonNamePrefix } }
      : { keyId: options.keyId };
  const key = await keyOnToken({ library, tokenLabel, tokenSerial }, pin, wanted);
  if (!key.ok) return fail({ kind: 'token', failure: key.failure });
  const made = await certifyHostKey(request, {
    kind: 'pkcs11',
    publicKey: key.value.publicKey,
    passwords: 1,
    now: options.now,
    random,
    persons: options.persons,
    software: options.software,
    remarks: [
      `The key is on the token "${tokenLabel}" ${tokenSerial}${'make' in wanted ? ', made there' : ', found there'}.`,
    ],
  });
  if (!made.ok) return made;
  const file: z.infer<typeof tokenFileSchema> = {
    format: 'signet-signer-token',
    version: 1,
    library,
    tokenLabel,
    tokenSerial,
    keyId: toHex(key.value.keyId),
    signer: identityToFile(made.value.identity),
  };
  return ok({ ...made.value, bytes: utf8(`${JSON.stringify(file, undefined, 2)}\n`) });
}

export interface OpenedTokenSigner {
  readonly module: HostSigner;
  readonly where: TokenKey;
}

/** A signer from the description of its token, locked; whether the token is there shows when its PIN is typed. */
export function openTokenSigner(bytes: Uint8Array, options: HostSignerOptions): Result<OpenedTokenSigner, string> {
  const text = parseUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return fail('it is no JSON');
  }
  const file = tokenFileSchema.safeParse(value);
  if (!file.success) return fail('it describes no signer on a token');
  const { library, tokenLabel, tokenSerial, keyId, signer } = file.data;
  const identity = identityFromFile(signer, 'pkcs11', 'one');
  if (!identity.ok) return identity;
  const where: TokenKey = { library, tokenLabel, tokenSerial, keyId: fromHex(keyId) };
  return ok({ module: new HostSigner(identity.value, new Pkcs11Key(where, identity.value.publicKey), options), where });
}
