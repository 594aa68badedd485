import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../../../src-shared/base/bytes.ts';
import { asSignetError } from '../../../src-shared/base/error.ts';
import { inEnglish, reason } from '../../../src-shared/model/reasons.ts';
import { keyFingerprint } from '../../signing/ceremony.ts';
import { ChipSigner } from '../../signing/chip-signer.ts';
import { openKeyFileSigner } from '../../signing/key-file-signer.ts';
import { openTokenSigner } from '../../signing/pkcs11-signer.ts';
import type { RootFacts } from '../../signing/root.ts';
import { readRootFacts } from '../../signing/root-elsewhere.ts';
import { readRootFile } from '../../signing/root-file.ts';
import type { SignerModule } from '../../signing/signer-module.ts';
import { readBytes } from '../files.ts';
import { isSignerFile } from '../host-signers.ts';
import { askSignerControl } from '../signer-control.ts';
import type { SignerBooks } from './books.ts';
import { emptyRow, identityFacts, type SignerRow } from './row.ts';
import { type StickInHand, sticksPluggedIn, takeStick } from './stick.ts';

/**
 * Signers and roots: at the places named, or all that can be found, which is HID sticks, files in `signers/` of the data folder, and what
 * a program has that runs on it. Whatever cannot be looked at is a row that says why; nothing is changed in any stick.
 */
export async function listSigners(books: SignerBooks, places: readonly string[]): Promise<readonly SignerRow[]> {
  const held = (await askSignerControl(books.folder, { do: 'list' }))?.signers ?? [];
  if (places.length > 0)
    return Promise.all(places.map((place) => held.find((row) => row.place === place) ?? rowAt(books, place)));
  const taken = new Set(held.map(({ place }) => place));
  const rows: SignerRow[] = [...held];
  for (const { place, foreign } of await sticksPluggedIn()) {
    if (taken.has(place)) continue;
    rows.push(foreign === '' ? await rowAt(books, place) : emptyRow({ place, state: 'FOREIGN', reason: foreign }));
  }
  for (const place of filesOf(books.folder)) if (!taken.has(place)) rows.push(await rowAt(books, place));
  return rows;
}

function filesOf(dataFolder: string): readonly string[] {
  const folder = join(dataFolder, 'signers');
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

async function rowAt(books: SignerBooks, place: string): Promise<SignerRow> {
  try {
    if (isSignerFile(place)) return rowOfFile(books, place);
    const stick = await takeStick(place, 'list');
    try {
      return await rowOfStick(books, stick);
    } finally {
      await stick.close();
    }
  } catch (thrown) {
    const { message } = asSignetError(thrown);
    return emptyRow({ place, state: 'ABSENT', reason: message.replace(/\.$/, '') });
  }
}

/** What a stick is, by all that its probe checks; it is left locked. */
export async function rowOfStick(books: SignerBooks, stick: StickInHand): Promise<SignerRow> {
  const [chip] = stick.entry.chips;
  const serialNumber = chip === undefined ? '' : toHex(chip.serialNumber);
  const module = await probeStick(books, stick);
  const { state, identity } = module;
  const row = emptyRow({
    place: stick.place,
    kit: stick.entry.identity.name.trim(),
    kind: chip === undefined ? '' : 'chip',
    // A module without a password opens itself; here nobody signs with it.
    state: state === 'READY' ? 'PASSWORD_REQUIRED' : state,
    reason: inEnglish(module.reason),
    serialNumber,
    ...(identity === undefined ? {} : identityFacts(identity)),
    changeBegun: books.policy.passwordChangeBegun(serialNumber),
  });
  await module.lock();
  return row;
}

/** The module of a stick, probed, in this installation's eyes. */
export async function probeStick(books: SignerBooks, stick: StickInHand): Promise<ChipSigner> {
  const module = new ChipSigner(stick.lease, {
    definitions: books.definitions,
    trustsRoot: books.trustsRoot,
    now: () => new Date(),
    random: (length) => new Uint8Array(randomBytes(length)),
    delays: books.policy,
    passwordChanges: books.policy,
    admit: async (identity) =>
      books.setUpNotes.setUpNote(toHex(identity.serialNumber)) === undefined ? undefined : reason('signer-unfinished'),
  });
  await module.probe();
  return module;
}

/** A signer whose key is in a file or token. Undefined when the file is neither. */
export function hostSignerOf(books: SignerBooks, bytes: Uint8Array): SignerModule | undefined {
  const options = { trustsRoot: books.trustsRoot, now: () => new Date(), delays: books.policy };
  const file = openKeyFileSigner(bytes, options);
  if (file.ok) return file.value;
  const token = openTokenSigner(bytes, options);
  return token.ok ? token.value.module : undefined;
}

function rowOfFile(books: SignerBooks, place: string): SignerRow {
  const bytes = readBytes(place, 'file');
  const module = hostSignerOf(books, bytes);
  if (module?.identity !== undefined)
    return emptyRow({
      place,
      state: module.state,
      reason: inEnglish(module.reason),
      ...identityFacts(module.identity),
    });
  const root = readRootFile(bytes);
  if (root !== undefined) {
    const scheme = root.file.key.scheme;
    return emptyRow({
      place,
      state: 'PASSWORD_REQUIRED',
      reason: '',
      kind: 'file',
      passwordScheme: scheme,
      ...rootFacts(root.facts),
    });
  }
  const elsewhere = readRootFacts(bytes);
  if (elsewhere !== undefined)
    return emptyRow({ place, state: 'ABSENT', reason: 'its key is kept elsewhere', ...rootFacts(elsewhere) });
  return emptyRow({ place, state: 'UNSUPPORTED', reason: 'it is neither a key file nor the description of a token' });
}

function rootFacts(facts: RootFacts): Partial<SignerRow> {
  const fingerprint = keyFingerprint(facts.publicKey);
  return {
    role: 'root',
    name: facts.commonName,
    notBefore: facts.notBefore.toISOString(),
    notAfter: facts.notAfter.toISOString(),
    publicKeyFingerprint: fingerprint,
    rootKeyFingerprint: fingerprint,
  };
}
