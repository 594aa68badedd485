import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toHex } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import {
  certInfoFileName,
  type DefinitionPair,
  faultText,
  type ProfileName,
  type ProfileParameters,
  parseCSource,
  profileDefaults,
  profileNames,
  templateDefinitions,
  templateParameters,
} from '../../../src-shared/certificates/index.ts';
import { certificateTemplateSchema } from '../../../src-shared/ipc/certificate-template.ts';
import { inEnglish } from '../../../src-shared/model/reasons.ts';
import { diskFiles } from '../../records/index.ts';
import type { CeremonyRecord } from '../../signing/ceremony.ts';
import { createKeyFileSigner } from '../../signing/key-file-signer.ts';
import { writeOwnerOnly } from '../../signing/owner-only-file.ts';
import { createTokenSigner } from '../../signing/pkcs11-signer.ts';
import type { RootAuthority } from '../../signing/root.ts';
import { RootElsewhere, rootRequestFile } from '../../signing/root-elsewhere.ts';
import type { OutputFile } from '../../signing/setup-files.ts';
import { type SignerSetUp, setUpFailureAsError } from '../../signing/setup-request.ts';
import type { SignerIdentity } from '../../signing/signer-module.ts';
import { makeFolder, readJson, readText } from '../files.ts';
import { thisSoftware } from '../program-digest.ts';
import { optionInvalid, templateReason } from '../signer-definitions.ts';
import type { SignerBooks } from './books.ts';
import { keepOutput, refuseExisting } from './output.ts';
import { withRoot } from './roots.ts';
import { SetUpStopped, setUpStick } from './set-up-stick.ts';
import { invalid, type Wishes, withPasswords } from './wishes.ts';

export { profileNames };

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** Where the key of a new signer will be. */
export type SignerStorage =
  | { readonly kind: 'stick'; readonly place: string | undefined; readonly anyKit: boolean }
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'token';
      /** Gets the description that a server reads; no secret. */
      readonly path: string;
      readonly library: string;
      readonly label: string;
      readonly serial: string;
      /** CKA_ID of a key that is there; a new one when absent. */
      readonly keyId: Uint8Array | undefined;
    };

export interface NewSignerWish {
  readonly storage: SignerStorage;
  /** A stick's place, a key file, or the public facts (`root.json`) of one elsewhere. */
  readonly root: string;
  /** What came back from a root elsewhere. */
  readonly answer: string | undefined;
  readonly out: string;
  readonly profile: ProfileName;
  /** C sources of a pair of definitions, instead of a profile. */
  readonly definitions: { readonly signer: string; readonly device: string } | undefined;
  /** JSON file of a template that makes the definitions, instead of a profile. */
  readonly template: string | undefined;
  readonly names: { readonly name?: string; readonly deviceName?: string };
  readonly numbers: Partial<
    Pick<ProfileParameters, 'chainId' | 'signerExpireYears' | 'deviceExpireYears' | 'signerSnSource' | 'deviceSnSource'>
  >;
  /** Any when absent. */
  readonly signerId: number | undefined;
  readonly label: string;
  readonly requireThisSigner: boolean;
  readonly acceptUnknownKeyBy: string | undefined;
}

/** What became of it: a signer, or a request that its root must sign elsewhere before the same call finishes it. */
export type SignerReport =
  | {
      readonly kind: 'made';
      readonly storage: SignerIdentity['kind'];
      readonly serialNumber: string;
      readonly name: string;
      readonly signerId: string;
      readonly publicKeyFingerprint: string;
      readonly openWindowMs: number | null;
      readonly files: readonly string[];
    }
  | { readonly kind: 'request'; readonly serialNumber: string; readonly file: string };

/** Makes a signer: on a stick, as an encrypted key file, or of a key on a PKCS#11 token. Throws SignetError. */
export async function createSigner(books: SignerBooks, wish: NewSignerWish, wishes: Wishes): Promise<SignerReport> {
  const chainId = wish.numbers.chainId ?? profileDefaults(wish.profile).chainId;
  refuseExisting(wish.out, [certInfoFileName(chainId), 'ceremony-signer.json']);
  const { storage } = wish;
  if (storage.kind !== 'stick' && existsSync(storage.path))
    throw new SignetError('FILE_INVALID', `The file ${storage.path} exists already; nothing was made.`, {
      path: storage.path,
    });
  makeFolder(wish.out, 'STORAGE_FAILED', 'output folder');
  return withRoot(books, wish.root, { answer: wish.answer }, wishes, async (root) => {
    const request = signerRequest(wish, root);
    if (storage.kind !== 'stick') return onHost(books, wish, request, wishes);
    try {
      const made = await setUpStick(
        books,
        { stick: storage.place, anyKit: storage.anyKit, acceptUnknownKeyBy: wish.acceptUnknownKeyBy, request },
        wishes,
      );
      return await finished(books, wish.out, made);
    } catch (thrown) {
      if (thrown instanceof SetUpStopped && root instanceof RootElsewhere) return requestOf(wish.out, thrown, root);
      throw thrown;
    }
  });
}

/** The stick is made up to its certificate: what the root has to sign goes into a file. */
async function requestOf(out: string, stopped: SetUpStopped, root: RootElsewhere): Promise<SignerReport> {
  const { wanted } = root;
  if (stopped.failure.kind !== 'root' || stopped.failure.failure.kind !== 'locked' || wanted === undefined)
    throw stopped;
  const { serialNumber } = stopped;
  const file = join(out, `request-${serialNumber}.json`);
  await diskFiles.replace(file, rootRequestFile({ serialNumber, rootPublicKey: root.facts.publicKey, tbs: wanted }));
  return { kind: 'request', serialNumber, file };
}

async function onHost(
  books: SignerBooks,
  wish: NewSignerWish,
  request: SignerSetUp,
  wishes: Wishes,
): Promise<SignerReport> {
  const { storage } = wish;
  if (storage.kind === 'stick') throw new SignetError('INTERNAL', 'a stick is no host');
  if (request.root instanceof RootElsewhere)
    throw invalid('A root that is elsewhere certifies sticks only: a key in a file or token needs its root here.');
  makeFolder(dirname(storage.path), 'STORAGE_FAILED', 'folder of the key file');
  const facts = { now: new Date(), random, persons: wishes.persons, software: thisSoftware() };
  const name = request.parameters.signerCommonNamePrefix;
  if (storage.kind === 'file') {
    return withPasswords(
      wishes,
      { purpose: 'new', subject: `signer "${name}"`, count: 'chosen' },
      async (passwords) => {
        const made = await createKeyFileSigner(request, { ...facts, passwords });
        if (!made.ok) throw setUpFailureAsError(made.failure);
        await writeOwnerOnly(storage.path, made.value.bytes, { replace: false });
        return finished(books, wish.out, made.value);
      },
    );
  }
  const { library, label: tokenLabel, serial: tokenSerial, keyId } = storage;
  const ask = { purpose: 'current', subject: `token "${tokenLabel}" (its PIN)`, count: 1 } as const;
  return withPasswords(wishes, ask, async ([pin]) => {
    if (pin === undefined) throw new SignetError('INTERNAL', 'there is no PIN');
    const made = await createTokenSigner(request, {
      ...facts,
      library,
      tokenLabel,
      tokenSerial,
      pin,
      ...(keyId === undefined ? {} : { keyId }),
    });
    if (!made.ok) {
      if (made.failure.kind !== 'token') throw setUpFailureAsError(made.failure);
      const { failure } = made.failure;
      throw failure.kind === 'wrong-password'
        ? new SignetError('PASSWORD_WRONG', 'The PIN is not the right one.')
        : new SignetError(
            'SIGNER_FAULT',
            `The token cannot be used: ${'reason' in failure ? inEnglish(failure.reason) : failure.kind}.`,
          );
    }
    await writeOwnerOnly(storage.path, made.value.bytes, { replace: false });
    return finished(books, wish.out, made.value);
  });
}

async function finished(
  books: SignerBooks,
  out: string,
  made: {
    readonly identity: SignerIdentity;
    readonly files: readonly OutputFile[];
    readonly ceremony: CeremonyRecord;
  },
): Promise<SignerReport> {
  const { identity, ceremony } = made;
  const files = await keepOutput(out, made.files, ceremony);
  books.addRoot(identity.rootPublicKey);
  return {
    kind: 'made',
    storage: identity.kind,
    serialNumber: toHex(identity.serialNumber),
    name: identity.name,
    signerId: toHex(identity.signerId),
    publicKeyFingerprint: ceremony.publicKeyFingerprint,
    openWindowMs: ceremony.openWindowMs === undefined ? null : Math.ceil(ceremony.openWindowMs),
    files,
  };
}

function signerRequest(wish: NewSignerWish, root: RootAuthority): SignerSetUp {
  const defaults = profileDefaults(wish.profile);
  const parameters = {
    ...defaults,
    ...wish.numbers,
    organization: root.facts.organization,
    rootCommonName: root.facts.commonName,
    signerCommonNamePrefix: wish.names.name ?? defaults.signerCommonNamePrefix,
    deviceCommonName: wish.names.deviceName ?? defaults.deviceCommonName,
  };
  return {
    kind: 'signer',
    root,
    signerId: wish.signerId ?? random(2).reduce((value, byte) => value * 256 + byte, 0),
    ...layoutOf(wish, parameters),
    label: wish.label,
    requireThisSigner: wish.requireThisSigner,
  };
}

function layoutOf(wish: NewSignerWish, parameters: ProfileParameters): Pick<SignerSetUp, 'parameters' | 'definitions'> {
  if (wish.template !== undefined) {
    const template = readJson(wish.template, 'template', certificateTemplateSchema);
    const made = templateDefinitions(template, parameters);
    if (!made.ok) throw optionInvalid(templateReason(made.failure));
    return { parameters: templateParameters(template, parameters), definitions: { custom: made.value } };
  }
  const definitions = wish.definitions === undefined ? undefined : definitionPair(wish.definitions);
  return { parameters, definitions: definitions === undefined ? { profile: wish.profile } : { custom: definitions } };
}

function definitionPair(paths: { readonly signer: string; readonly device: string }): DefinitionPair {
  const one = (path: string) => {
    const source = parseCSource(readText(path, 'definition'));
    if (!source.ok) throw new SignetError('FILE_INVALID', `${path}: ${faultText(source.failure)}.`, { path });
    const [found] = source.value.definitions;
    if (found === undefined || source.value.definitions.length > 1)
      throw new SignetError(
        'FILE_INVALID',
        `${path} holds ${source.value.definitions.length} definitions; one is wanted.`,
        { path },
      );
    return found.definition;
  };
  return { signer: one(paths.signer), device: one(paths.device) };
}
