import { equalBytes, fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { settingsSchema } from '../../src-shared/ipc/contract.ts';
import type { PeopleDesk } from './people.ts';
import type { Settings, SettingsFile } from './settings-file.ts';
import type { TrustedRoots } from './trusted-roots.ts';

/** What a change of settings means to the rest of the station. */
export interface SettingsChange {
  readonly sites: boolean;
  readonly kits: boolean;
  readonly server: boolean;
  /** The runs' server is another one. */
  readonly link: boolean;
  /** Other roots are trusted. */
  readonly roots: boolean;
}

/** Settings as people change them: judged, saved, with the trusted roots by their names. */
export class SettingsDesk {
  readonly #file: SettingsFile;
  readonly #roots: TrustedRoots;
  readonly #people: PeopleDesk;

  constructor(file: SettingsFile, roots: TrustedRoots, people: PeopleDesk) {
    this.#file = file;
    this.#roots = roots;
    this.#people = people;
    for (const { publicKey } of file.value.trustedRoots) this.#trust(publicKey);
  }

  /** With every root that the station trusts. */
  get shown(): Settings {
    return {
      ...this.#file.value,
      trustedRoots: this.namedRoots().map(({ name, publicKey }) => ({ name, publicKey: toHex(publicKey) })),
    };
  }

  namedRoots(): { readonly name: string; readonly publicKey: Uint8Array }[] {
    const names = this.#file.value.trustedRoots;
    return this.#roots.keys.map((publicKey) => {
      const hex = toHex(publicKey);
      return { name: names.find((root) => root.publicKey.toUpperCase() === hex)?.name ?? hex.slice(0, 16), publicKey };
    });
  }

  /**
   * Saves settings and says what has changed. Language, look and loudness are everybody's; the rest is the engineer's. Throws
   * ROLE_REQUIRED, OPTION_INVALID, and NOT_NOW for sites, server and roots while a board is being worked on.
   */
  async save(next: Settings, busy: boolean): Promise<SettingsChange> {
    const before = this.shown;
    const { language, theme, textScale, sound } = before;
    const differs = (pick: (settings: Settings) => unknown, other: Settings = next): boolean =>
      JSON.stringify(pick(settingsSchema.parse(other))) !== JSON.stringify(pick(settingsSchema.parse(before)));
    if (differs((settings) => settings, { ...next, language, theme, textScale, sound }))
      this.#people.require('engineer');
    checkSettings(next);
    const change = {
      sites: differs(({ sites }) => sites),
      kits: differs(({ extraKits, sites }) => [extraKits, sites]),
      server: differs(({ server }) => server),
      link: differs(({ server: { mode, remoteHost, remotePort } }) => [mode, remoteHost, remotePort]),
      roots: differs(({ trustedRoots }) => trustedRoots.map(({ publicKey }) => publicKey.toUpperCase()).sort()),
    };
    if (busy && (change.sites || change.link || change.roots))
      throw new SignetError(
        'NOT_NOW',
        'Sites, server and trusted roots cannot be changed while a board is being worked on.',
      );
    await this.#file.save(next);
    for (const { publicKey } of next.trustedRoots) this.#trust(publicKey);
    const kept = new Set(next.trustedRoots.map(({ publicKey }) => publicKey.toUpperCase()));
    for (const key of [...this.#roots.keys]) if (!kept.has(toHex(key))) this.#roots.remove(key);
    return change;
  }

  #trust(publicKey: string): void {
    const key = /^[0-9A-Fa-f]{128}$/.test(publicKey) ? fromHex(publicKey) : undefined;
    if (key !== undefined && !this.#roots.keys.some((known) => equalBytes(known, key))) this.#roots.add(key);
  }
}

function checkSettings({ sites, server }: Settings): void {
  const twice = (values: readonly string[]): string | undefined =>
    values.find((value, i) => value !== '' && values.indexOf(value) !== i);
  const id = twice(sites.map((site) => site.id));
  if (id !== undefined) throw new SignetError('OPTION_INVALID', `Two sites have the id "${id}".`);
  const connector = twice(sites.map((site) => site.connector));
  if (connector !== undefined)
    throw new SignetError('OPTION_INVALID', `Two sites are bound to the connector ${connector}.`, { connector });
  if (server.mode === 'remote' && server.remoteHost === '')
    throw new SignetError('OPTION_INVALID', 'A remote server needs an address.');
}
