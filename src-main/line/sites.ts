import { SignetError } from '../../src-shared/base/error.ts';
import type { SiteView } from '../../src-shared/ipc/state.ts';
import type { KitEntry, KitRegistry } from '../device/index.ts';
import type { ChannelDescription } from '../hal/byte-channel.ts';
import type { Settings } from './settings-file.ts';
import { Site, type SiteHost } from './site/site.ts';
import type { SitePlace } from './site/view.ts';

const mostSites = 16;

/**
 * The places of a station. Those of the settings are bound to a connector and keep their numbers; plain kits at other connectors get
 * the next free place for as long as the program runs.
 */
export class Sites {
  readonly #registry: KitRegistry;
  readonly #host: SiteHost;
  readonly #settings: () => Settings;
  readonly #sites = new Map<string, Site>();
  /** Connector that a place of its own was given to, by site id. */
  readonly #given = new Map<string, string>();
  readonly #unsubscribe: () => void;
  /** Kits from now on were plugged in by somebody. */
  #begun = false;

  constructor(registry: KitRegistry, settings: () => Settings, host: SiteHost) {
    this.#registry = registry;
    this.#settings = settings;
    this.#host = host;
    this.#arrange();
    this.#unsubscribe = registry.onEvent(({ kind, kit }) => {
      if (kind === 'added') this.#attach(kit);
      if (kind === 'removed') this.#find(kit.id)?.detach();
      // A chip with a signer record turned up behind a plain kit: it is no place for boards.
      if (kind === 'changed' && kit.owner === undefined && !registry.mayBeSite(kit)) this.#find(kit.id)?.detach();
    });
    for (const kit of registry.kits()) this.#attach(kit);
  }

  /** Everything that was plugged in at the start has been seen. */
  begun(): void {
    this.#begun = true;
  }

  all(): readonly Site[] {
    return [...this.#sites.values()].sort((a, b) => a.place.number - b.place.number);
  }

  views(): SiteView[] {
    return this.all().map((site) => site.view());
  }

  get busy(): boolean {
    return this.all().some((site) => site.busy);
  }

  /** Throws OPTION_INVALID for a site that is none. */
  get(id: string): Site {
    const site = this.#sites.get(id);
    if (site === undefined) throw new SignetError('OPTION_INVALID', `There is no site "${id}".`, { site: id });
    return site;
  }

  /** The site whose kit is at this connector. */
  at(connector: string): Site | undefined {
    return this.all().find((site) => site.place.connector === connector);
  }

  /** A port is being opened that belongs to a place. */
  opening(description: ChannelDescription): void {
    this.at(description.connector)?.opening();
  }

  notOpened(description: ChannelDescription, trouble: SignetError | undefined): void {
    this.at(description.connector)?.notOpened(trouble);
  }

  reassess(): void {
    for (const site of this.all()) if (!site.busy) site.reassess();
  }

  /** The settings have other sites. Throws NOT_NOW while a board is being worked on. */
  rearrange(): void {
    if (this.busy) throw new SignetError('NOT_NOW', 'Sites cannot be changed while a board is being worked on.');
    for (const site of this.all()) site.detach();
    this.#arrange();
    for (const kit of this.#registry.kits()) this.#attach(kit);
    this.#host.changed();
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await Promise.all(this.all().map((site) => site.close()));
  }

  #arrange(): void {
    const { sites } = this.#settings();
    const wanted = new Map(
      sites.map((site, i): [string, { place: SitePlace; enabled: boolean }] => [
        site.id,
        {
          place: { id: site.id, number: i + 1, label: site.label, connector: site.connector, bound: true },
          enabled: site.enabled,
        },
      ]),
    );
    for (const id of this.#sites.keys()) if (!wanted.has(id)) this.#sites.delete(id);
    this.#given.clear();
    for (const [id, { place, enabled }] of wanted) {
      const known = this.#sites.get(id);
      if (known === undefined) this.#sites.set(id, new Site(place, enabled, this.#host));
      else {
        known.rename(place);
        known.setEnabled(enabled);
      }
    }
    // A station that nobody set up has one place all the same.
    if (this.#sites.size === 0) this.#newPlace('');
  }

  #newPlace(connector: string): Site | undefined {
    if (this.#sites.size >= mostSites) return undefined;
    const number = Math.max(0, ...this.all().map((site) => site.place.number)) + 1;
    const id = `place-${number}`;
    const site = new Site({ id, number, label: `Site ${number}`, connector, bound: false }, true, this.#host);
    this.#sites.set(id, site);
    if (connector !== '') this.#given.set(connector, id);
    this.#host.changed();
    return site;
  }

  #attach(kit: KitEntry): void {
    if (!this.#registry.mayBeSite(kit) || this.#find(kit.id) !== undefined) return;
    const { connector } = kit.channel;
    const site = this.at(connector) ?? this.#givenTo(connector) ?? this.#free(connector) ?? this.#newPlace(connector);
    if (site === undefined || site.kitId !== undefined) {
      this.#host.activity.warning(`The kit at ${kit.channel.path} has no place: the station has ${mostSites} sites.`);
      return;
    }
    site.attach(kit, !this.#begun);
  }

  #givenTo(connector: string): Site | undefined {
    const id = this.#given.get(connector);
    return id === undefined ? undefined : this.#sites.get(id);
  }

  /** The one place of a station without set-up, while nothing was ever plugged in there. */
  #free(connector: string): Site | undefined {
    const free = this.all().find((site) => !site.place.bound && site.place.connector === '');
    if (free === undefined) return undefined;
    free.rename({ ...free.place, connector });
    this.#given.set(connector, free.place.id);
    return free;
  }

  #find(kitId: number): Site | undefined {
    return this.all().find((site) => site.kitId === kitId);
  }
}
