import { randomBytes } from 'node:crypto';
import { toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError } from '../../src-shared/base/error.ts';
import type { CallName, EventName, EventValue } from '../../src-shared/ipc/contract.ts';
import type { SliceName } from '../../src-shared/ipc/state.ts';
import { KitRegistry } from '../device/index.ts';
import {
  formatActivityLine,
  openPeopleBook,
  openPlanBook,
  openStationBook,
  type Records,
  type StationBook,
} from '../records/index.ts';
import { definitionSource } from '../signing/definitions.ts';
import { SignerManager } from '../signing/signer-manager.ts';
import { BoardDesk } from './board-desk.ts';
import type { SliceSource } from './feed.ts';
import { HostSigners } from './host-signers.ts';
import { KitHouse } from './kit-house.ts';
import { OwnServer } from './own-server.ts';
import { type Actor, PeopleDesk } from './people.ts';
import { PlanDesk } from './plans.ts';
import { RecordsDesk } from './records-desk.ts';
import { ServerDesk } from './server-desk.ts';
import { SettingsDesk } from './settings-desk.ts';
import { openSettings, type Settings, type SettingsFile } from './settings-file.ts';
import { openSignerClaims } from './signer-claims.ts';
import { openSignerControl } from './signer-control.ts';
import { SignerDesk } from './signer-desk.ts';
import { SignerWorkshop } from './signer-workshop.ts';
import type { Simulation } from './simulation/simulation.ts';
import { closeOpenRuns } from './site/run-journal.ts';
import { type StationHandlers, stationHandlers } from './station-handlers.ts';
import { stationSource } from './station-views.ts';
import { openTrustedRoots, type TrustedRoots } from './trusted-roots.ts';
import { softwareVersion } from './version.ts';
import { WatchKeeper } from './watch-keeper.ts';

export interface StationOptions {
  readonly records: Records;
  /** unset = nobody set it up yet: no kit is touched. */
  readonly mode: 'unset' | 'simulated' | 'real';
  readonly defaults?: Settings;
  /** Where data folders claim their signers; nobody is asked when absent. */
  readonly claimsFolder?: string;
  readonly now: () => Date;
  readonly touch: (...slices: readonly SliceName[]) => void;
  readonly emit: <N extends EventName>(event: N, value: EventValue<N>) => void;
  /** Silicon instead of hardware. */
  readonly simulation?: (registry: KitRegistry, changed: () => void) => Simulation;
}

/** Everything that a station is made of, as its calls and views use it. */
export interface StationParts {
  readonly mode: StationOptions['mode'];
  readonly records: Records;
  readonly book: StationBook;
  readonly now: () => Date;
  readonly touch: StationOptions['touch'];
  readonly settingsFile: SettingsFile;
  readonly settings: SettingsDesk;
  readonly people: PeopleDesk;
  readonly plans: PlanDesk;
  readonly registry: KitRegistry;
  readonly manager: SignerManager;
  readonly signers: SignerDesk;
  readonly workshop: SignerWorkshop;
  readonly ownServer: OwnServer;
  readonly server: ServerDesk;
  readonly boards: BoardDesk;
  readonly recordsDesk: RecordsDesk;
  readonly watch: WatchKeeper;
  readonly simulation: Simulation | undefined;
  /** Real kits; undefined while nothing is watched. */
  readonly kits: () => KitHouse | undefined;
  /** Ports that people named, and the connectors of sites: taken whatever they are. */
  readonly namedPorts: () => string[];
  /** What may be begun may have changed. */
  readonly gateChanged: () => void;
}

/** How long rows of the log are gathered before screens are told, ms. */
const growMs = 100;

/**
 * One station over one data folder: services composed from its settings, sites with their boards, people, plans, records. Everything a
 * screen can ask is a method of `handlers`; everything it sees comes from `source`.
 */
export class Station {
  readonly handlers: StationHandlers;
  readonly source: SliceSource;
  readonly #o: StationOptions;
  readonly #parts: StationParts;
  readonly #roots: TrustedRoots;
  readonly #closers: (() => void)[] = [];
  #kits: KitHouse | undefined;
  #hosts: HostSigners | undefined;
  #control: { close(): Promise<void> } | undefined;
  #growTimer: NodeJS.Timeout | undefined;

  /** Opens everything; nothing is touched before `start`. */
  constructor(options: StationOptions) {
    this.#o = options;
    const { records } = options;
    this.#roots = openTrustedRoots(records.folder.path, (key) =>
      records.activity.warning(
        `The root ${key.slice(0, 16)}… is trusted from now on: it is the first one that this station has seen.`,
      ),
    );
    this.#parts = this.#compose();
    this.handlers = stationHandlers(this.#parts);
    this.source = stationSource(this.#parts);
    const { damaged } = this.#parts.settingsFile;
    if (damaged !== '')
      records.activity.warning(
        `The settings file was damaged and was moved to ${damaged}; what could be read of it is used, the rest has its defaults.`,
      );
  }

  /** Begins to work: accounts for what a crash left, plugs in, listens. */
  async start(): Promise<void> {
    const { records, book, manager, boards, server, ownServer, simulation, watch } = this.#parts;
    const { activity } = records;
    activity.info(`${softwareVersion} started (${this.#o.mode}); its data are in ${records.folder.path}.`);
    this.#closers.push(
      activity.onLine((line) =>
        this.#o.emit('activity', {
          time: line.time.toISOString(),
          level: line.level,
          source: line.source,
          text: line.text,
          line: formatActivityLine(line),
        }),
      ),
      records.signingLog.onRow(() => this.#logGrew()),
    );
    await ownServer.start();
    for (const record of await closeOpenRuns(records.runs, book, server.link.remote)) {
      const stage = record.outcome.kind === 'PASS' ? 0 : record.outcome.stage;
      activity
        .of('line')
        .warning(
          `The run of ${record.serialNumber} was cut off in stage ${stage} when the program ended; it can be resumed.`,
        );
    }
    manager.start();
    await this.#startSigners();
    if (this.#o.mode !== 'unset') {
      const sites = boards.open();
      if (simulation !== undefined) await simulation.start();
      else {
        this.#kits = new KitHouse(this.#parts.registry, this.#parts.namedPorts(), {
          opening: (description) => sites.opening(description),
          notOpened: (description, trouble) => sites.notOpened(description, trouble),
          health: () => this.#o.touch('health', 'signers'),
        });
        await this.#kits.start();
      }
      sites.begun();
      await manager.settled();
      await server.apply(false);
    }
    watch.look();
    this.#countSignatures();
    this.#o.touch('station', 'sites', 'signers', 'shift', 'health', 'simulation');
  }

  /** Signers that are no sticks, and the way by which the command line reaches all of them. */
  async #startSigners(): Promise<void> {
    const { records, manager, now } = this.#parts;
    const { activity, folder } = records;
    this.#hosts = new HostSigners({
      manager,
      dataFolder: folder.path,
      files: [],
      signer: { trustsRoot: (key) => this.#roots.trusts(key), now, delays: records.policy },
      activity: activity.of('signers'),
    });
    await this.#hosts.start();
    this.#control = await openSignerControl({ dataFolder: folder.path, manager, activity: activity.of('signers') });
  }

  get settings(): Settings {
    return this.#parts.settingsFile.value;
  }

  get plans(): PlanDesk {
    return this.#parts.plans;
  }

  get people(): PeopleDesk {
    return this.#parts.people;
  }

  /** A board is being worked on. */
  get busy(): boolean {
    return this.#parts.boards.busy;
  }

  /** Others can reach the server over the network. */
  get serving(): boolean {
    return this.#parts.ownServer.bound !== undefined;
  }

  trustRootFile(path: string): void {
    this.#roots.addFile(path);
  }

  async saveSettings(settings: Settings): Promise<void> {
    await this.#parts.settingsFile.save(settings);
  }

  /** Gives the simulated signer its own password, so that a newcomer need not. */
  async unlockSimulated(): Promise<void> {
    const { simulation, manager, signers } = this.#parts;
    const password = simulation?.password ?? '';
    if (password === '') return;
    for (const { module, waitsForPassword } of manager.list()) {
      if (waitsForPassword && module.identity !== undefined)
        await signers.unlock(toHex(module.identity.serialNumber), [password]);
    }
  }

  /** Writes down that somebody did something. */
  record(act: CallName, subject: string, detail: string, { name, role, auth }: Actor): Promise<void> {
    const time = this.#o.now().toISOString();
    return this.#parts.book.record({ time, who: name, role, auth, act, subject, detail });
  }

  /** Stops runs before their next stage, gives everything back. The records stay open: they are the line's. */
  async close(): Promise<void> {
    const { watch, boards, server, ownServer, manager, signers, people, simulation, registry, recordsDesk } =
      this.#parts;
    watch.close();
    clearTimeout(this.#growTimer);
    for (const closer of this.#closers) closer();
    await boards.close();
    server.close();
    await ownServer.stop();
    await this.#control?.close();
    await this.#hosts?.stop();
    await manager.stop();
    signers.close();
    people.close();
    await this.#kits?.stop();
    await simulation?.close();
    for (const kit of registry.kits()) await registry.remove(kit.id);
    await recordsDesk.close();
  }

  #compose(): StationParts {
    const { records, now, mode, touch, emit, defaults } = this.#o;
    const roots = this.#roots;
    const book = openStationBook(records.store);
    const settingsFile = openSettings(records.folder.path, { now, ...(defaults === undefined ? {} : { defaults }) });
    const settingsOf = (): Settings => settingsFile.value;
    const gateChanged = (): void => {
      touch('sites', 'station', 'signers', 'shift', 'health');
      boards.autoStartSoon();
    };
    const people = new PeopleDesk(openPeopleBook(records.store), now, gateChanged);
    const settings = new SettingsDesk(settingsFile, roots, people);
    const plans = new PlanDesk({
      book: openPlanBook(records.store),
      station: book,
      store: records.store,
      now,
      changed: () => {
        boards.reassess();
        gateChanged();
      },
    });
    const registry = new KitRegistry({
      now: () => performance.now(),
      isBound: (connector) => settingsOf().sites.some((site) => site.connector === connector),
    });
    const { claimsFolder } = this.#o;
    const claims =
      claimsFolder === undefined
        ? undefined
        : openSignerClaims(records.folder.path, claimsFolder, (reason) =>
            records.activity
              .of('signers')
              .warning(`Nobody will notice a signer that works for two data folders: ${reason}.`),
          );
    const manager = new SignerManager({
      registry,
      definitions: definitionSource(records.definitions),
      trustsRoot: (key) => roots.trusts(key),
      now,
      random,
      delays: records.policy,
      activity: records.activity.of('signers'),
      identities: records.identities,
      setUpNotes: records.setUpNotes,
      passwordChanges: records.policy,
      ...(claims === undefined ? {} : { claims }),
    });
    const signers = new SignerDesk({
      manager,
      registry,
      records,
      now,
      foreign: () => this.#kits?.snapshot.ports ?? [],
      changed: gateChanged,
    });
    const workshop = new SignerWorkshop({
      manager,
      registry,
      records,
      roots,
      minimumPassword: () => settingsOf().passwordMinimum,
      persons: () => (people.actor.name === '' ? [] : [people.actor.name]),
      now,
      random,
      progress: (progress) => emit('setUp', progress),
    });
    const ownServer = new OwnServer({ records, manager, now, random, changed: () => touch('station', 'health') });
    const server = new ServerDesk({ records, server: ownServer, settings: settingsOf, now, changed: gateChanged });
    const watch = new WatchKeeper({
      records,
      book,
      now,
      clockDoubt: () => ownServer.service.clockDoubt,
      changed: gateChanged,
    });
    const boards: BoardDesk = new BoardDesk({
      records,
      book,
      registry,
      settings: settingsOf,
      people,
      plans,
      signers,
      watch,
      link: () => server.link,
      defaultBatch: mode === 'simulated' ? 'SIMULATION' : '',
      now,
      // How many boards wait for a password stands with the signers: it brings up the dialog.
      sitesChanged: () => touch('sites', 'signers'),
      changed: gateChanged,
      sound: (kind) => {
        const wanted = plans.loaded?.plan.options.sound !== false && settingsOf().sound.on;
        if (wanted) emit('sound', { kind });
      },
    });
    const simulation = this.#o.simulation?.(registry, () => touch('simulation'));
    return {
      mode,
      records,
      book,
      now,
      touch,
      settingsFile,
      settings,
      people,
      plans,
      registry,
      manager,
      signers,
      workshop,
      ownServer,
      server,
      boards,
      recordsDesk: new RecordsDesk({ records, book, now, roots: () => settings.namedRoots() }),
      watch,
      simulation,
      kits: () => this.#kits,
      namedPorts: () => {
        const { extraKits, sites } = settingsOf();
        return [...extraKits, ...sites.filter((site) => site.enabled).map((site) => site.connector)];
      },
      gateChanged,
    };
  }

  #countSignatures(): void {
    const { recordsDesk, signers, records } = this.#parts;
    recordsDesk.signed().then(
      (counts) => signers.setSigned(counts),
      (thrown: unknown) => {
        const error = asSignetError(thrown);
        if (error.code !== 'SHUTTING_DOWN')
          records.activity.of('records').warning(`Signatures could not be counted: ${error.message}`);
      },
    );
  }

  #logGrew(): void {
    this.#growTimer ??= setTimeout(() => {
      this.#growTimer = undefined;
      this.#o.emit('logGrew', { sequence: this.#o.records.signingLog.head.sequence });
    }, growMs);
  }
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}
