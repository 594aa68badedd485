import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { SignetError } from '../../src-shared/base/error.ts';
import type { PersonRole } from '../../src-shared/ipc/lists.ts';
import { personRoles } from '../../src-shared/ipc/lists.ts';
import type { PeopleBook, Person } from '../records/index.ts';
import { mayAct } from './rights.ts';

/** Who is at the station now. */
export interface SignedOn {
  readonly name: string;
  readonly role: PersonRole;
  /** authenticated = a PIN was proven. */
  readonly auth: 'claimed' | 'authenticated';
}

/** Who did something: the person signed on, or nobody where no people are known. */
export interface Actor {
  readonly name: string;
  readonly role: PersonRole | '';
  readonly auth: 'claimed' | 'authenticated';
}

export interface PersonInput {
  readonly name: string;
  readonly role: PersonRole;
  readonly badge: string;
  /** Empty = the one there is stays. */
  readonly pin: string;
  readonly active: boolean;
}

/** scrypt, about 60 ms: a PIN has few digits, the delay and this are what protect it. */
const pinCost = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 << 20 } as const;
const shortestPin = 4;
const freeTries = 3;
const firstDelayMs = 5_000;
const longestDelayMs = 300_000;
/** A session with a PIN ends after this time without a call that needed it. */
const sessionMs = 15 * 60_000;

/** ms that must pass after so many wrong PINs in a row. */
export function pinDelay(failures: number): number {
  return failures < freeTries ? 0 : Math.min(firstDelayMs * 2 ** (failures - freeTries), longestDelayMs);
}

/** People, their roles and the one who is signed on. While nobody was ever entered, everything is allowed. */
export class PeopleDesk {
  readonly #book: PeopleBook;
  readonly #now: () => Date;
  readonly #changed: () => void;
  #current: SignedOn | undefined;
  #timer: NodeJS.Timeout | undefined;
  #configured: boolean;

  constructor(book: PeopleBook, now: () => Date, changed: () => void) {
    this.#book = book;
    this.#now = now;
    this.#changed = changed;
    this.#configured = book.all().length > 0;
  }

  get configured(): boolean {
    return this.#configured;
  }

  get current(): SignedOn | undefined {
    return this.#current;
  }

  /** For records: an empty name where nobody signed on. */
  get actor(): Actor {
    return this.#current ?? { name: '', role: '', auth: 'claimed' };
  }

  /** Why the present person may not do something: nobody is there, or another role is needed; undefined = allowed. */
  refusal(needed: PersonRole): 'sign-on' | 'role' | undefined {
    if (!this.#configured) return undefined;
    if (this.#current === undefined) return 'sign-on';
    return mayAct(this.#current.role, needed) ? undefined : 'role';
  }

  /** Throws ROLE_REQUIRED, whose details name the role; otherwise the session goes on. */
  require(needed: PersonRole): void {
    const refused = this.refusal(needed);
    if (refused !== undefined) {
      const sentence =
        refused === 'sign-on' ? 'Nobody is signed on at this station.' : `This asks for the role "${needed}".`;
      throw new SignetError('ROLE_REQUIRED', sentence, { role: needed, signOn: refused === 'sign-on' });
    }
    if (this.#configured) this.#keepAlive();
  }

  /** By name or badge. Throws PASSWORD_WRONG (details: delayMs), PASSWORD_DELAY (delayMs), OPTION_INVALID for somebody unknown or inactive. */
  async signOn(nameOrBadge: string, pin: string): Promise<void> {
    const person = this.#book.find(nameOrBadge);
    const role = person === undefined ? undefined : roleOf(person);
    if (person === undefined || !person.active || role === undefined)
      throw new SignetError('OPTION_INVALID', `"${nameOrBadge}" is nobody who works at this station.`);
    if (person.pin === undefined) {
      this.#begin({ name: person.name, role, auth: 'claimed' });
      return;
    }
    const waitMs = Math.min(person.untilMs - this.#now().getTime(), longestDelayMs);
    if (waitMs > 0)
      throw new SignetError('PASSWORD_DELAY', `The next try is possible in ${Math.ceil(waitMs / 1000)} s.`, {
        delayMs: waitMs,
      });
    const given = await pinHash(pin, person.pin.salt);
    const right = given.length === person.pin.hash.length && timingSafeEqual(given, person.pin.hash);
    if (!right) {
      const failures = person.failures + 1;
      const delayMs = pinDelay(failures);
      await this.#book.setFailures(person.name, failures, delayMs === 0 ? 0 : this.#now().getTime() + delayMs);
      throw new SignetError('PASSWORD_WRONG', 'The PIN is not the right one.', { delayMs });
    }
    if (person.failures > 0) await this.#book.setFailures(person.name, 0, 0);
    this.#begin({ name: person.name, role, auth: 'authenticated' });
  }

  signOff(): void {
    clearTimeout(this.#timer);
    this.#current = undefined;
    this.#changed();
  }

  /** Ends a session whose person proved a PIN; operators stay. */
  endProvenSession(): void {
    if (this.#current?.auth === 'authenticated') this.signOff();
  }

  /** Without badges unless an engineer asks: a badge's number is what an operator signs on with. */
  list(): { name: string; role: PersonRole; badge: string; active: boolean }[] {
    const showBadges = this.refusal('engineer') === undefined;
    return this.#book.all().flatMap((person) => {
      const role = roleOf(person);
      if (role === undefined) return [];
      return [{ name: person.name, role, badge: showBadges ? person.badge : '', active: person.active }];
    });
  }

  /**
   * Enters or changes somebody. The first one must be an engineer with a PIN, and one such must always be left: nobody else could
   * change anything any more. Throws OPTION_INVALID.
   */
  async save(input: PersonInput): Promise<void> {
    const all = this.#book.all();
    const known = all.find((person) => person.name.toLowerCase() === input.name.toLowerCase());
    const kept = known?.pin;
    if (input.pin !== '' && input.pin.length < shortestPin)
      throw new SignetError('PASSWORD_POLICY', `A PIN has at least ${shortestPin} characters.`, {
        minimum: shortestPin,
      });
    const hasPin = input.pin !== '' || kept !== undefined;
    if (input.role !== 'operator' && !hasPin)
      throw new SignetError('PASSWORD_POLICY', 'Supervisors, engineers and QA need a PIN.', { minimum: shortestPin });
    const others = all.filter((person) => person !== known);
    const engineers = others.filter(
      (person) => person.role === 'engineer' && person.active && person.pin !== undefined,
    );
    if (engineers.length === 0 && !(input.role === 'engineer' && input.active))
      throw new SignetError('OPTION_INVALID', 'There must be at least one active engineer; enter that one first.');
    const badgeOwner = others.find((person) => input.badge !== '' && person.badge === input.badge && person.active);
    if (badgeOwner !== undefined)
      throw new SignetError('OPTION_INVALID', `This badge is ${badgeOwner.name}'s.`, { name: badgeOwner.name });
    const pin = input.pin === '' ? kept : await newPin(input.pin);
    await this.#book.save(
      { name: known?.name ?? input.name, role: input.role, badge: input.badge, active: input.active, pin },
      this.#now().toISOString(),
    );
    const first = !this.#configured;
    this.#configured = true;
    // Whoever entered the first person is that person; otherwise the station would lock itself in front of them.
    if (first) this.#begin({ name: input.name, role: input.role, auth: 'authenticated' });
    else if (this.#current !== undefined && this.#current.name === known?.name) {
      if (!input.active) this.signOff();
      else this.#begin({ ...this.#current, role: input.role });
    } else this.#changed();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #begin(person: SignedOn): void {
    this.#current = person;
    this.#keepAlive();
    this.#changed();
  }

  /** Operators stay until the next one comes; sessions with a PIN end by themselves. */
  #keepAlive(): void {
    clearTimeout(this.#timer);
    if (this.#current?.auth !== 'authenticated') return;
    this.#timer = setTimeout(() => this.signOff(), sessionMs);
    this.#timer.unref();
  }
}

function roleOf(person: Person): PersonRole | undefined {
  return personRoles.find((role) => role === person.role);
}

async function newPin(pin: string): Promise<{ salt: Uint8Array; hash: Uint8Array }> {
  const salt = new Uint8Array(randomBytes(16));
  return { salt, hash: await pinHash(pin, salt) };
}

function pinHash(pin: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(pin.normalize('NFC'), salt, 32, pinCost, (error, key) =>
      error === null ? resolve(new Uint8Array(key)) : reject(error),
    );
  });
}
