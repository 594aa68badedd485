import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { dataAddress } from '../../src-shared/atecc/address.ts';
import { toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { decodeCertificate, oids, type ProfileName, profileDefaults } from '../../src-shared/certificates/index.ts';
import type { CallOutput, EventValue, ParsedInput } from '../../src-shared/ipc/contract.ts';
import type { SetUpStep as ShownStep } from '../../src-shared/ipc/lists.ts';
import {
  type BlockWrite,
  failureAsError,
  type KitLease,
  type KitRegistry,
  takeFailureAsError,
  writeBlocks,
} from '../device/index.ts';
import { diskFiles, type Records } from '../records/index.ts';
import { asd1Slots } from '../signing/asd1/layout.ts';
import { keyFingerprint } from '../signing/ceremony.ts';
import type { RootAuthority } from '../signing/root.ts';
import { setUpModule } from '../signing/setup.ts';
import type { OutputFile } from '../signing/setup-files.ts';
import { type RootSetUp, type SetUpOutcome, type SignerSetUp, setUpFailureAsError } from '../signing/setup-request.ts';
import type { SetUpProgress, SetUpStep } from '../signing/setup-steps.ts';
import type { SignerManager } from '../signing/signer-manager.ts';
import type { SignerIdentity, SignerModule } from '../signing/signer-module.ts';
import { secretsOf, unlockError } from './signer-desk.ts';
import type { TrustedRoots } from './trusted-roots.ts';
import { softwareVersion } from './version.ts';

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

const profiles: Readonly<Record<ParsedInput<'signers.setUp'>['profile'], ProfileName>> = {
  2015: 'atmel-2015',
  'zero-touch': 'zero-touch',
  tng: 'tng',
};

/** Steps as screens show them; the first and last of a pair begin and end it. */
const shownSteps: Readonly<
  Record<SetUpStep, { readonly step: ShownStep; readonly begins: boolean; readonly ends: boolean } | undefined>
> = {
  look: undefined,
  configure: { step: 'config', begins: true, ends: true },
  'lock-configuration': { step: 'lock-config', begins: true, ends: true },
  fill: { step: 'fill', begins: true, ends: true },
  'make-key': { step: 'key-and-lock-data', begins: true, ends: false },
  'lock-data': { step: 'key-and-lock-data', begins: false, ends: true },
  'read-back': { step: 'compare', begins: true, ends: true },
  prove: { step: 'prove-key', begins: true, ends: true },
  certify: { step: 'certificate', begins: true, ends: false },
  'write-certificate': { step: 'certificate', begins: false, ends: true },
  'lock-slots': { step: 'lock-slots', begins: true, ends: true },
  test: { step: 'prove-password', begins: true, ends: true },
  finish: { step: 'files', begins: true, ends: true },
};

/** Making and changing of signer and root modules, for screens (signer-and-server.md 6.5, 6.8). */
export class SignerWorkshop {
  readonly #o: SignerWorkshopOptions;

  constructor(options: SignerWorkshopOptions) {
    this.#o = options;
  }

  /** Root sticks that are plugged in, and root files of this station. */
  listRoots(): CallOutput<'signers.roots'> {
    return this.#rootModules().map(({ identity }) => ({
      id: `chip:${toHex(identity.serialNumber)}`,
      kind: 'chip' as const,
      name: identity.name,
      notAfter: identity.notAfter.toISOString(),
    }));
  }

  /** The label in slot 9: free text that anybody with the stick can change. */
  async rename(serialNumber: string, label: string): Promise<void> {
    const bytes = utf8(label);
    if (bytes.length > 72) throw new SignetError('OPTION_INVALID', 'A label has at most 72 bytes.');
    const kit = this.#o.manager.list().find(({ module }) => hasSerial(module, serialNumber));
    if (kit?.kitId === undefined)
      throw new SignetError('SIGNER_REMOVED', `The module ${serialNumber} is not plugged in.`, { serialNumber });
    await this.#withKit(kit.kitId, 'renaming', async (lease) => {
      const chip = lease.entry.chips[0];
      if (chip === undefined) throw new SignetError('NO_CHIP', 'No chip answers on this stick.');
      const content = new Uint8Array(96);
      content.set(bytes);
      const blocks: BlockWrite[] = [0, 1, 2].map((block) => ({
        address: dataAddress(asd1Slots.label, block),
        bytes: content.slice(32 * block, 32 * block + 32),
      }));
      const written = await writeBlocks(lease.chip(chip.address), chip.serialNumber, blocks);
      if (!written.ok) throw failureAsError(written.failure);
    });
  }

  changePassword(input: ParsedInput<'signers.changePassword'>): Promise<void> {
    throw new SignetError('NOT_NOW', `The password of ${input.serialNumber} cannot be changed here.`);
  }

  async createRoot(input: ParsedInput<'signers.createRoot'>): Promise<CallOutput<'signers.createRoot'>> {
    if (input.kind === 'file') throw new SignetError('NOT_NOW', 'Root files cannot be made here.');
    const passwords = secretsOf(input.passwords);
    const request: RootSetUp = {
      kind: 'root',
      organization: input.organisation,
      commonName: input.commonName,
      chainId: 0,
      years: input.years,
      serialPolicy: 'random',
      label: '',
    };
    const made = await this.#setUp(input.kit, request, passwords);
    const { identity } = made;
    this.#o.roots.add(identity.publicKey);
    const record = await this.#keep(made, 'root');
    return { record, publicKey: toHex(identity.publicKey), fingerprint: keyFingerprint(identity.publicKey) };
  }

  async setUp(input: ParsedInput<'signers.setUp'>): Promise<CallOutput<'signers.setUp'>> {
    const rootPasswords = secretsOf(input.rootPasswords);
    const passwords = secretsOf(input.passwords);
    const root = await this.#openRoot(input.root, rootPasswords);
    try {
      const profile = profiles[input.profile];
      const request: SignerSetUp = {
        kind: 'signer',
        root,
        signerId: input.signerId,
        parameters: {
          ...profileDefaults(profile),
          organization: input.organisation,
          rootCommonName: root.facts.commonName,
          signerCommonNamePrefix: input.name,
          deviceCommonName: input.deviceName,
          chainId: input.chainId,
          signerExpireYears: input.signerYears,
          deviceExpireYears: input.deviceYears,
        },
        definitions: { profile },
        label: '',
      };
      const made = await this.#setUp(input.kit, request, passwords);
      this.#o.roots.add(made.identity.rootPublicKey);
      await this.#keep(made, 'signer');
      return {
        serialNumber: toHex(made.identity.serialNumber),
        files: made.files.map((file) => join(this.#folder(made.identity), file.name)),
        signatureWindowMs: Math.round(made.ceremony.openWindowMs ?? 0),
      };
    } finally {
      await root.close();
    }
  }

  async #setUp(kitPath: string, request: SignerSetUp | RootSetUp, passwords: readonly Secret[]): Promise<SetUpOutcome> {
    const kit = this.#o.registry.kits().find(({ channel }) => channel.path === kitPath);
    if (kit === undefined) {
      for (const password of passwords) password.wipe();
      throw new SignetError('KIT_LOST', `There is no stick at ${kitPath}.`, { path: kitPath });
    }
    try {
      return await this.#withKit(kit.id, 'set-up', async (lease) => {
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
          software: { name: 'signet', version: softwareVersion, digest: '' },
        });
        if (!made.ok) throw setUpFailureAsError(made.failure);
        return made.value;
      });
    } finally {
      for (const password of passwords) password.wipe();
    }
  }

  #tell({ step, status }: SetUpProgress): void {
    const shown = shownSteps[step];
    if (shown === undefined) return;
    if (status === 'start' && shown.begins) this.#o.progress({ step: shown.step, status: 'running' });
    if (status === 'done' && shown.ends) this.#o.progress({ step: shown.step, status: 'done' });
    if (status === 'skipped' && shown.ends) this.#o.progress({ step: shown.step, status: 'skipped' });
  }

  /** Files of a module and its ceremony record below the data folder, durable before anybody is told. */
  async #keep(made: SetUpOutcome, kind: 'root' | 'signer'): Promise<string> {
    const folder = this.#folder(made.identity);
    const ceremony: OutputFile = {
      name: `ceremony-${kind}.json`,
      bytes: utf8(`${JSON.stringify(made.ceremony, undefined, 2)}\n`),
    };
    for (const file of [...made.files, ceremony]) {
      const path = join(folder, file.name);
      mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
      await diskFiles.replace(path, file.bytes);
    }
    this.#o.records.activity.info(`The files of ${made.identity.name} are in ${folder}.`);
    return join(folder, ceremony.name);
  }

  #folder(identity: SignerIdentity): string {
    return join(this.#o.records.folder.path, 'modules', toHex(identity.serialNumber));
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

  #rootModules(): { readonly module: SignerModule; readonly identity: SignerIdentity }[] {
    return this.#o.manager
      .modules()
      .flatMap((module) =>
        module.identity?.isRoot === true && module.state !== 'FAULT' && module.state !== 'ABSENT'
          ? [{ module, identity: module.identity }]
          : [],
      );
  }

  async #openRoot(id: string, passwords: readonly Secret[]): Promise<RootAuthority> {
    const found = this.#rootModules().find(({ identity }) => `chip:${toHex(identity.serialNumber)}` === id);
    if (found === undefined) {
      for (const password of passwords) password.wipe();
      throw new SignetError('NO_MATCHING_SIGNER', 'This root is not there.', { root: id });
    }
    const { module, identity } = found;
    if (module.state !== 'READY') {
      const unlocked = await this.#o.manager.unlock(toHex(identity.serialNumber), passwords);
      if (!unlocked.ok) throw unlockError(unlocked.failure);
    } else for (const password of passwords) password.wipe();
    return chipRoot(module, identity);
  }
}

/** A root stick whose password was proven, as what signs signer certificates. */
function chipRoot(module: SignerModule, identity: SignerIdentity): RootAuthority {
  const decoded = decodeCertificate(identity.certificate);
  const attribute = (oid: string): string =>
    (decoded.ok ? decoded.value.subject.attributes.find((each) => each.oid === oid)?.value : undefined) ?? '';
  return {
    kind: 'chip',
    facts: {
      organization: attribute(oids.organization),
      commonName: attribute(oids.commonName),
      publicKey: identity.publicKey,
      certificate: identity.certificate,
      compressedCertificate: identity.compressedCertificate,
      notBefore: identity.notBefore,
      notAfter: identity.notAfter,
    },
    signSigner: (tbs) => module.sign(tbs, () => Promise.resolve()),
    close: () => module.lock(),
  };
}

function hasSerial(module: SignerModule, serialNumber: string): boolean {
  return module.identity !== undefined && toHex(module.identity.serialNumber) === serialNumber;
}
