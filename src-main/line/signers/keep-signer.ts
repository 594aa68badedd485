import { randomBytes } from 'node:crypto';
import { toHex } from '../../../src-shared/base/bytes.ts';
import { SignetError } from '../../../src-shared/base/error.ts';
import { inEnglish } from '../../../src-shared/model/reasons.ts';
import { changePassword, passwordChangeFailureAsError } from '../../signing/change-password.ts';
import { readRootFile } from '../../signing/root-file.ts';
import { certificateFile, signerFiles } from '../../signing/setup-files.ts';
import type { SignerIdentity } from '../../signing/signer-module.ts';
import { makeFolder, readBytes } from '../files.ts';
import { isSignerFile } from '../host-signers.ts';
import { openSignerClaims } from '../signer-claims.ts';
import { askSignerControl } from '../signer-control.ts';
import { softwareVersion } from '../version.ts';
import type { SignerBooks } from './books.ts';
import { changeFilePassword } from './file-password.ts';
import { hostSignerOf, probeStick, rowOfStick } from './list.ts';
import { keepOutput, refuseExisting } from './output.ts';
import { changeRootPassword } from './roots.ts';
import type { SignerRow } from './row.ts';
import { takeStick, theOnlyStick } from './stick.ts';
import { invalid, type Wishes, withPasswords } from './wishes.ts';

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

/** Whose password was changed. */
export interface PasswordReport {
  readonly place: string;
  readonly serialNumber: string;
  readonly name: string;
  /** A change that had broken off was finished. */
  readonly recovered: boolean;
}

/** Changes the password of a stick (signer or root) or key file, or sets the first one of a stick. Throws SignetError. */
export async function changeSignerPassword(
  books: SignerBooks,
  place: string | undefined,
  wishes: Wishes,
): Promise<PasswordReport> {
  const at = place ?? (await theOnlyStick());
  if (isSignerFile(at)) return ofFile(books, at, wishes);
  const stick = await takeStick(at, 'password change');
  try {
    const row = await rowOfStick(books, stick);
    if (row.role === '')
      throw new SignetError('SIGNER_FAULT', `The stick at ${at} is no module: ${row.reason}.`, { place: at });
    const subject = `${row.role} ${row.serialNumber}, ${row.name}`;
    const newCount = row.passwordScheme === 'two-persons' ? 2 : 1;
    const change = (oldPasswords: Parameters<typeof changePassword>[1]['oldPasswords']) =>
      withPasswords(wishes, { purpose: 'new', subject, count: newCount }, async (newPasswords) => {
        const { policy } = books;
        const options = { now: () => new Date(), random, book: policy, delays: policy };
        const changed = await changePassword(stick.lease, { oldPasswords, newPasswords }, options);
        if (!changed.ok) throw passwordChangeFailureAsError(changed.failure);
        return changed.value.recovered;
      });
    const recovered =
      row.passwordScheme === 'open'
        ? await change([])
        : await withPasswords(wishes, { purpose: 'current', subject, count: newCount }, change);
    return { place: at, serialNumber: row.serialNumber, name: row.name, recovered };
  } finally {
    await stick.close();
  }
}

async function ofFile(books: SignerBooks, path: string, wishes: Wishes): Promise<PasswordReport> {
  const bytes = readBytes(path, 'key file');
  const root = readRootFile(bytes);
  if (root !== undefined) {
    await changeRootPassword(path, wishes);
    return { place: path, serialNumber: '', name: root.facts.commonName, recovered: false };
  }
  const identity = hostSignerOf(books, bytes)?.identity;
  if (identity === undefined) throw invalid(`${path} is no key file.`);
  if (identity.kind === 'pkcs11') throw invalid("The PIN of a token is changed by the token's own tools.");
  const count = identity.passwordScheme === 'two-persons' ? 2 : 1;
  const subject = `signer ${toHex(identity.serialNumber)}, ${identity.name}`;
  await withPasswords(wishes, { purpose: 'current', subject, count }, (oldPasswords) =>
    withPasswords(wishes, { purpose: 'new', subject, count }, (newPasswords) =>
      changeFilePassword(path, oldPasswords, newPasswords),
    ),
  );
  return { place: path, serialNumber: toHex(identity.serialNumber), name: identity.name, recovered: false };
}

export interface ExportReport {
  readonly serialNumber: string;
  readonly name: string;
  readonly files: readonly string[];
}

/** Writes the files of a signer for the line and for firmware, as its set-up did. Needs no password. Throws SignetError. */
export async function exportSigner(
  books: SignerBooks,
  wish: { readonly place: string | undefined; readonly out: string; readonly requireThisSigner: boolean },
): Promise<ExportReport> {
  const identity = await identityAt(books, wish.place ?? (await theOnlyStick()));
  if (identity.isRoot)
    throw invalid('A root has no certinfo: it does not sign for devices. `signet root export` writes its certificate.');
  const files = [
    ...signerFiles(identity, {
      rootCertificate: identity.rootCertificate,
      generator: softwareVersion,
      created: new Date(),
      requireThisSigner: wish.requireThisSigner,
    }),
    certificateFile('signer_certificate.pem', identity.certificate),
  ];
  refuseExisting(
    wish.out,
    files.map(({ name }) => name),
  );
  makeFolder(wish.out, 'STORAGE_FAILED', 'output folder');
  return {
    serialNumber: toHex(identity.serialNumber),
    name: identity.name,
    files: await keepOutput(wish.out, files, undefined),
  };
}

async function identityAt(books: SignerBooks, place: string): Promise<SignerIdentity> {
  if (isSignerFile(place)) {
    const identity = hostSignerOf(books, readBytes(place, 'key file'))?.identity;
    if (identity === undefined) throw invalid(`${place} is no key file and no description of a token.`);
    return identity;
  }
  const stick = await takeStick(place, 'export');
  try {
    const module = await probeStick(books, stick);
    await module.lock();
    const { identity, state, reason } = module;
    if (identity === undefined)
      throw new SignetError(
        'SIGNER_FAULT',
        `The stick at ${place} is no usable module: ${reason === undefined ? state : inEnglish(reason)}.`,
        { place },
      );
    return identity;
  } finally {
    await stick.close();
  }
}

export interface LockReport {
  /** A program runs on the data folder. */
  readonly running: boolean;
  readonly locked: readonly string[];
  readonly signers: readonly SignerRow[];
}

/**
 * Locks signers now: the program that runs on the data folder forgets their keys. A stick at a place that no program has is put to
 * sleep, which ends an authorisation that may be left in it.
 */
export async function lockSigners(
  books: SignerBooks,
  wish: { readonly serialNumber: string | undefined; readonly place: string | undefined },
): Promise<LockReport> {
  if (wish.place !== undefined) {
    const stick = await takeStick(wish.place, 'lock');
    try {
      const row = await rowOfStick(books, stick);
      return { running: false, locked: [row.serialNumber], signers: [row] };
    } finally {
      await stick.close();
    }
  }
  const serialNumber = wish.serialNumber?.replace(/[\s:]/g, '').toUpperCase() ?? null;
  if (serialNumber !== null && !/^[0-9A-F]{18}$/.test(serialNumber))
    throw invalid(`"${wish.serialNumber}" is no serial number: 9 bytes of hex.`);
  const answer = await askSignerControl(books.folder, { do: 'lock', serialNumber });
  if (answer === undefined) return { running: false, locked: [], signers: [] };
  if (serialNumber !== null && answer.signers.length === 0)
    throw new SignetError('SIGNER_REMOVED', `The module ${serialNumber} is not there.`, { serialNumber });
  return { running: true, locked: answer.locked, signers: answer.signers };
}

/**
 * Takes a signer over that works for another data folder of this computer. What that one issued is unknown here: chips that have a
 * certificate there would get a second one. Throws SignetError.
 */
export async function takeSignerOver(
  books: SignerBooks,
  wish: { readonly serialNumber: string; readonly claimsFolder: string },
  wishes: Wishes,
): Promise<string> {
  const serialNumber = wish.serialNumber.replace(/[\s:]/g, '').toUpperCase();
  if (!/^[0-9A-F]{18}$/.test(serialNumber))
    throw invalid(`"${wish.serialNumber}" is no serial number: 9 bytes of hex.`);
  await wishes.confirm({
    subject: `Signer ${serialNumber} will work for the data folder ${books.folder}`,
    token: serialNumber.slice(-4),
    steps: [
      'The folder that it worked for does not get it back by itself.',
      'Certificates that were issued there are unknown here: their chips could get a second one.',
    ],
  });
  const claims = openSignerClaims(books.folder, wish.claimsFolder, (reason) => {
    throw new SignetError('DATA_DIR', `The claims cannot be written: ${reason}.`, { path: wish.claimsFolder });
  });
  await claims?.takeOver(serialNumber);
  return serialNumber;
}
