import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import type { ChannelDescription } from '../hal/byte-channel.ts';
import type { KitIdentity, Transport } from '../hal/transport.ts';
import { unknownChip } from './budget.ts';
import type { DeviceObserver } from './events.ts';
import type { DeviceFailure } from './failures.ts';
import { type ChipIdentity, identifyChip } from './identify.ts';
import { classifyKit, type KitClass } from './kit-class.ts';
import { Mutex } from './mutex.ts';
import { type ChipSession, openChipSession } from './sequence.ts';

/**
 * Every kit has one owner at a time, and a session number that goes up at each hand-over. Probing a new kit is done here
 * and nowhere else. Nothing here knows timers: time is asked of the clock when it matters.
 */

export type OwnerRole = 'site' | 'signer-module' | 'set-up' | 'tool';

export interface KitOwner {
  readonly role: OwnerRole;
  /** Shown to whoever is refused: "site 3", "signer 0123…". */
  readonly name: string;
}

/** What is known of a kit at one moment. A new value is made for every change. */
export interface KitEntry {
  /** Unique while this registry lives; never used again. */
  readonly id: number;
  readonly channel: ChannelDescription;
  readonly identity: KitIdentity;
  readonly kitClass: KitClass;
  /** Chips seen at the last look, by address. */
  readonly chips: readonly ChipIdentity[];
  /** Why the last look failed; undefined when it did not. */
  readonly trouble: DeviceFailure | undefined;
  readonly owner: KitOwner | undefined;
  readonly session: number;
}

export type RegistryEvent = {
  readonly kind: 'added' | 'removed' | 'changed' | 'taken' | 'released';
  readonly kit: KitEntry;
};

export type TakeFailure =
  | { readonly kind: 'unknown-kit' }
  | { readonly kind: 'owned'; readonly by: KitOwner }
  /** A signer, root or HID stick, or a chip with a signer record, whose connector nobody bound to a site. */
  | { readonly kind: 'never-a-site'; readonly kitClass: KitClass };

export interface TakeOptions {
  /** Ends the ownership when aborted: the taker's life. */
  readonly signal?: AbortSignal;
  /** The ownership may be taken away after this time without a sequence or `touch`, in ms; never when absent. */
  readonly expiresAfterMs?: number;
  readonly observe?: DeviceObserver;
}

/** The right to use a kit, until released, expired or the kit is gone. */
export interface KitLease {
  readonly kitId: number;
  readonly owner: KitOwner;
  readonly session: number;
  readonly transport: Pick<Transport, 'kit' | 'description' | 'closed'>;
  /** What the registry knows of the kit now. */
  readonly entry: KitEntry;
  readonly valid: boolean;
  /** The way to the chip at an 8-bit address; without one to the only chip seen, else to C0. Facts are those of the last look. */
  chip(address?: number): ChipSession;
  /** Asks the kit for its chips again and reads each; updates the entry. Puts chips of a legacy kit to sleep. */
  look(): Promise<Result<readonly ChipIdentity[], DeviceFailure>>;
  /** Says that the taker is alive. */
  touch(): void;
  /** Hands the kit back; idempotent. */
  release(): void;
}

export interface KitRegistryOptions {
  /** ms, rising. */
  readonly now: () => number;
  /** Whether an engineer bound this connector to a site by hand. */
  readonly isBound?: (connector: string) => boolean;
  readonly observe?: (kitId: number) => DeviceObserver | undefined;
}

/** 8-bit address of every new chip (atecc-device.md 1). */
export const DEFAULT_ADDRESS = 0xc0;

interface KitRecord {
  readonly id: number;
  readonly transport: Transport;
  readonly mutex: Mutex;
  entry: KitEntry;
  lease: Lease | undefined;
}

/** Every kit that is plugged in, and who has it: one owner at a time, each hand-over with a new session number. */
export class KitRegistry {
  readonly #options: KitRegistryOptions;
  readonly #kits = new Map<number, KitRecord>();
  readonly #listeners = new Set<(event: RegistryEvent) => void>();
  #lastId = 0;

  constructor(options: KitRegistryOptions) {
    this.#options = options;
  }

  /** All kits, oldest first. */
  kits(): readonly KitEntry[] {
    return [...this.#kits.values()].map((record) => record.entry);
  }

  kit(id: number): KitEntry | undefined {
    return this.#kits.get(id)?.entry;
  }

  /** Gives a function that ends the listening. */
  onEvent(listener: (event: RegistryEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes an opened kit over and probes it: its chips, their parts and states, and what kind of kit it is. Resolves when
   * the probe is done; a kit without chips, or whose chips cannot be read, is a kit all the same (`trouble` says why).
   */
  async adopt(transport: Transport): Promise<KitEntry> {
    this.#lastId += 1;
    const id = this.#lastId;
    const record: KitRecord = {
      id,
      transport,
      mutex: new Mutex(),
      lease: undefined,
      entry: {
        id,
        channel: transport.description,
        identity: transport.kit,
        kitClass: classifyKit(transport.description, transport.kit, []),
        chips: [],
        trouble: undefined,
        owner: undefined,
        session: 0,
      },
    };
    await this.#look(record, this.#options.observe?.(id));
    if (transport.closed) return record.entry;
    this.#kits.set(id, record);
    transport.onClosed(() => this.#drop(record));
    this.#emit({ kind: 'added', kit: record.entry });
    return record.entry;
  }

  /** Closes a kit and forgets it; its owner's lease ends. */
  async remove(id: number): Promise<void> {
    const record = this.#kits.get(id);
    if (record === undefined) return;
    this.#drop(record);
    await record.transport.close();
  }

  /** Makes somebody the owner of a kit. One owner at a time; a dead owner's right is taken away here. */
  take(id: number, owner: KitOwner, options: TakeOptions = {}): Result<KitLease, TakeFailure> {
    const record = this.#kits.get(id);
    if (record === undefined) return fail({ kind: 'unknown-kit' });
    if (record.lease?.dead === true) this.#release(record, record.lease);
    if (record.lease !== undefined) return fail({ kind: 'owned', by: record.lease.owner });
    if (owner.role === 'site' && !this.mayBeSite(record.entry)) {
      return fail({ kind: 'never-a-site', kitClass: record.entry.kitClass });
    }
    const session = record.entry.session + 1;
    const lease: Lease = new Lease(
      {
        record,
        now: this.#options.now,
        release: () => this.#release(record, lease),
        look: (observe) => this.#look(record, observe, lease),
        observe: options.observe ?? this.#options.observe?.(id),
      },
      owner,
      session,
      options,
    );
    record.lease = lease;
    this.#update(record, { owner, session }, 'taken');
    return ok(lease);
  }

  /** Whether boards may be expected behind this kit (signer-and-server.md 1.2): plain, or bound by hand. */
  mayBeSite(kit: KitEntry): boolean {
    return kit.kitClass === 'plain' || this.#options.isBound?.(kit.channel.connector) === true;
  }

  /**
   * A short look at a chip that nobody owns: `work` gets a session for any address, and is refused the moment somebody
   * takes the kit. undefined when the kit is owned or gone.
   */
  async whileFree<T>(id: number, work: (open: (address: number) => ChipSession) => Promise<T>): Promise<T | undefined> {
    const record = this.#kits.get(id);
    if (record === undefined || this.#ownedNow(record)) return undefined;
    return work((address) =>
      openChipSession(
        {
          transport: record.transport,
          mutex: record.mutex,
          refusal: () => refusalOf(record, undefined),
          observe: this.#options.observe?.(id),
        },
        address,
        record.entry.chips.find((chip) => chip.address === address)?.facts ?? unknownChip,
      ),
    );
  }

  /** Looks at all chips again when nobody owns the kit; undefined when somebody does. */
  async lookWhileFree(id: number): Promise<KitEntry | undefined> {
    const record = this.#kits.get(id);
    if (record === undefined || this.#ownedNow(record)) return undefined;
    await this.#look(record, this.#options.observe?.(id));
    return record.entry;
  }

  #ownedNow(record: KitRecord): boolean {
    if (record.lease?.dead === true) this.#release(record, record.lease);
    return record.lease !== undefined;
  }

  async #look(
    record: KitRecord,
    observe: DeviceObserver | undefined,
    lease?: Lease,
  ): Promise<Result<readonly ChipIdentity[], DeviceFailure>> {
    const refused = refusalOf(record, lease);
    if (refused !== undefined) return fail(refused);
    const found = await record.mutex.run(() => record.transport.discover());
    if (!found.ok) {
      const failure = found.failure;
      const trouble: DeviceFailure =
        failure.kind === 'no-answer' || failure.kind === 'no-wake'
          ? { kind: 'no-chip', address: DEFAULT_ADDRESS, answeredBefore: false }
          : { kind: 'kit', failure };
      this.#update(record, { chips: [], trouble }, 'changed');
      return fail(trouble);
    }
    const access = {
      transport: record.transport,
      mutex: record.mutex,
      refusal: () => refusalOf(record, lease),
      observe,
    };
    const chips: ChipIdentity[] = [];
    let trouble: DeviceFailure | undefined;
    // The D21 host ignores the index and shows one chip eight times (kit-protocol.md 6): by address, then by serial number.
    const addresses = new Set(found.value.map((device) => device.address));
    for (const address of addresses) {
      const identity = await identifyChip(openChipSession(access, address));
      if (!identity.ok) {
        if (identity.failure.kind === 'not-owner') return fail(identity.failure);
        trouble = identity.failure;
      } else if (!chips.some((chip) => sameSerial(chip, identity.value))) chips.push(identity.value);
    }
    this.#update(
      record,
      { chips, trouble, kitClass: classifyKit(record.transport.description, record.transport.kit, chips) },
      'changed',
    );
    return chips.length === 0 && trouble !== undefined ? fail(trouble) : ok(chips);
  }

  #release(record: KitRecord, lease: Lease): void {
    if (record.lease !== lease) return;
    record.lease = undefined;
    this.#update(record, { owner: undefined }, 'released');
  }

  #drop(record: KitRecord): void {
    if (!this.#kits.delete(record.id)) return;
    record.lease = undefined;
    record.entry = { ...record.entry, owner: undefined, chips: [] };
    this.#emit({ kind: 'removed', kit: record.entry });
  }

  #update(record: KitRecord, change: Partial<KitEntry>, kind: 'changed' | 'taken' | 'released'): void {
    record.entry = { ...record.entry, ...change };
    if (this.#kits.has(record.id)) this.#emit({ kind, kit: record.entry });
  }

  #emit(event: RegistryEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** A refused take as something to throw. */
export function takeFailureAsError(failure: TakeFailure): SignetError {
  switch (failure.kind) {
    case 'unknown-kit':
      return new SignetError('KIT_LOST', 'The kit is no longer there.');
    case 'owned':
      return new SignetError('KIT_BUSY', `The kit is in use by ${failure.by.name}.`, { owner: failure.by.name });
    case 'never-a-site':
      return new SignetError(
        'NEVER_A_SITE',
        `A kit of the kind ${failure.kitClass} is never a place for boards unless it is bound by hand.`,
        {
          kitClass: failure.kitClass,
        },
      );
  }
}

interface LeaseHost {
  readonly record: KitRecord;
  readonly now: () => number;
  release(): void;
  look(observe: DeviceObserver | undefined): Promise<Result<readonly ChipIdentity[], DeviceFailure>>;
  readonly observe: DeviceObserver | undefined;
}

class Lease implements KitLease {
  readonly owner: KitOwner;
  readonly session: number;
  readonly #host: LeaseHost;
  readonly #options: TakeOptions;
  #lastUse: number;

  constructor(host: LeaseHost, owner: KitOwner, session: number, options: TakeOptions) {
    this.#host = host;
    this.owner = owner;
    this.session = session;
    this.#options = options;
    this.#lastUse = host.now();
  }

  get kitId(): number {
    return this.#host.record.id;
  }

  get transport(): Transport {
    return this.#host.record.transport;
  }

  get entry(): KitEntry {
    return this.#host.record.entry;
  }

  get valid(): boolean {
    return this.#host.record.lease === this && !this.#aborted;
  }

  get #aborted(): boolean {
    return this.#options.signal?.aborted === true;
  }

  /** Whether the taker can be taken for dead: it said so, or was silent for too long with nothing under way. */
  get dead(): boolean {
    if (this.#aborted) return true;
    const limit = this.#options.expiresAfterMs;
    return limit !== undefined && !this.#host.record.mutex.busy && this.#host.now() - this.#lastUse > limit;
  }

  chip(address?: number): ChipSession {
    const { record } = this.#host;
    const known = record.entry.chips;
    const wanted = address ?? (known.length === 1 ? known[0]?.address : undefined) ?? DEFAULT_ADDRESS;
    const seen = known.find((chip) => chip.address === wanted);
    return openChipSession(
      {
        transport: record.transport,
        mutex: record.mutex,
        refusal: () => {
          if (!this.valid) return refusalOf(record, this);
          this.touch();
          return undefined;
        },
        observe: this.#host.observe,
      },
      wanted,
      seen?.facts ?? unknownChip,
      seen !== undefined,
    );
  }

  async look(): Promise<Result<readonly ChipIdentity[], DeviceFailure>> {
    this.touch();
    return this.#host.look(this.#host.observe);
  }

  touch(): void {
    this.#lastUse = this.#host.now();
  }

  release(): void {
    this.#host.release();
  }
}

/** Why somebody may not use the kit: it belongs to another (or, for `holder` undefined, to anybody). */
function refusalOf(record: KitRecord, holder: Lease | undefined): DeviceFailure | undefined {
  if (record.transport.closed) return { kind: 'kit', failure: { kind: 'closed', reason: 'its connection is closed' } };
  if (record.lease === holder && holder?.valid !== false) return undefined;
  return { kind: 'not-owner', session: holder?.session ?? 0, current: record.entry.session };
}

function sameSerial(a: ChipIdentity, b: ChipIdentity): boolean {
  return a.serialNumber.every((byte, i) => byte === b.serialNumber[i]);
}
