import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { toHex } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import { dateText, nameText } from '../../../src-shared/certificates/index.ts';
import { inEnglish } from '../../../src-shared/model/reasons.ts';
import { diskFiles } from '../../records/index.ts';
import { type CeremonyRecord, keyFingerprint } from '../../signing/ceremony.ts';
import { writeOwnerOnly } from '../../signing/owner-only-file.ts';
import type { RootAuthority, RootFacts, RootSerialPolicy } from '../../signing/root.ts';
import {
  judgeRequest,
  RootElsewhere,
  readRootAnswer,
  readRootFacts,
  readRootRequest,
  rootAnswerFile,
  rootFactsFile,
} from '../../signing/root-elsewhere.ts';
import { changeRootFilePassword, createRootFile, openRootFile, readRootFile } from '../../signing/root-file.ts';
import { probeRootStick, rootStickFailureAsError } from '../../signing/root-stick.ts';
import { type OutputFile, rootFiles } from '../../signing/setup-files.ts';
import { makeFolder, readBytes } from '../files.ts';
import { isSignerFile } from '../host-signers.ts';
import { thisSoftware } from '../program-digest.ts';
import { unlockError } from '../signer-desk.ts';
import { rootFileError } from '../signer-workshop.ts';
import { softwareVersion } from '../version.ts';
import type { SignerBooks } from './books.ts';
import { keepOutput, refuseExisting } from './output.ts';
import { setUpStick } from './set-up-stick.ts';
import { takeStick } from './stick.ts';
import { invalid, type Wishes, withPasswords } from './wishes.ts';

/** A root that was made, or looked at. */
export interface RootReport {
  readonly name: string;
  readonly storage: RootAuthority['kind'];
  readonly publicKeyFingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly files: readonly string[];
}

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

export interface NewRootWish {
  /** A stick's place, or where the key file goes: one of the two. */
  readonly stick: string | undefined;
  readonly file: string | undefined;
  readonly out: string;
  readonly organisation: string;
  readonly commonName: string;
  readonly chainId: number;
  readonly years: number;
  readonly serialPolicy: RootSerialPolicy;
  readonly label: string;
  readonly anyKit: boolean;
  readonly acceptUnknownKeyBy: string | undefined;
}

/** The root ceremony: on a stick, or as an encrypted file where there is none. Throws SignetError. */
export async function createRoot(books: SignerBooks, wish: NewRootWish, wishes: Wishes): Promise<RootReport> {
  refuseExisting(wish.out, ['root_certificate.pem', 'root.json']);
  makeFolder(wish.out, 'STORAGE_FAILED', 'output folder');
  const made = wish.file === undefined ? await onStick(books, wish, wishes) : await inFile(wish, wish.file, wishes);
  const files = await keepOutput(wish.out, [...made.files, factsFile(made.facts)], made.ceremony);
  books.addRoot(made.facts.publicKey);
  return report(made.facts, made.ceremony.storage === 'chip' ? 'chip' : 'file', files);
}

interface Made {
  readonly facts: RootFacts;
  readonly files: readonly OutputFile[];
  readonly ceremony: CeremonyRecord;
}

async function inFile(wish: NewRootWish, path: string, wishes: Wishes): Promise<Made> {
  if (existsSync(path))
    throw new SignetError('FILE_INVALID', `The file ${path} exists already; nothing was made.`, { path });
  makeFolder(dirname(path), 'STORAGE_FAILED', 'folder of the key file');
  const begunAt = new Date();
  return withPasswords(
    wishes,
    { purpose: 'new', subject: `root "${wish.commonName}"`, count: 'chosen' },
    async (passwords) => {
      const { facts, bytes, files, ceremony } = await createRootFile({
        organization: wish.organisation,
        commonName: wish.commonName,
        chainId: wish.chainId,
        years: wish.years,
        serialPolicy: wish.serialPolicy,
        now: begunAt,
        random,
        passwords,
        persons: wishes.persons,
        software: thisSoftware(),
      });
      await writeOwnerOnly(path, bytes, { replace: false });
      return { facts, files, ceremony };
    },
  );
}

async function onStick(books: SignerBooks, wish: NewRootWish, wishes: Wishes): Promise<Made> {
  const { identity, files, ceremony } = await setUpStick(
    books,
    {
      stick: wish.stick,
      anyKit: wish.anyKit,
      acceptUnknownKeyBy: wish.acceptUnknownKeyBy,
      request: {
        kind: 'root',
        organization: wish.organisation,
        commonName: wish.commonName,
        chainId: wish.chainId,
        years: wish.years,
        serialPolicy: wish.serialPolicy,
        label: wish.label,
      },
    },
    wishes,
  );
  const facts: RootFacts = {
    organization: wish.organisation,
    commonName: identity.name,
    publicKey: identity.publicKey,
    certificate: identity.certificate,
    compressedCertificate: wish.serialPolicy === 'random' ? undefined : identity.compressedCertificate,
    notBefore: identity.notBefore,
    notAfter: identity.notAfter,
  };
  return { facts, files, ceremony };
}

/**
 * Opens a root for the length of some work: a stick by its place, a key file, or the public facts of one that is elsewhere
 * (`answer` = the file that came back from there). Asks for its password; throws SignetError.
 */
export async function withRoot<T>(
  books: SignerBooks,
  place: string,
  options: { readonly answer?: string | undefined },
  wishes: Wishes,
  work: (root: RootAuthority) => Promise<T>,
): Promise<T> {
  if (!isSignerFile(place)) return withStick(books, place, wishes, work);
  const bytes = readBytes(place, 'root');
  const elsewhere = readRootFacts(bytes);
  if (elsewhere !== undefined) {
    const answer =
      options.answer === undefined ? undefined : readRootAnswer(readBytes(options.answer, 'answer of the root'));
    if (options.answer !== undefined && answer === undefined)
      throw new SignetError('FILE_INVALID', `${options.answer} is no answer of a root.`, { path: options.answer });
    return work(new RootElsewhere(elsewhere, answer));
  }
  const file = readRootFile(bytes);
  if (file === undefined)
    throw new SignetError('FILE_INVALID', `${place} is no root: neither a key file nor root.json.`, { path: place });
  const count = file.file.key.scheme === 'two-persons' ? 2 : 1;
  const ask = { purpose: 'root', subject: `root "${file.facts.commonName}"`, count } as const;
  const opened = await withPasswords(wishes, ask, (passwords) => openRootFile(bytes, passwords));
  if (!opened.ok) throw rootFileError(opened.failure);
  return closing(opened.value, work);
}

async function withStick<T>(
  books: SignerBooks,
  place: string,
  wishes: Wishes,
  work: (root: RootAuthority) => Promise<T>,
): Promise<T> {
  const stick = await takeStick(place, 'root');
  try {
    const now = (): Date => new Date();
    const { policy, setUpNotes } = books;
    const probed = await probeRootStick(stick.lease, { now, random, delays: policy, setUpNotes });
    if (!probed.ok) throw rootStickFailureAsError(probed.failure);
    const { identity } = probed.value;
    const subject = `root ${toHex(identity.serialNumber)}, ${identity.name}`;
    const secrets = { open: [], one: 1, 'two-persons': 2 } as const;
    const count = secrets[identity.passwordScheme];
    const unlocked =
      typeof count === 'number'
        ? await withPasswords(wishes, { purpose: 'root', subject, count }, (passwords) =>
            probed.value.unlock(passwords),
          )
        : await probed.value.unlock([]);
    if (!unlocked.ok) throw unlockError(unlocked.failure);
    return await closing(probed.value, work);
  } finally {
    await stick.close();
  }
}

async function closing<T>(root: RootAuthority, work: (root: RootAuthority) => Promise<T>): Promise<T> {
  try {
    return await work(root);
  } finally {
    await root.close();
  }
}

/** What a root signed. */
export interface RootSigned {
  readonly root: string;
  readonly subject: string;
  readonly publicKeyFingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
  readonly file: string;
}

/** Signs the certificate of a signer that is made elsewhere. */
export async function signRequest(
  books: SignerBooks,
  wish: { readonly root: string; readonly request: string; readonly out: string },
  wishes: Wishes,
): Promise<RootSigned> {
  const request = readRootRequest(readBytes(wish.request, 'request'));
  if (request === undefined)
    throw new SignetError('FILE_INVALID', `${wish.request} is no request for a signer's certificate.`, {
      path: wish.request,
    });
  if (existsSync(wish.out))
    throw new SignetError('FILE_INVALID', `The file ${wish.out} exists already; nothing was signed.`, {
      path: wish.out,
    });
  const facts = await factsOfRoot(wish.root, books);
  const judged = judgeRequest(request, facts);
  if (!judged.ok)
    throw new SignetError('FILE_INVALID', `The request is not signed: ${judged.failure}.`, { path: wish.request });
  const { subject, publicKey, notBefore, notAfter } = judged.value;
  const fingerprint = keyFingerprint(publicKey ?? new Uint8Array(64));
  await wishes.confirm({
    subject: `Certificate of "${nameText(subject)}" for the stick ${request.serialNumber}`,
    token: fingerprint.slice(-4),
    steps: [
      `Key ${fingerprint} becomes a certificate authority below "${facts.commonName}".`,
      `Valid from ${dateText(notBefore)} until ${dateText(notAfter)}. It cannot be taken back.`,
    ],
  });
  const signature = await withRoot(books, wish.root, {}, wishes, async (root) => {
    const signed = await root.signSigner(request.tbs);
    if (!signed.ok)
      throw new SignetError('SIGN_FAILED', `The root did not sign: ${signed.failure.kind}.`, {
        kind: signed.failure.kind,
      });
    return signed.value;
  });
  makeFolder(dirname(wish.out), 'STORAGE_FAILED', 'output folder');
  await diskFiles.replace(
    wish.out,
    rootAnswerFile(request, signature, { signedAt: new Date(), persons: wishes.persons, software: thisSoftware() }),
  );
  return {
    root: facts.commonName,
    subject: nameText(subject),
    publicKeyFingerprint: fingerprint,
    notBefore: dateText(notBefore),
    notAfter: dateText(notAfter),
    file: wish.out,
  };
}

/** Public facts of a root, without any password. */
async function factsOfRoot(place: string, books: SignerBooks): Promise<RootFacts> {
  if (isSignerFile(place)) {
    const bytes = readBytes(place, 'root');
    const facts = readRootFacts(bytes) ?? readRootFile(bytes)?.facts;
    if (facts !== undefined) return facts;
    throw new SignetError('FILE_INVALID', `${place} is no root: neither a key file nor root.json.`, { path: place });
  }
  const stick = await takeStick(place, 'root');
  try {
    const { policy, setUpNotes } = books;
    const probed = await probeRootStick(stick.lease, { now: () => new Date(), random, delays: policy, setUpNotes });
    if (!probed.ok) throw rootStickFailureAsError(probed.failure);
    return probed.value.facts;
  } finally {
    await stick.close();
  }
}

/** Writes a root's certificate, for hosts and for firmware, and its public facts for set-ups elsewhere. */
export async function exportRoot(books: SignerBooks, place: string, out: string): Promise<RootReport> {
  const facts = await factsOfRoot(place, books);
  makeFolder(out, 'STORAGE_FAILED', 'output folder');
  const files = await keepOutput(out, [...rootFiles(facts.certificate, softwareVersion), factsFile(facts)], undefined);
  return report(facts, isSignerFile(place) ? 'file' : 'chip', files);
}

/** Changes the password of a root's key file. */
export async function changeRootPassword(path: string, wishes: Wishes): Promise<void> {
  const bytes = readBytes(path, 'key file');
  const read = readRootFile(bytes);
  if (read === undefined) throw invalid(`${path} is no key file of a root.`);
  const count = read.file.key.scheme === 'two-persons' ? 2 : 1;
  const subject = `root "${read.facts.commonName}"`;
  await withPasswords(wishes, { purpose: 'current', subject, count }, (oldPasswords) =>
    withPasswords(wishes, { purpose: 'new', subject, count }, async (newPasswords) => {
      const changed = await changeRootFilePassword(bytes, oldPasswords, newPasswords, { random });
      if (changed.ok) return writeOwnerOnly(path, changed.value, { replace: true });
      if (changed.failure.kind === 'password-policy')
        throw new SignetError(
          'PASSWORD_POLICY',
          `The new password is not accepted: ${inEnglish(changed.failure.reason)}.`,
        );
      throw rootFileError(changed.failure);
    }),
  );
}

function factsFile(facts: RootFacts): OutputFile {
  return { name: 'root.json', bytes: rootFactsFile(facts) };
}

function report(facts: RootFacts, storage: RootReport['storage'], files: readonly string[]): RootReport {
  return {
    name: facts.commonName,
    storage,
    publicKeyFingerprint: keyFingerprint(facts.publicKey),
    notBefore: facts.notBefore.toISOString(),
    notAfter: facts.notAfter.toISOString(),
    files,
  };
}
