import { SignetError } from '../../src-shared/base/error.ts';
import { blob, number, type Store, text } from './store.ts';

/** Somebody who works at the station. The PIN itself is nowhere; salt and scrypt hash stand here. */
export interface Person {
  readonly name: string;
  readonly role: string;
  readonly badge: string;
  readonly active: boolean;
  readonly pin: { readonly salt: Uint8Array; readonly hash: Uint8Array } | undefined;
  /** Wrong PINs in a row, and the end of the delay that they earned (Unix ms; 0 = none). */
  readonly failures: number;
  readonly untilMs: number;
}

export interface PeopleBook {
  all(): readonly Person[];
  /** By name or badge, letter case ignored in names. */
  find(nameOrBadge: string): Person | undefined;
  save(person: Omit<Person, 'failures' | 'untilMs'>, at: string): Promise<void>;
  setFailures(name: string, failures: number, untilMs: number): Promise<void>;
}

/** The people in the store. */
export function openPeopleBook(store: Store): PeopleBook {
  return {
    all: () => store.all('SELECT * FROM people ORDER BY name').map(personOf),
    find(nameOrBadge) {
      const row =
        store.get('SELECT * FROM people WHERE name = ?', nameOrBadge) ??
        store.get("SELECT * FROM people WHERE badge = ? AND badge <> '' ORDER BY active DESC LIMIT 1", nameOrBadge);
      return row === undefined ? undefined : personOf(row);
    },
    save: (person, at) =>
      store.write((database) => {
        database
          .prepare(
            `INSERT INTO people (name, role, badge, pin_salt, pin_hash, active, created_at, failures, until_ms)
             VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)
             ON CONFLICT (name) DO UPDATE SET role = excluded.role, badge = excluded.badge, active = excluded.active,
             pin_salt = excluded.pin_salt, pin_hash = excluded.pin_hash`,
          )
          .run(
            person.name,
            person.role,
            person.badge,
            person.pin?.salt ?? null,
            person.pin?.hash ?? null,
            person.active ? 1 : 0,
            at,
          );
      }),
    setFailures: (name, failures, untilMs) =>
      store.write((database) => {
        database.prepare('UPDATE people SET failures = ?, until_ms = ? WHERE name = ?').run(failures, untilMs, name);
      }),
  };
}

function personOf(row: Record<string, unknown>): Person {
  const salt = row['pin_salt'];
  const hash = row['pin_hash'];
  if ((salt === null) !== (hash === null)) throw new SignetError('STORE_DAMAGED', 'A PIN in the store is damaged.');
  return {
    name: text(row, 'name'),
    role: text(row, 'role'),
    badge: text(row, 'badge'),
    active: number(row, 'active') === 1,
    pin: salt === null ? undefined : { salt: blob(row, 'pin_salt'), hash: blob(row, 'pin_hash') },
    failures: number(row, 'failures'),
    untilMs: number(row, 'until_ms'),
  };
}
