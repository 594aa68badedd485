import { z } from 'zod';
import { fromHex, parseUtf8, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { decodeCertificate, definitionDigest, publicKeyOf } from '../../src-shared/certificates/index.ts';
import { inEnglish, type Reason, reason, reasonDetails } from '../../src-shared/model/reasons.ts';
import { type KdfParameters, newModuleKdf, passwordsFault } from './asd1/password.ts';
import { type CeremonyRecord, ceremonyRecord, type Software } from './ceremony.ts';
import { type NewRoot, type RootFacts, SoftwareRoot, softwareRoot } from './root.ts';
import { rootDefinition } from './root-definition.ts';
import { resealKey, sealedKeySchema, sealKey, unsealKey } from './sealed-key.ts';
import { type OutputFile, rootFiles } from './setup-files.ts';
import { momentOf } from './times.ts';
import { verifyP256Message } from './verify.ts';

const WARNING =
  'The private key of this root is protected by its passwords alone. This is weaker than a root stick, whose chip never gives its key away.';

const hexText = z.string().regex(/^(?:[0-9A-F]{2})+$/);

const rootFileSchema = z.strictObject({
  format: z.literal('signet-root-key'),
  version: z.literal(1),
  note: z.string(),
  organization: z.string().min(1),
  commonName: z.string().min(1),
  chainId: z.int().min(0).max(15),
  certificate: hexText,
  /** Empty when the compressed form cannot hold it. */
  compressedCertificate: z.union([hexText, z.literal('')]),
  key: sealedKeySchema,
});

export type RootFile = z.infer<typeof rootFileSchema>;

/** Everything public in the file, in a fixed order: the key is bound to it. */
function factsText(file: Omit<RootFile, 'key' | 'note'>): string {
  return JSON.stringify([
    file.format,
    file.version,
    file.organization,
    file.commonName,
    file.chainId,
    file.certificate,
    file.compressedCertificate,
  ]);
}

export interface NewRootFile extends NewRoot {
  /** One, or those of two persons in the order A, B. They stay the caller's. */
  readonly passwords: readonly Secret[];
  readonly minimumPasswordCharacters?: number;
  readonly kdf?: KdfParameters;
  readonly persons: readonly string[];
  readonly software: Software;
}

export interface MadeRootFile {
  /** The key file, to be written by `writeOwnerOnly` or its like. */
  readonly bytes: Uint8Array;
  readonly facts: RootFacts;
  /** Certificate as PEM, DER and C. */
  readonly files: readonly OutputFile[];
  readonly ceremony: CeremonyRecord;
}

/** Makes a root whose key is in an encrypted file. Throws PASSWORD_POLICY or OPTION_INVALID. */
export async function createRootFile(request: NewRootFile): Promise<MadeRootFile> {
  const { passwords, software } = request;
  const fault =
    passwords.length === 0
      ? reason('password-none-root')
      : passwordsFault(passwords, request.minimumPasswordCharacters);
  if (fault !== undefined)
    throw new SignetError('PASSWORD_POLICY', `The password is not accepted: ${inEnglish(fault)}.`, {
      kind: 'password-policy',
      ...reasonDetails(fault),
    });
  const root = softwareRoot(request);
  try {
    const { facts } = root;
    const head = {
      format: 'signet-root-key',
      version: 1,
      organization: facts.organization,
      commonName: facts.commonName,
      chainId: request.chainId,
      certificate: toHex(facts.certificate),
      compressedCertificate: toHex(facts.compressedCertificate ?? new Uint8Array(0)),
    } as const;
    const key = await root.sealed((privateKey) =>
      sealKey(privateKey, {
        passwords,
        kdf: request.kdf ?? newModuleKdf,
        facts: factsText(head),
        random: request.random,
      }),
    );
    const file: RootFile = { ...head, note: WARNING, key };
    const digest = definitionDigest(
      rootDefinition({
        organization: facts.organization,
        commonName: facts.commonName,
        chainId: request.chainId,
        issueYear: facts.notBefore.getUTCFullYear(),
        expireYears: request.years,
        snSource: facts.compressedCertificate === undefined ? 0 : 10,
      }),
    );
    if (!digest.ok) throw new SignetError('INTERNAL', 'the layout of the root has no digest');
    const ceremony = ceremonyRecord(
      {
        kind: 'file',
        isRoot: true,
        serialNumber: new Uint8Array(0),
        name: facts.commonName,
        signerId: new Uint8Array(2),
        chainId: request.chainId,
        passwordScheme: key.scheme,
        publicKey: facts.publicKey,
        rootPublicKey: facts.publicKey,
        certificate: facts.certificate,
        deviceDefinitionDigest: digest.value,
        signerDefinitionDigest: digest.value,
        notBefore: facts.notBefore,
        notAfter: facts.notAfter,
      },
      {
        begunAt: request.now.toISOString(),
        finishedAt: request.now.toISOString(),
        persons: request.persons,
        software,
        openWindowMs: undefined,
        remarks: [WARNING],
      },
    );
    return {
      bytes: utf8(`${JSON.stringify(file, undefined, 2)}\n`),
      facts,
      files: rootFiles(facts.certificate, `${software.name} ${software.version}`),
      ceremony,
    };
  } finally {
    await root.close();
  }
}

/** What a root file says of itself, without any password; undefined when it is none. */
export function readRootFile(bytes: Uint8Array): { readonly facts: RootFacts; readonly file: RootFile } | undefined {
  const file = parse(bytes);
  if (file === undefined) return undefined;
  const certificate = fromHex(file.certificate);
  const decoded = decodeCertificate(certificate);
  if (!decoded.ok) return undefined;
  const { publicKey, tbs, signature, notBefore, notAfter } = decoded.value;
  if (publicKey === undefined || signature === undefined) return undefined;
  if (!verifyP256Message(publicKey, tbs, signature)) return undefined;
  return {
    file,
    facts: {
      organization: file.organization,
      commonName: file.commonName,
      publicKey,
      certificate,
      compressedCertificate: file.compressedCertificate === '' ? undefined : fromHex(file.compressedCertificate),
      notBefore: momentOf(notBefore),
      notAfter: momentOf(notAfter),
    },
  };
}

export type OpenRootFailure =
  | { readonly kind: 'not-a-root-file' }
  | { readonly kind: 'passwords-needed'; readonly count: 1 | 2 }
  | { readonly kind: 'wrong-password' }
  /** Weakened or impossible KDF parameters. */
  | { readonly kind: 'parameters' };

/** Opens a root file: the root signs until it is closed. The passwords stay the caller's. */
export async function openRootFile(
  bytes: Uint8Array,
  passwords: readonly Secret[],
): Promise<Result<SoftwareRoot, OpenRootFailure>> {
  const read = readRootFile(bytes);
  if (read === undefined) return fail({ kind: 'not-a-root-file' });
  const { file, facts } = read;
  const count = file.key.scheme === 'two-persons' ? 2 : 1;
  if (passwords.length !== count) return fail({ kind: 'passwords-needed', count });
  const key = await unsealKey(file.key, passwords, factsText(file));
  if (!key.ok) return key;
  if (toHex(publicKeyOf(key.value)) !== toHex(facts.publicKey)) {
    key.value.wipe();
    return fail({ kind: 'not-a-root-file' });
  }
  return ok(new SoftwareRoot(facts, key.value));
}

/** The file with other passwords, as many as before; to be written in place of the old one. */
export async function changeRootFilePassword(
  bytes: Uint8Array,
  oldPasswords: readonly Secret[],
  newPasswords: readonly Secret[],
  options: Pick<NewRootFile, 'random' | 'kdf' | 'minimumPasswordCharacters'>,
): Promise<Result<Uint8Array, OpenRootFailure | { readonly kind: 'password-policy'; readonly reason: Reason }>> {
  const file = readRootFile(bytes)?.file;
  if (file === undefined) return fail({ kind: 'not-a-root-file' });
  const count = file.key.scheme === 'two-persons' ? 2 : 1;
  if (oldPasswords.length !== count || newPasswords.length !== count) return fail({ kind: 'passwords-needed', count });
  const why = passwordsFault(newPasswords, options.minimumPasswordCharacters);
  if (why !== undefined) return fail({ kind: 'password-policy', reason: why });
  const key = await resealKey(file.key, oldPasswords, {
    passwords: newPasswords,
    kdf: options.kdf ?? newModuleKdf,
    facts: factsText(file),
    random: options.random,
  });
  return key.ok ? ok(utf8(`${JSON.stringify({ ...file, key: key.value }, undefined, 2)}\n`)) : key;
}

function parse(bytes: Uint8Array): RootFile | undefined {
  const text = parseUtf8(bytes);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const file = rootFileSchema.safeParse(value);
  return file.success ? file.data : undefined;
}
