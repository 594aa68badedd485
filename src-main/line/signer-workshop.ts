import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import type { CallOutput, EventValue, ParsedInput } from '../../src-shared/ipc/contract.ts';
import type { SetUpStep as ShownStep } from '../../src-shared/ipc/lists.ts';
import { type KitLease, type KitRegistry, takeFailureAsError } from '../device/index.ts';
import { diskFiles, type Records } from '../records/index.ts';
import { type CeremonyRecord, ceremonyText, keyFingerprint } from '../signing/ceremony.ts';
import { changePassword, passwordChangeFailureAsError, setLabel } from '../signing/change-password.ts';
import { writeOwnerOnly } from '../signing/owner-only-file.ts';
import type { RootAuthority, RootFacts } from '../signing/root.ts';
import { createRootFile, type OpenRootFailure, openRootFile, readRootFile } from '../signing/root-file.ts';
import { probeRootStick, rootStickFailureAsError } from '../signing/root-stick.ts';
import { setUpModule } from '../signing/setup.ts';
import type { OutputFile } from '../signing/setup-files.ts';
import { type RootSetUp, type SetUpOutcome, type SignerSetUp, setUpFailureAsError } from '../signing/setup-request.ts';
import type { SetUpProgress, SetUpStep } from '../signing/setup-steps.ts';
import type { ManagedSigner, SignerManager } from '../signing/signer-manager.ts';
import type { SignerModule } from '../signing/signer-module.ts';
import { thisSoftware } from './program-digest.ts';
import { optionInvalid, type SignerForm, type SignerLayout, signerLayout } from './signer-definitions.ts';
import { secretsOf, unlockError } from './signer-desk.ts';
import { changeFilePassword } from './signers/file-password.ts';
import type { TrustedRoots } from './trusted-roots.ts';

export interface SignerWorkshopOptions {
  readonly manager: SignerManager;
  readonly registry: KitRegistry;
  readonly records: Records;
  readonly roots: TrustedRoots;
  readonly minimumPassword: () => number;
  /** Who is there, for the ceremony record. */
  readonly persons: () => readonly string[];
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
  readonly progress: (progress: EventValue<'setUp'>) => void;
}

const keyFileName = 'root-key.json';

interface Shown {
  readonly step: ShownStep;
  readonly begins: boolean;
  readonly ends: boolean;
}

const whole = (step: ShownStep): Shown => ({ step, begins: true, ends: true });

/** Steps as screens show them; of a pair the first begins and the last ends it. */
const shownSteps: Readonly<Record<SetUpStep, Shown | undefined>> = {
  look: undefined,
  configure: whole('config'),
  'lock-configuration': whole('lock-config'),
  fill: whole('fill'),
  'make-key': { step: 'key-and-lock-data', begins: true, ends: false },
  'lock-data': { step: 'key-and-lock-data', begins: false, ends: true },
  'read-back': whole('compare'),
  prove: whole('prove-key'),
  certify: { step: 'certificate', begins: true, ends: false },
  'write-certificate': { step: 'certificate', begins: false, ends: true },
  'lock-slots': whole('lock-slots'),
  test: whole('prove-password'),
  finish: whole('files'),
};

/** Making and changing of signer and root modules, for screens (signer-and-server.md 6.5, 6.8). */
export class SignerWorkshop {
  readonly #o: SignerWorkshopOptions;

  constructor(options: SignerWorkshopOptions) {
    this.#o = options;
  }

  /** Root sticks that are plugged in, and root files of this station. */
  listRoots(): CallOutput<'signers.roots'> {
    const sticks = this.#o.manager.list().flatMap(({ module: { identity } }) => {
      if (identity?.isRoot !== true) return [];
      const { name, notAfter, passwordScheme, serialNumber } = identity;
      return [
        {
          id: `chip:${toHex(serialNumber)}`,
          kind: 'chip' as const,
          name,
          notAfter: notAfter.toISOString(),
          passwords: passwordScheme === 'open' ? 0 : passwordScheme === 'one' ? 1 : 2,
        },
      ];
    });
    const files = this.#rootFiles().map(({ name, facts, passwords }) => ({
      id: `file:${name}`,
      kind: 'file' as const,
      name: facts.commonName,
      notAfter: facts.notAfter.toISOString(),
      passwords,
    }));
    return [...sticks, ...files];
  }

  /** The label in slot 9: free text that anybody with the stick can change. */
  async rename(serialNumber: string, label: string): Promise<void> {
    if (this.#module(serialNumber)?.can.label === false)
      throw new SignetError('OPTION_INVALID', 'This signer has no place for a label.', { serialNumber });
    await this.#withModule(serialNumber, 'renaming', async (lease) => {
      const written = await setLabel(lease, label);
      if (!written.ok) throw passwordChangeFailureAsError(written.failure);
    });
  }

  /** Throws PASSWORD_WRONG, PASSWORD_DELAY (delayMs), PASSWORD_POLICY. The module asks for its new password afterwards. */
  async changePassword(input: ParsedInput<'signers.changePassword'>): Promise<void> {
    const { records, now, random, minimumPassword } = this.#o;
    const { policy } = records;
    const oldPasswords = secretsOf(input.oldPasswords);
    const newPasswords = secretsOf(input.newPasswords);
    try {
      const file = this.#fileOf(input.serialNumber);
      if (file !== undefined) return await changeFilePassword(file, oldPasswords, newPasswords, minimumPassword());
      await this.#withModule(input.serialNumber, 'password change', async (lease) => {
        const changed = await changePassword(
          lease,
          { oldPasswords, newPasswords },
          { now, random, book: policy, delays: policy, minimumPasswordCharacters: minimumPassword() },
        );
        if (changed.ok) return;
        const { code, message, details } = passwordChangeFailureAsError(changed.failure);
        const delayMs = 'delayMs' in changed.failure ? changed.failure.delayMs : 0;
        throw new SignetError(code, message, { ...details, delayMs });
      });
    } finally {
      wipe(oldPasswords, newPasswords);
    }
  }

  #module(serialNumber: string): SignerModule | undefined {
    return this.#managed(serialNumber)?.module;
  }

  #managed(serialNumber: string): ManagedSigner | undefined {
    return this.#o.manager
      .list()
      .find(({ module: { identity } }) => identity !== undefined && toHex(identity.serialNumber) === serialNumber);
  }

  /** The key file of a signer that is no stick; undefined for sticks. Throws OPTION_INVALID where the password is no business of ours. */
  #fileOf(serialNumber: string): string | undefined {
    const signer = this.#managed(serialNumber);
    if (signer?.module.can.password === false)
      throw new SignetError('OPTION_INVALID', "The PIN of a token is changed by the token's own tools.");
    return signer?.module.identity?.kind === 'file' ? signer.place : undefined;
  }

  async createRoot(input: ParsedInput<'signers.createRoot'>): Promise<CallOutput<'signers.createRoot'>> {
    const passwords = secretsOf(input.passwords);
    try {
      return input.kind === 'file'
        ? await this.#newRootFile(input, passwords)
        : await this.#newRootStick(input, passwords);
    } finally {
      wipe(passwords);
    }
  }

  async setUp(input: ParsedInput<'signers.setUp'>): Promise<CallOutput<'signers.setUp'>> {
    const rootPasswords = secretsOf(input.rootPasswords);
    const passwords = secretsOf(input.passwords);
    try {
      // What can be said without the root's key is said before its password is tried.
      const known = this.listRoots().find(({ id }) => id === input.root);
      if (known !== undefined) layoutOf(input, known.name);
      return await this.#withRoot(input.root, rootPasswords, async (root) => {
        const { parameters, definitions } = layoutOf(input, root.facts.commonName);
        const request: SignerSetUp = {
          kind: 'signer',
          root,
          signerId: input.signerId,
          parameters,
          definitions,
          label: '',
        };
        const { identity, files, ceremony } = await this.#make(input.kit, request, passwords);
        const serialNumber = toHex(identity.serialNumber);
        const folder = join(this.#o.records.folder.path, 'modules', serialNumber);
        await this.#keep(folder, files, ceremony);
        this.#o.roots.add(identity.rootPublicKey);
        return {
          serialNumber,
          files: files.map((file) => join(folder, file.name)),
          signatureWindowMs: Math.round(ceremony.openWindowMs ?? 0),
        };
      });
    } finally {
      wipe(rootPasswords, passwords);
    }
  }

  /** A root whose key is in an encrypted file: weaker than a stick, and its ceremony record says so. */
  async #newRootFile(
    input: ParsedInput<'signers.createRoot'>,
    passwords: readonly Secret[],
  ): Promise<CallOutput<'signers.createRoot'>> {
    const { facts, bytes, files, ceremony } = await createRootFile({
      organization: input.organisation,
      commonName: input.commonName,
      chainId: 0,
      years: input.years,
      serialPolicy: 'key-hash',
      now: this.#o.now(),
      random: this.#o.random,
      passwords,
      minimumPasswordCharacters: this.#o.minimumPassword(),
      persons: this.#o.persons(),
      software: thisSoftware(),
    });
    const folder = this.#rootFolder(facts.publicKey);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    await writeOwnerOnly(join(folder, keyFileName), bytes, { replace: false });
    return this.#rootMade(facts.publicKey, files, ceremony);
  }

  async #newRootStick(
    input: ParsedInput<'signers.createRoot'>,
    passwords: readonly Secret[],
  ): Promise<CallOutput<'signers.createRoot'>> {
    const request: RootSetUp = {
      kind: 'root',
      organization: input.organisation,
      commonName: input.commonName,
      chainId: 0,
      years: input.years,
      serialPolicy: 'key-hash',
      label: '',
    };
    const { identity, files, ceremony } = await this.#make(input.kit, request, passwords);
    return this.#rootMade(identity.publicKey, files, ceremony);
  }

  async #rootMade(
    publicKey: Uint8Array,
    files: readonly OutputFile[],
    ceremony: CeremonyRecord,
  ): Promise<CallOutput<'signers.createRoot'>> {
    const file = await this.#keep(this.#rootFolder(publicKey), files, ceremony);
    this.#o.roots.add(publicKey);
    return {
      record: ceremonyText(ceremony),
      file,
      publicKey: toHex(publicKey),
      fingerprint: keyFingerprint(publicKey),
    };
  }

  #make(kitPath: string, request: SignerSetUp | RootSetUp, passwords: readonly Secret[]): Promise<SetUpOutcome> {
    const kit = this.#o.registry.kits().find(({ channel }) => channel.path === kitPath);
    if (kit === undefined) throw new SignetError('KIT_LOST', `There is no stick at ${kitPath}.`, { path: kitPath });
    return this.#withKit(kit.id, 'set-up', async (lease) => {
      const made = await setUpModule(request, {
        lease,
        passwords,
        minimumPasswordCharacters: this.#o.minimumPassword(),
        now: this.#o.now,
        monotonic: () => performance.now(),
        random: this.#o.random,
        notes: this.#o.records.setUpNotes,
        definitionFiles: this.#o.records.definitions,
        progress: (progress) => this.#tell(progress),
        persons: this.#o.persons(),
        software: thisSoftware(),
      });
      if (!made.ok) throw setUpFailureAsError(made.failure);
      return made.value;
    });
  }

  #tell({ step, status }: SetUpProgress): void {
    const shown = shownSteps[step];
    if (shown === undefined) return;
    if (status === 'start' && shown.begins) this.#o.progress({ step: shown.step, status: 'running' });
    if (status === 'done' && shown.ends) this.#o.progress({ step: shown.step, status: 'done' });
    if (status === 'skipped' && shown.ends) this.#o.progress({ step: shown.step, status: 'skipped' });
  }

  /** Files and ceremony record, durable before anybody is told; gives the record's path. */
  async #keep(folder: string, files: readonly OutputFile[], ceremony: CeremonyRecord): Promise<string> {
    const record = join(folder, `ceremony-${ceremony.subject}.json`);
    const text = utf8(`${JSON.stringify(ceremony, undefined, 2)}\n`);
    for (const [path, bytes] of [
      ...files.map((file) => [join(folder, file.name), file.bytes] as const),
      [record, text] as const,
    ]) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
      await diskFiles.replace(path, bytes);
    }
    this.#o.records.activity.of('signers').info(`The files of ${ceremony.name} are in ${folder}.`);
    return record;
  }

  /** Roots of this station, a folder each. */
  get #rootsFolder(): string {
    return join(this.#o.records.folder.path, 'root-keys');
  }

  #rootFolder(publicKey: Uint8Array): string {
    return join(this.#rootsFolder, keyFingerprint(publicKey).slice(0, 16));
  }

  #rootFiles(): {
    readonly name: string;
    readonly bytes: Uint8Array;
    readonly facts: RootFacts;
    readonly passwords: number;
  }[] {
    if (!existsSync(this.#rootsFolder)) return [];
    return readdirSync(this.#rootsFolder)
      .sort()
      .flatMap((name) => {
        const path = join(this.#rootsFolder, name, keyFileName);
        if (!existsSync(path)) return [];
        const bytes = new Uint8Array(readFileSync(path));
        const read = readRootFile(bytes);
        if (read === undefined) return [];
        return [{ name, bytes, facts: read.facts, passwords: read.file.key.scheme === 'two-persons' ? 2 : 1 }];
      });
  }

  /** A root, open for the length of some work. */
  async #withRoot<T>(id: string, passwords: readonly Secret[], work: (root: RootAuthority) => Promise<T>): Promise<T> {
    if (id.startsWith('chip:'))
      return this.#withModule(id.slice(5), 'root', (lease) => this.#withStick(lease, passwords, work));
    const known = this.#rootFiles().find(({ name }) => `file:${name}` === id);
    if (known === undefined) throw new SignetError('NO_MATCHING_SIGNER', 'This root is not there.', { root: id });
    const opened = await openRootFile(known.bytes, passwords);
    if (!opened.ok) throw rootFileError(opened.failure);
    return closing(opened.value, work);
  }

  async #withStick<T>(
    lease: KitLease,
    passwords: readonly Secret[],
    work: (root: RootAuthority) => Promise<T>,
  ): Promise<T> {
    const { now, random, records } = this.#o;
    const { policy, setUpNotes } = records;
    const probed = await probeRootStick(lease, { now, random, delays: policy, setUpNotes });
    if (!probed.ok) throw rootStickFailureAsError(probed.failure);
    const unlocked = await probed.value.unlock(passwords);
    if (!unlocked.ok) throw unlockError(unlocked.failure);
    return closing(probed.value, work);
  }

  async #withModule<T>(serialNumber: string, what: string, work: (lease: KitLease) => Promise<T>): Promise<T> {
    const kit = this.#managed(serialNumber);
    if (kit?.kitId === undefined)
      throw new SignetError('SIGNER_REMOVED', `The module ${serialNumber} is not plugged in.`, { serialNumber });
    return this.#withKit(kit.kitId, what, work);
  }

  /** The kit for the length of some work; the manager takes it back and probes it again. */
  async #withKit<T>(kitId: number, what: string, work: (lease: KitLease) => Promise<T>): Promise<T> {
    const lent = await this.#o.manager.borrow(kitId, { role: 'set-up', name: what });
    if (!lent.ok) throw takeFailureAsError(lent.failure);
    try {
      return await work(lent.value);
    } finally {
      lent.value.release();
      await this.#o.manager.settled();
    }
  }
}

function layoutOf(form: SignerForm, rootName: string): SignerLayout {
  const layout = signerLayout(form, rootName);
  if (!layout.ok) throw optionInvalid(layout.failure);
  return layout.value;
}

async function closing<T>(root: RootAuthority, work: (root: RootAuthority) => Promise<T>): Promise<T> {
  try {
    return await work(root);
  } finally {
    await root.close();
  }
}

function wipe(...passwords: readonly (readonly Secret[])[]): void {
  for (const password of passwords.flat()) password.wipe();
}

/** The same in the words of the error list. */
export function rootFileError(failure: OpenRootFailure): SignetError {
  switch (failure.kind) {
    case 'wrong-password':
      return new SignetError('PASSWORD_WRONG', 'The password of the root is wrong.');
    case 'passwords-needed':
      return new SignetError('PASSWORD_WRONG', `The root wants ${failure.count} passwords.`, { count: failure.count });
    case 'not-a-root-file':
    case 'parameters':
      return new SignetError('FILE_INVALID', 'The key file of the root is damaged.');
  }
}
