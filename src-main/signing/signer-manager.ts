import { toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import { fail, type Result } from '../../src-shared/base/result.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import { type Reason, reason } from '../../src-shared/model/reasons.ts';
import type { KitEntry, KitLease, KitOwner, KitRegistry, RegistryEvent, TakeFailure } from '../device/index.ts';
import {
  changePassword,
  type PasswordChange,
  type PasswordChangeBook,
  type PasswordChanged,
  type PasswordChangeFailure,
  setLabel,
} from './change-password.ts';
import { ChipSigner } from './chip-signer.ts';
import type { SignerClaims } from './claims.ts';
import type { DefinitionSource } from './definitions.ts';
import type { SignerIdentityBook } from './identity-book.ts';
import type { DelayBook } from './password-delay.ts';
import type { ReissueIdentity, SignerPool } from './pool.ts';
import type { Activity } from './ports.ts';
import type { SetUpNotes } from './setup-request.ts';
import { signerLine } from './signer-lines.ts';
import type { SignerIdentity, SignerModule, SignerState, UnlockFailure } from './signer-module.ts';
import { signerName } from './signer-probe.ts';

export interface SignerManagerOptions {
  readonly registry: KitRegistry;
  readonly definitions: DefinitionSource;
  /** Whether the station trusts this root (64 bytes X‖Y). */
  readonly trustsRoot: (publicKey: Uint8Array) => boolean;
  readonly now: () => Date;
  readonly random: (length: number) => Uint8Array;
  readonly delays: DelayBook;
  readonly activity: Activity;
  readonly identities: SignerIdentityBook;
  readonly setUpNotes: Pick<SetUpNotes, 'setUpNote'>;
  /** Notes of password changes; needed to change passwords, and to finish a change that broke off. */
  readonly passwordChanges?: PasswordChangeBook;
  /** Where there is no such book: whether a change was begun, to be shown only. */
  readonly passwordChangeBegun?: (signer: string) => boolean;
  /** Which installation a signer belongs to on this machine; nobody is asked when absent. */
  readonly claims?: SignerClaims;
}

/** A module as screens and the command line show it. */
export interface ManagedSigner {
  /** Of the kit it is behind; undefined for key files and tokens. */
  readonly kitId: number | undefined;
  /** Where it is plugged in, or the file's or token's name. */
  readonly place: string;
  readonly module: SignerModule;
  /** Waits for a person to type its password. */
  readonly waitsForPassword: boolean;
  /** Its password was being changed when the program or power went away: if the old one is refused, the new one counts. */
  readonly passwordChangeBegun: boolean;
}

interface Managed {
  readonly module: SignerModule;
  readonly place: string;
  readonly kitId: number | undefined;
  readonly lease: KitLease | undefined;
  /** Called when the module is dropped. */
  readonly drop: () => void;
  lastState: SignerState;
  named: string;
}

/**
 * All signers of a server: sticks as they come and go, key files and tokens as they are added. It takes those kits that may not be
 * sites (signer and root sticks, HID sticks, chips with a record; signer-and-server.md 1.2), probes them, asks for passwords by
 * its list, and forgets keys with the stick.
 */
export class SignerManager implements SignerPool {
  readonly #options: SignerManagerOptions;
  readonly #managed = new Set<Managed>();
  /** Kits lent to a set-up or tool; not taken back before it releases them. */
  readonly #lent = new Set<number>();
  readonly #listeners = new Set<() => void>();
  readonly #probes = new Set<Promise<void>>();
  #unsubscribe: (() => void) | undefined;
  #givingBack: number | undefined;

  constructor(options: SignerManagerOptions) {
    this.#options = options;
  }

  /** Begins to take kits. */
  start(): void {
    if (this.#unsubscribe !== undefined) return;
    this.#options.activity.info('Signer Manager started.');
    this.#unsubscribe = this.#options.registry.onEvent((event) => this.#onEvent(event));
    for (const kit of this.#options.registry.kits()) this.#consider(kit);
  }

  /** Forgets all keys and gives the kits back. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    await this.lockAll();
    for (const managed of [...this.#managed]) {
      this.#managed.delete(managed);
      managed.drop();
      managed.lease?.release();
    }
    this.#changed();
  }

  /** Resolves when no probe is under way. */
  async settled(): Promise<void> {
    while (this.#probes.size > 0) await Promise.all(this.#probes);
  }

  modules(): readonly SignerModule[] {
    return [...this.#managed].map(({ module }) => module);
  }

  list(): readonly ManagedSigner[] {
    return [...this.#managed].map(({ module, place, kitId }) => ({
      kitId,
      place,
      module,
      waitsForPassword: module.state === 'PASSWORD_REQUIRED' && module.identity?.isRoot === false,
      passwordChangeBegun: module.identity !== undefined && this.#changeBegun(toHex(module.identity.serialNumber)),
    }));
  }

  definitionsFor(signerSerialNumber: string, definitionDigest: string): ReissueIdentity | undefined {
    return this.#options.identities.identity(signerSerialNumber, definitionDigest);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The module with this serial number (18 hex digits). */
  module(serialNumber: string): SignerModule | undefined {
    return this.#find(serialNumber)?.module;
  }

  /** Proves the password of a module. The secrets are wiped, whatever comes of it. */
  async unlock(serialNumber: string, passwords: readonly Secret[]): Promise<Result<undefined, UnlockFailure>> {
    try {
      const managed = this.#find(serialNumber);
      if (managed === undefined) return fail({ kind: 'removed' });
      const result = await managed.module.unlock(passwords);
      if (!result.ok && result.failure.kind === 'wrong-password') {
        const { delayMs } = result.failure;
        const wait = delayMs > 0 ? ` Next try in ${Math.ceil(delayMs / 1000)} s.` : '';
        this.#options.activity.warning(`${managed.named} password refused.${wait}`);
      }
      return result;
    } finally {
      for (const password of passwords) password.wipe();
    }
  }

  /** Forgets the keys of one module. */
  async lock(serialNumber: string): Promise<void> {
    await this.#find(serialNumber)?.module.lock();
  }

  /** Forgets the keys of all modules. */
  async lockAll(): Promise<void> {
    await Promise.all(this.modules().map((module) => module.lock()));
  }

  /** Adds a signer that is no kit: a key file or a token. Gives a function that takes it away again. */
  add(module: SignerModule, place: string): () => void {
    const { identity } = module;
    // Kept like a stick's: its certificates can be issued again while it is away.
    if (identity !== undefined && module.state !== 'FAULT')
      this.#inBackground(place, this.#options.identities.remember(identity));
    return this.#manage(module, place, undefined, () => {
      module.lock().catch(() => undefined);
    });
  }

  /**
   * Lends a kit to a set-up, a password change or a tool: its module is dropped and its keys forgotten. The manager takes the kit
   * back by itself when the lease is released.
   */
  async borrow(kitId: number, owner: KitOwner): Promise<Result<KitLease, TakeFailure>> {
    const managed = [...this.#managed].find((each) => each.kitId === kitId);
    await managed?.module.lock();
    managed?.drop();
    if (managed !== undefined) this.#giveBack(managed);
    const taken = this.#options.registry.take(kitId, owner);
    if (taken.ok) this.#lent.add(kitId);
    this.#changed();
    return taken;
  }

  /**
   * Changes the password of a stick (signer-and-server.md 6.8); it is locked afterwards. The secrets are wiped, whatever comes of
   * it. After `device` the same call with the same passwords finishes the change.
   */
  async changePassword(
    kitId: number,
    change: PasswordChange,
  ): Promise<Result<PasswordChanged, PasswordChangeFailure | TakeFailure>> {
    const { passwordChanges, now, random, delays } = this.#options;
    if (passwordChanges === undefined) throw new SignetError('INTERNAL', 'there is no book for password changes');
    try {
      return await this.#withKit(kitId, 'password change', (lease) =>
        changePassword(lease, change, { book: passwordChanges, now, random, delays }),
      );
    } finally {
      for (const secret of [...change.oldPasswords, ...change.newPasswords]) secret.wipe();
    }
  }

  /** Writes the free label of a stick; it is locked afterwards. */
  setLabel(kitId: number, label: string): Promise<Result<undefined, PasswordChangeFailure | TakeFailure>> {
    return this.#withKit(kitId, 'label', (lease) => setLabel(lease, label));
  }

  async #withKit<T, F>(
    kitId: number,
    name: string,
    work: (lease: KitLease) => Promise<Result<T, F>>,
  ): Promise<Result<T, F | TakeFailure>> {
    const lent = await this.borrow(kitId, { role: 'tool', name });
    if (!lent.ok) return lent;
    try {
      return await work(lent.value);
    } finally {
      lent.value.release();
      await this.settled();
    }
  }

  /** Looks at a kit again from the beginning, as if it had been plugged in now. */
  async lookAgain(kitId: number): Promise<void> {
    await this.#withKit(kitId, 'new look', (lease) => lease.look());
  }

  #changeBegun(serialNumber: string): boolean {
    const { passwordChanges, passwordChangeBegun } = this.#options;
    return passwordChanges?.passwordChangeBegun(serialNumber) ?? passwordChangeBegun?.(serialNumber) ?? false;
  }

  /** Releases the kit without taking it again at once, as any other release would make us do. */
  #giveBack(managed: Managed): void {
    const before = this.#givingBack;
    this.#givingBack = managed.kitId;
    managed.lease?.release();
    this.#givingBack = before;
  }

  #find(serialNumber: string): Managed | undefined {
    const named = [...this.#managed].filter(
      ({ module }) => module.identity !== undefined && toHex(module.identity.serialNumber) === serialNumber,
    );
    return named.find(({ module }) => module.state !== 'FAULT') ?? named[0];
  }

  #onEvent(event: RegistryEvent): void {
    const { kit } = event;
    if (event.kind === 'removed') {
      this.#lent.delete(kit.id);
      for (const managed of [...this.#managed]) {
        if (managed.kitId === kit.id) managed.drop();
      }
      return;
    }
    if (kit.id === this.#givingBack) return;
    if (event.kind === 'released') this.#lent.delete(kit.id);
    if (event.kind !== 'taken') this.#consider(kit);
  }

  #consider(kit: KitEntry): void {
    const { registry } = this.#options;
    if (kit.owner !== undefined || kit.kitClass === 'plain' || registry.mayBeSite(kit) || this.#lent.has(kit.id))
      return;
    if ([...this.#managed].some(({ kitId }) => kitId === kit.id)) return;
    const taken = registry.take(kit.id, { role: 'signer-module', name: `signer module at ${kit.channel.path}` });
    if (!taken.ok) return;
    const lease = taken.value;
    const module = new ChipSigner(lease, {
      definitions: this.#options.definitions,
      trustsRoot: this.#options.trustsRoot,
      now: this.#options.now,
      random: this.#options.random,
      delays: this.#options.delays,
      ...(this.#options.passwordChanges === undefined ? {} : { passwordChanges: this.#options.passwordChanges }),
      admit: (identity) => this.#admit(module, identity),
    });
    this.#manage(module, kit.channel.path, lease, () => module.removed());
    this.#inBackground(kit.channel.path, module.probe());
  }

  #inBackground(place: string, work: Promise<void>): void {
    const probe = work
      .catch((thrown: unknown) => {
        this.#options.activity.error(`Signer module at ${place} could not be probed: ${asSignetError(thrown).message}`);
      })
      .finally(() => this.#probes.delete(probe));
    this.#probes.add(probe);
  }

  /** Why a module that is in order is not used all the same; undefined = it is. */
  async #admit(module: SignerModule, identity: SignerIdentity): Promise<Reason | undefined> {
    const serialNumber = toHex(identity.serialNumber);
    for (const other of this.modules()) {
      // Of two with one serial number the first that was plugged in counts.
      if (other === module) break;
      if (
        other.state !== 'ABSENT' &&
        other.identity !== undefined &&
        toHex(other.identity.serialNumber) === serialNumber
      ) {
        return reason('signer-twice');
      }
    }
    if (this.#options.setUpNotes.setUpNote(serialNumber) !== undefined) return reason('signer-unfinished');
    if (identity.isRoot) return undefined;
    const owner = await this.#options.claims?.claim(serialNumber);
    if (owner !== undefined && owner !== 'ours') {
      return reason('signer-elsewhere', { owner });
    }
    await this.#options.identities.remember(identity);
    return undefined;
  }

  #manage(module: SignerModule, place: string, lease: KitLease | undefined, drop: () => void): () => void {
    const managed: Managed = {
      module,
      place,
      kitId: lease?.kitId,
      lease,
      lastState: 'ABSENT',
      named: `Signer module at ${place}`,
      drop: () => {
        drop();
        stop();
        this.#report(managed);
        this.#managed.delete(managed);
        this.#changed();
      },
    };
    this.#managed.add(managed);
    const stop = module.onChange(() => {
      this.#report(managed);
      // A stick that vanished in the middle of a signature is gone before the registry hears of it.
      if (module.state === 'ABSENT') {
        stop();
        this.#managed.delete(managed);
        this.#giveBack(managed);
      }
      this.#changed();
    });
    this.#report(managed);
    this.#changed();
    return () => managed.drop();
  }

  /** A line when a module's state changed. */
  #report(managed: Managed): void {
    const { module, lastState } = managed;
    const { state, identity } = module;
    if (identity !== undefined) managed.named = `${identity.isRoot ? 'Root' : 'Signer'} (${signerName(identity)})`;
    if (state === lastState) return;
    // A module that may turn out to need no password says nothing before that is known.
    if (
      state === 'PASSWORD_REQUIRED' &&
      identity?.passwordScheme === 'open' &&
      !identity.isRoot &&
      lastState !== 'READY'
    )
      return;
    managed.lastState = state;
    const line = signerLine(managed.named, module, lastState);
    if (line !== undefined) this.#options.activity[line.level](line.text);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
