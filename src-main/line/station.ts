import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { equalBytes, fromHex, toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import type { CallName, EventName, EventValue, Handlers, ParsedInput } from '../../src-shared/ipc/contract.ts';
import { settingsSchema } from '../../src-shared/ipc/contract.ts';
import type { Band, SimulationView, SliceName, StationView, VerdictView } from '../../src-shared/ipc/state.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import { KitRegistry } from '../device/index.ts';
import {
  diskFiles,
  formatActivityLine,
  openPeopleBook,
  openPlanBook,
  openStationBook,
  type Records,
  type StationBook,
} from '../records/index.ts';
import { ClockGuard } from '../signing/clock-guard.ts';
import { definitionSource } from '../signing/definitions.ts';
import { SignerManager } from '../signing/signer-manager.ts';
import type { SliceSource } from './feed.ts';
import { freeBytes, healthItems, tooLowDisk } from './health.ts';
import { importFile } from './import-file.ts';
import { KitHouse } from './kit-house.ts';
import { OwnServer } from './own-server.ts';
import { type Actor, PeopleDesk } from './people.ts';
import { dryRunPlan, type InspectQuestion, inspectPlan, planPresets } from './plan-inspect.ts';
import { PlanDesk } from './plans.ts';
import { RecordsDesk } from './records-desk.ts';
import { ownLink, remoteLink, type ServerLink } from './server-link.ts';
import { openSettings, type Settings, type SettingsFile } from './settings-file.ts';
import { countVerdict, newShift, type Shift, shiftSchema, shiftView } from './shift.ts';
import { SignerDesk } from './signer-desk.ts';
import { SignerWorkshop } from './signer-workshop.ts';
import type { Simulation } from './simulation/simulation.ts';
import { closeOpenRuns } from './site/run-journal.ts';
import type { Site } from './site/site.ts';
import type { Gate } from './site/view.ts';
import { Sites } from './sites.ts';
import { countBoard, running, type StopState, stopStateSchema } from './stop-rule.ts';
import { openTrustedRoots, type TrustedRoots } from './trusted-roots.ts';
import { softwareVersion } from './version.ts';

/** Calls that the line itself answers: they begin and end stations. */
export type LineCalls = 'snapshot' | 'simulation.start' | 'simulation.stop' | 'station.setUp';
export type StationHandlers = Omit<Handlers, LineCalls>;

export interface StationOptions {
  readonly records: Records;
  /** unset = nobody set it up yet: no kit is touched. */
  readonly mode: 'unset' | 'simulated' | 'real';
  readonly defaults?: Settings;
  readonly now: () => Date;
  readonly touch: (...slices: readonly SliceName[]) => void;
  readonly emit: <N extends EventName>(event: N, value: EventValue<N>) => void;
  /** Silicon instead of hardware. */
  readonly simulation?: (registry: KitRegistry, changed: () => void) => Simulation;
}

const batchSchema = z.strictObject({ name: z.string(), quota: z.int().nullable() });
/** How often disk, clock and a store that refused are looked at again, ms. */
const healthMs = 5_000;
/** Boards that one signer keeps up with, for saying how many more would help (signer-and-server.md 6.6). */
const sitesPerSigner = 4;
/** A request that waits longer than this waits for a signer, ms. */
const longWaitMs = 1_500;

/**
 * One station over one data folder: services composed from its settings, sites with their boards, people, plans, records. Everything a
 * screen can ask is a method of `handlers`; everything it sees comes from `source`.
 */
export class Station {
  readonly #o: StationOptions;
  readonly #records: Records;
  readonly #now: () => Date;
  readonly #book: StationBook;
  readonly #settings: SettingsFile;
  readonly #people: PeopleDesk;
  readonly #plans: PlanDesk;
  readonly #registry: KitRegistry;
  readonly #roots: TrustedRoots;
  readonly #manager: SignerManager;
  readonly #signers: SignerDesk;
  readonly #workshop: SignerWorkshop;
  readonly #server: OwnServer;
  readonly #recordsDesk: RecordsDesk;
  readonly #clock: ClockGuard;
  readonly #simulation: Simulation | undefined;
  readonly #closers: (() => void)[] = [];
  #kits: KitHouse | undefined;
  #sites: Sites | undefined;
  #link: ServerLink;
  #shift: Shift;
  #stop: StopState;
  #batch: z.infer<typeof batchSchema>;
  #clockTrouble: string | undefined;
  #cannotRecord = '';
  #healthTimer: NodeJS.Timeout | undefined;
  #growTimer: NodeJS.Timeout | undefined;
  readonly #autoStarted = new Map<string, string>();
  readonly #lastState = new Map<string, string>();

  /** Opens everything; to be followed by `start`. */
  constructor(options: StationOptions) {
    this.#o = options;
    const { records, now } = options;
    this.#records = records;
    this.#now = now;
    this.#book = openStationBook(records.store);
    this.#settings = openSettings(records.folder.path, {
      now,
      ...(options.defaults === undefined ? {} : { defaults: options.defaults }),
    });
    if (this.#settings.damaged !== '')
      records.activity.warning(
        `The settings file was damaged and was moved to ${this.#settings.damaged}; what could be read of it is used, the rest has its defaults.`,
      );
    this.#people = new PeopleDesk(openPeopleBook(records.store), now, () => this.#peopleChanged());
    this.#plans = new PlanDesk({
      book: openPlanBook(records.store),
      station: this.#book,
      store: records.store,
      now,
      changed: () => this.#planChanged(),
    });
    this.#registry = new KitRegistry({
      now: () => performance.now(),
      isBound: (connector) => this.#settings.value.sites.some((site) => site.connector === connector),
    });
    this.#roots = openTrustedRoots(records.folder.path, (key) =>
      records.activity.warning(
        `The root ${key.slice(0, 16)}… is trusted from now on: it is the first one that this station has seen.`,
      ),
    );
    for (const { publicKey } of this.#settings.value.trustedRoots) this.#addRoot(publicKey);
    this.#manager = new SignerManager({
      registry: this.#registry,
      definitions: definitionSource(records.definitions),
      trustsRoot: (key) => this.#roots.trusts(key),
      now,
      random,
      delays: records.policy,
      activity: records.activity,
      identities: records.identities,
      setUpNotes: records.setUpNotes,
      passwordChangeBegun: (signer) => records.policy.passwordChangeBegun(signer),
    });
    this.#signers = new SignerDesk({
      manager: this.#manager,
      registry: this.#registry,
      records,
      now,
      changed: () => this.#signersChanged(),
    });
    this.#workshop = new SignerWorkshop({
      manager: this.#manager,
      registry: this.#registry,
      records,
      roots: this.#roots,
      minimumPassword: () => this.#settings.value.passwordMinimum,
      persons: () => (this.#people.actor.name === '' ? [] : [this.#people.actor.name]),
      now,
      random,
      progress: (progress) => options.emit('setUp', progress),
    });
    this.#server = new OwnServer({
      records,
      manager: this.#manager,
      now,
      random,
      changed: () => options.touch('station', 'health'),
    });
    this.#recordsDesk = new RecordsDesk({ records, book: this.#book, now, roots: () => this.#namedRoots() });
    this.#clock = new ClockGuard(now, () => performance.now(), records.signingLog);
    this.#shift = this.#book.fact('shift', shiftSchema) ?? newShift(now());
    this.#stop = this.#book.fact('stop', stopStateSchema) ?? running;
    this.#batch = this.#book.fact('batch', batchSchema) ?? {
      name: options.mode === 'simulated' ? 'SIMULATION' : '',
      quota: null,
    };
    this.#simulation = options.simulation?.(this.#registry, () => options.touch('simulation'));
    this.#link = this.#newLink();
  }

  /** Begins to work: accounts for what a crash left, plugs in, listens. */
  async start(): Promise<void> {
    const { records } = this;
    const { activity } = records;
    activity.info(`${softwareVersion} started, ${this.#o.mode}, data in ${records.folder.path}.`);
    this.#closers.push(
      activity.onLine((line) =>
        this.#o.emit('activity', {
          time: line.time.toISOString(),
          level: line.level,
          text: line.text,
          line: formatActivityLine(line),
        }),
      ),
      records.signingLog.onRow(() => this.#logGrew()),
    );
    await this.#server.start();
    for (const record of await closeOpenRuns(records.runs, this.#book, this.#link.remote)) {
      const stage = record.outcome.kind === 'PASS' ? 0 : record.outcome.stage;
      activity.warning(
        `The run of ${record.serialNumber} was cut off in stage ${stage} when the program ended; it can be resumed.`,
      );
    }
    this.#manager.start();
    if (this.#o.mode !== 'unset') {
      const sites = new Sites(this.#registry, () => this.#settings.value, this.#siteHost());
      this.#sites = sites;
      if (this.#simulation !== undefined) await this.#simulation.start();
      else {
        this.#kits = new KitHouse(this.#registry, this.#namedPorts(), {
          opening: (description) => sites.opening(description),
          notOpened: (description, trouble) => sites.notOpened(description, trouble),
          health: () => this.#o.touch('health'),
        });
        await this.#kits.start();
      }
      sites.begun();
      await this.#manager.settled();
      await this.#server.apply(this.#settings.value.server);
    }
    this.#checkHealth();
    this.#recordsDesk.signed().then(
      (counts) => this.#signers.setSigned(counts),
      (thrown: unknown) => activity.warning(`Signatures could not be counted: ${asSignetError(thrown).message}`),
    );
    this.#o.touch('station', 'sites', 'signers', 'shift', 'health', 'simulation');
  }

  get records(): Records {
    return this.#records;
  }

  get mode(): StationOptions['mode'] {
    return this.#o.mode;
  }

  get settings(): Settings {
    return this.#settings.value;
  }

  get plans(): PlanDesk {
    return this.#plans;
  }

  get people(): PeopleDesk {
    return this.#people;
  }

  /** A board is being worked on. */
  get busy(): boolean {
    return this.#sites?.busy === true;
  }

  /** Others can reach the server over the network. */
  get serving(): boolean {
    return this.#server.bound !== undefined;
  }

  get simulation(): Simulation | undefined {
    return this.#simulation;
  }

  trustRootFile(path: string): void {
    this.#roots.addFile(path);
  }

  unlockWith(serialNumber: string, password: string): Promise<void> {
    return this.#signers.unlock(serialNumber, [password]);
  }

  /** Serial numbers of modules that wait for a password. */
  waitingSigners(): readonly string[] {
    return this.#manager
      .list()
      .filter((signer) => signer.waitsForPassword)
      .flatMap(({ module }) => (module.identity === undefined ? [] : [toHex(module.identity.serialNumber)]));
  }

  async saveSettings(settings: Settings): Promise<void> {
    await this.#settings.save(settings);
  }

  readonly source: SliceSource = {
    station: () => this.#stationView(),
    sites: () => this.#siteViews(),
    signers: () => this.#signers.views(() => this.#waitingSites()),
    shift: () => shiftView(this.#shift, this.#batch.quota, this.#now()),
    health: () => this.#health(),
    simulation: () => this.#simulationView(),
  };

  /** Stops runs before their next stage, gives everything back. The records stay open: they are the line's. */
  async close(): Promise<void> {
    clearTimeout(this.#healthTimer);
    clearTimeout(this.#growTimer);
    for (const closer of this.#closers) closer();
    await this.#sites?.close();
    this.#link.close();
    await this.#server.stop();
    await this.#manager.stop();
    this.#signers.close();
    this.#people.close();
    await this.#kits?.stop();
    await this.#simulation?.close();
    for (const kit of this.#registry.kits()) await this.#registry.remove(kit.id);
    await this.#recordsDesk.close();
  }

  /** Writes down that somebody did something; a station that cannot write says so. */
  async record(act: CallName, subject: string, detail: string, actor: Actor): Promise<void> {
    await this.#book.record({
      time: this.#now().toISOString(),
      who: actor.name,
      role: actor.role,
      auth: actor.auth,
      act,
      subject,
      detail,
    });
  }

  readonly handlers: StationHandlers = {
    ping: async ({ text }) => ({ text }),

    'simulation.insert': async ({ site, board }) => {
      await this.#needSimulation().insert(site, board, this.#boardWorkshop());
      return {};
    },
    'simulation.remove': async ({ site }) => {
      await this.#needSimulation().remove(site);
      return {};
    },
    'simulation.password': async () => ({ password: this.#needSimulation().password }),

    'line.start': async ({ site, action, unitLabel }) => ({ runId: await this.#startBoard(site, action, unitLabel) }),
    'line.startAll': async () => ({ started: await this.#startAll() }),
    'line.setAside': async ({ site, reason }) => {
      await this.#needSites().get(site).setAside(reason, this.#people.actor.name);
      return {};
    },
    'line.releaseStop': async ({ reason }) => {
      this.#stop = running;
      await this.#book.setFact('stop', running);
      this.#records.activity.info(`The line was released${reason === '' ? '' : `: ${reason}`}.`);
      this.#gateChanged();
      return {};
    },
    'line.acceptFirstArticle': async () => {
      if (this.#plans.loaded?.firstArticle !== 'made')
        throw new SignetError('NOT_NOW', 'There is no first article to be accepted.', { blocked: null });
      await this.#plans.setFirstArticle('accepted');
      return {};
    },
    'line.setBatch': async ({ batch, quota }) => {
      await this.#records.policy.setBatch({ name: batch, open: true, quota: quota ?? undefined });
      this.#batch = { name: batch, quota };
      await this.#book.setFact('batch', this.#batch);
      this.#gateChanged();
      this.#o.touch('shift');
      return {};
    },
    'line.resetShift': async () => {
      this.#shift = newShift(this.#now());
      await this.#book.setFact('shift', this.#shift);
      this.#o.touch('shift');
      return {};
    },
    'line.acceptClock': async () => {
      this.#clock.accept();
      this.#server.service.acceptClock();
      this.#checkClock();
      return {};
    },

    'people.signOn': async ({ name, pin }) => {
      await this.#people.signOn(name, pin);
      return {};
    },
    'people.signOff': async () => {
      this.#people.signOff();
      return {};
    },
    'people.list': async () => this.#people.list(),
    'people.save': async (person) => {
      await this.#people.save(person);
      return {};
    },

    'signers.unlock': async ({ serialNumber, passwords }) => {
      await this.#signers.unlock(serialNumber, passwords);
      return {};
    },
    'signers.lock': async ({ serialNumber }) => {
      await this.#signers.lock(serialNumber);
      return {};
    },
    'signers.lockAll': async () => {
      await this.#signers.lockAll();
      return {};
    },
    'signers.rename': async ({ serialNumber, label }) => {
      await this.#workshop.rename(serialNumber, label);
      return {};
    },
    'signers.changePassword': async (input) => {
      await this.#workshop.changePassword(input);
      return {};
    },
    'signers.certificate': async ({ serialNumber }) => this.#signers.certificates(serialNumber),
    'signers.export': async ({ serialNumber }) => this.#signers.files(serialNumber),
    'signers.roots': async () => this.#workshop.listRoots(),
    'signers.createRoot': (input) => this.#workshop.createRoot(input),
    'signers.setUp': (input) => this.#workshop.setUp(input),

    'records.log': (input) => this.#recordsDesk.log(input),
    'records.logAt': (input) => this.#recordsDesk.logAt(input),
    'records.archive': (input) => this.#recordsDesk.archive(input),
    'records.unit': async ({ serialNumber }) => this.#recordsDesk.unit(serialNumber),
    'records.charts': (input) => this.#recordsDesk.charts(input),
    'records.rework': async ({ serialNumber, reason }) => {
      await this.#recordsDesk.rework(serialNumber, reason, this.#people.actor);
      this.#sites?.reassess();
      return {};
    },
    'records.export': (input) => this.#recordsDesk.export(input),
    'records.verifyLog': () => this.#recordsDesk.verifyLog(),

    'plan.list': async () =>
      this.#plans.list().map(({ name, version, released, active, createdAt, createdBy, digest }) => ({
        name,
        version,
        released,
        active,
        createdAt,
        createdBy,
        digest,
      })),
    'plan.get': async ({ name, version }) => this.#plans.get(name, version),
    'plan.save': ({ plan }) => this.#plans.save(plan, this.#people.actor.name),
    'plan.release': async ({ name, version }) => {
      await this.#plans.release(name, version, this.#people.actor.name);
      return {};
    },
    'plan.activate': async ({ name, version }) => {
      if (this.busy) throw new SignetError('NOT_NOW', 'The plan cannot be changed while a board is being worked on.');
      await this.#plans.activate(name, version);
      return {};
    },
    'plan.inspect': async (input) => inspectPlan(this.#inspectQuestion(input)),
    'plan.dryRun': (input) => dryRunPlan(this.#inspectQuestion(input)),
    'plan.presets': async () => planPresets(),
    'plan.importFile': async (input) => importFile(input),

    'activity.recent': async () =>
      this.#records.activity.recent().map((line) => ({
        time: line.time.toISOString(),
        level: line.level,
        text: line.text,
        line: formatActivityLine(line),
      })),
    'settings.get': async () => this.#shownSettings(),
    'settings.save': async (settings) => {
      await this.#applySettings(settings);
      return {};
    },
    'server.stations': async () => this.#records.policy.stations().map((station) => ({ ...station })),
    'server.addStation': async ({ name }) => {
      const key = random(32);
      const shown = toHex(key);
      await this.#records.policy.addStation(name, key, this.#now().toISOString());
      if (this.#server.problem !== undefined) await this.#server.apply(this.#settings.value.server);
      return { key: shown };
    },
    'server.withdrawStation': async ({ name }) => {
      await this.#records.policy.withdrawStation(name, this.#now().toISOString());
      return {};
    },
    'server.setStationKey': async ({ key }) => {
      await this.#saveStationKey(key);
      return {};
    },
    'server.clients': async () =>
      this.#server.clients.map(({ address, station, auth, since, requests }) => ({
        address,
        station,
        auth,
        since: since.toISOString(),
        requests,
      })),
    'kits.list': async () => this.#kitList(),
    'health.list': async () => this.#health(),
  };

  // What screens see

  #stationView(): StationView {
    const { value: settings } = this.#settings;
    const { loaded } = this.#plans;
    const { ready, total } = this.#signers.counts();
    const person = this.#people.current;
    return {
      name: this.#o.mode === 'unset' ? '' : settings.station,
      batch: this.#batch.name,
      mode: this.#o.mode,
      server: this.#serverView(),
      signersReady: ready,
      signersTotal: total,
      person: person === undefined ? null : { ...person },
      peopleConfigured: this.#people.configured,
      bands: this.#bands(),
      plan:
        loaded === undefined
          ? null
          : {
              name: loaded.plan.name,
              version: loaded.plan.version,
              digest: loaded.digest,
              firstArticle: loaded.firstArticle,
              options: loaded.plan.options,
              locksSlots: loaded.plan.entries.some((entry) => entry.lockSlots.length > 0),
              usualMs: this.#plans.usualMs(),
            },
      stopped: this.#stop.stopped,
      signersShort: this.#signersShort(),
      language: settings.language,
      theme: settings.theme,
      textScale: settings.textScale,
      sound: settings.sound,
      software: softwareVersion,
    };
  }

  #serverView(): StationView['server'] {
    const { server } = this.#settings.value;
    if (server.mode === 'remote') {
      return {
        mode: 'remote',
        status: this.#link.reachable ? 'connected' : 'unreachable',
        address: `${server.remoteHost}:${server.remotePort}`,
        clients: 0,
      };
    }
    const { bound } = this.#server;
    return {
      mode: 'own',
      status: bound === undefined ? 'off' : 'listening',
      address: bound === undefined ? '' : `${bound.host}:${bound.port}`,
      clients: this.#server.clients.length,
    };
  }

  #bands(): Band[] {
    const bands: Band[] = [];
    if (this.#o.mode === 'simulated') bands.push({ kind: 'simulated', facts: {} });
    if (this.#cannotRecord !== '') bands.push({ kind: 'cannot-record', facts: { reason: this.#cannotRecord } });
    const { alarm } = this.#records.signingLog;
    if (alarm !== '') bands.push({ kind: 'log-broken', facts: { reason: alarm } });
    if (this.#clockTrouble !== undefined) bands.push({ kind: 'clock', facts: { reason: this.#clockTrouble } });
    if (this.#link.remote && !this.#link.reachable)
      bands.push({ kind: 'server-unreachable', facts: { address: this.#serverView().address } });
    return bands;
  }

  #siteViews(): ReturnType<Sites['views']> {
    const views = this.#sites?.views() ?? [];
    for (const { id, state } of views) this.#sounds(id, state);
    return views;
  }

  /** A site that comes to need somebody says so, once. */
  #sounds(id: string, state: string): void {
    const before = this.#lastState.get(id);
    this.#lastState.set(id, state);
    if (before !== state && (state === 'decision' || state === 'waiting')) this.#sound('ask');
  }

  #sound(kind: 'pass' | 'fail' | 'ask'): void {
    const wanted = this.#plans.loaded?.plan.options.sound !== false;
    if (wanted && this.#settings.value.sound.on) this.#o.emit('sound', { kind });
  }

  #simulationView(): SimulationView | null {
    return this.#simulation?.view ?? null;
  }

  #waitingSites(): number {
    return (this.#sites?.all() ?? []).filter((site) => {
      const { state } = site.choices();
      return state === 'waiting' || site.waitsFor === 'password';
    }).length;
  }

  /** Signers that would help while requests of sites queue for one that is busy. */
  #signersShort(): number {
    const sites = this.#sites?.all() ?? [];
    const now = performance.now();
    const queued = sites.filter((site) => site.waitsLongerThan(longWaitMs, now)).length;
    return queued === 0 ? 0 : Math.max(1, Math.ceil(queued / sitesPerSigner));
  }

  #health(): ReturnType<typeof healthItems> {
    const { value: settings } = this.#settings;
    const remote = settings.server.mode === 'remote';
    return healthItems({
      folder: this.#records.folder.path,
      freeBytes: freeBytes(this.#records.folder.path),
      cannotRecord: this.#cannotRecord,
      clock: this.#clockTrouble,
      logAlarm: this.#records.signingLog.alarm,
      damagedSettings: this.#settings.damaged,
      ports: this.#kits?.snapshot.health ?? [],
      denied: this.#deniedPorts(),
      serverProblem: this.#server.problem,
      remote: remote
        ? {
            address: `${settings.server.remoteHost}:${settings.server.remotePort}`,
            reachable: this.#link.reachable,
            waitingReports: this.#link.waitingReports,
          }
        : undefined,
    });
  }

  #deniedPorts(): { path: string; reason: string }[] {
    const { kits } = this;
    return (kits?.snapshot.ports ?? []).flatMap(({ description }) => {
      const trouble = kits?.troubleOf(description.path);
      return trouble?.code === 'PORT_DENIED' ? [{ path: description.path, reason: trouble.message }] : [];
    });
  }

  get kits(): KitHouse | undefined {
    return this.#kits;
  }

  #kitList(): Awaited<ReturnType<StationHandlers['kits.list']>> {
    const adopted = this.#registry.kits().map((kit) => ({
      path: kit.channel.path,
      connector: kit.channel.connector,
      name: kit.identity.name,
      use:
        kit.owner?.role === 'signer-module'
          ? kit.kitClass === 'root'
            ? ('root' as const)
            : ('signer' as const)
          : this.#registry.mayBeSite(kit)
            ? ('site' as const)
            : ('free' as const),
      reason: kit.owner?.name ?? '',
    }));
    const known = new Set(adopted.map(({ path }) => path));
    const others = (this.#kits?.snapshot.ports ?? [])
      .filter(({ description }) => !known.has(description.path))
      .map(({ description, taken, reason }) => ({
        path: description.path,
        connector: description.connector,
        name: description.product ?? '',
        use: 'refused' as const,
        reason: taken ? (this.#kits?.troubleOf(description.path)?.message ?? reason) : reason,
      }));
    return [...adopted, ...others];
  }

  #shownSettings(): Settings {
    const { value } = this.#settings;
    return {
      ...value,
      trustedRoots: this.#namedRoots().map(({ name, publicKey }) => ({ name, publicKey: toHex(publicKey) })),
    };
  }

  #namedRoots(): { name: string; publicKey: Uint8Array }[] {
    const names = this.#settings.value.trustedRoots;
    return this.#roots.keys.map((publicKey) => ({
      name:
        names.find((root) => root.publicKey.toUpperCase() === toHex(publicKey))?.name ?? toHex(publicKey).slice(0, 16),
      publicKey,
    }));
  }

  // Boards

  #siteHost(): ConstructorParameters<typeof Sites>[2] {
    const { records } = this;
    return {
      registry: this.#registry,
      runs: records.runs,
      book: this.#book,
      now: this.#now,
      monotonic: () => performance.now(),
      station: () => this.#settings.value.station,
      batch: () => this.#batch.name,
      plan: () => this.#plans.loaded,
      gate: () => this.#gate(),
      knowledge: (serialNumber) => ({
        archived: this.#link.remote ? undefined : records.archive.bySerialNumber(serialNumber).length > 0,
        newest: records.runs.bySerialNumber(serialNumber).at(-1),
        setAside: this.#book.setAsideOf(serialNumber),
      }),
      rework: (serialNumber) => records.policy.reworkFor(serialNumber) !== undefined,
      operator: () => {
        const { name, auth } = this.#people.actor;
        return { name, auth };
      },
      client: (site, onWait) => this.#link.client(site.label, onWait),
      spool: () => this.#link.remote,
      changed: () => this.#o.touch('sites'),
      ended: (site, verdict, runs) => this.#ended(site, verdict, runs),
      ready: () => this.#autoStartSoon(),
      activity: records.activity,
    };
  }

  #gate(): Gate {
    const { loaded } = this.#plans;
    return {
      anything: this.#blockedForAll(),
      start: this.#blockedForStart(),
      signer: this.#link.remote || loaded === undefined ? 'elsewhere' : this.#signers.stateFor(loaded.entries),
    };
  }

  #blockedForAll(): Gate['anything'] {
    if (this.#cannotRecord !== '') return 'cannot-record';
    if (this.#link.remote && !this.#link.reachable) return 'server-unreachable';
    return this.#people.refusal('operator') ?? null;
  }

  #blockedForStart(): Gate['start'] {
    const { loaded } = this.#plans;
    if (this.#clockTrouble !== undefined && !this.#link.remote) return 'clock';
    if (loaded === undefined) return 'no-plan';
    if (this.#stop.stopped !== null) return 'line-stopped';
    const firstUnderWay = loaded.firstArticle === 'wanted' && this.busy;
    if (loaded.firstArticle === 'made' || firstUnderWay) return 'first-article';
    if (!this.#link.remote && this.#records.policy.remaining(this.#batch.name) === 0) return 'quota-reached';
    return null;
  }

  async #startBoard(id: string, action: ParsedInput<'line.start'>['action'], unitLabel: string): Promise<string> {
    const site = this.#needSites().get(id);
    const options = this.#plans.loaded?.plan.options;
    if (action === 'provision' && options?.barcodeBeforeStart === true && unitLabel === '')
      throw new SignetError('OPTION_INVALID', 'The plan asks for the unit to be scanned first.');
    const choice = site.choices().choices.find((each) => each.action === action);
    if (choice?.role !== undefined && choice.role !== null) this.#people.require(choice.role);
    const aside = site.chips.filter((chip) => this.#book.setAsideOf(toHex(chip.serialNumber)) !== undefined);
    const runId = await site.start(action, unitLabel);
    const { actor } = this.#people;
    for (const chip of aside) {
      const serialNumber = toHex(chip.serialNumber);
      await this.#book.liftSetAside(serialNumber, actor.name, this.#now().toISOString());
      await this.record('line.start', serialNumber, 'a board set aside was taken up again', actor);
    }
    if (action === 'accept-key')
      for (const chip of site.chips)
        await this.record('line.start', toHex(chip.serialNumber), 'a key of unknown origin was accepted', actor);
    return runId;
  }

  async #startAll(): Promise<number> {
    const options = this.#plans.loaded?.plan.options;
    if (options?.barcodeBeforeStart === true) return 0;
    let started = 0;
    for (const site of this.#needSites().all()) {
      const { state, choices } = site.choices();
      const ready =
        state === 'seen' && choices.some((choice) => choice.action === 'provision' && choice.blocked === null);
      if (!ready) continue;
      try {
        await site.start('provision', '');
        started += 1;
      } catch (thrown) {
        this.#records.activity.warning(`${site.place.label} was not started: ${asSignetError(thrown).message}`);
      }
    }
    return started;
  }

  #autoStartSoon(): void {
    setImmediate(() => this.#autoStart());
  }

  /** Boards at bound sites start by themselves where the plan says so; each board once. */
  #autoStart(): void {
    const options = this.#plans.loaded?.plan.options;
    if (options?.autoStart !== true || options.barcodeBeforeStart) return;
    for (const site of this.#sites?.all() ?? []) {
      if (!site.place.bound || site.busy) continue;
      const { state, choices } = site.choices();
      if (state === 'empty' || state === 'verdict') this.#autoStarted.delete(site.place.id);
      if (state !== 'seen' || choices[0]?.blocked !== null) continue;
      const board = site.chips.map((chip) => toHex(chip.serialNumber)).join();
      if (this.#autoStarted.get(site.place.id) === board) continue;
      this.#autoStarted.set(site.place.id, board);
      site.start('provision', '').catch((thrown: unknown) => {
        this.#records.activity.warning(`${site.place.label} did not start by itself: ${asSignetError(thrown).message}`);
      });
    }
  }

  #ended(_site: Site, verdict: VerdictView, runs: readonly RunRecord[]): void {
    const serialNumber = verdict.serialNumbers[0] ?? '';
    const provisioned = runs.some((record) => record.kind === 'provision');
    if (verdict.kind === 'SET_ASIDE' || provisioned || verdict.kind === 'FAULT')
      this.#shift = countVerdict(this.#shift, { kind: verdict.kind, serialNumber }, this.#now());
    const loaded = this.#plans.loaded;
    const counted = provisioned && (verdict.kind === 'PASS' || verdict.kind === 'FAIL');
    if (counted && loaded !== undefined) {
      this.#stop = countBoard(this.#stop, verdict.kind === 'PASS', loaded.plan.options);
      if (this.#stop.stopped !== null)
        this.#records.activity.warning('The line stopped after failures; a supervisor releases it.');
    }
    for (const record of runs) if (record.outcome.kind === 'PASS') this.#plans.passed(record);
    const writes: Promise<void>[] = [this.#book.setFact('shift', this.#shift), this.#book.setFact('stop', this.#stop)];
    if (verdict.kind === 'PASS' && provisioned && loaded?.firstArticle === 'wanted')
      writes.push(this.#plans.setFirstArticle('made'));
    Promise.all(writes).catch((thrown: unknown) => this.#storageRefused(thrown));
    if (verdict.errorName === 'STORAGE_FAILED') this.#storageRefused(new Error(verdict.detail));
    if (verdict.kind === 'PASS') this.#sound('pass');
    else if (verdict.kind === 'FAIL') this.#sound('fail');
    else if (verdict.kind === 'FAULT') this.#sound('ask');
    this.#link.ended();
    this.#o.touch('shift');
    this.#gateChanged();
  }

  #boardWorkshop(): Parameters<Simulation['insert']>[2] {
    const { loaded } = this.#plans;
    return {
      plan: loaded,
      client: () => this.#link.client('workshop', () => undefined),
      runs: this.#records.runs,
      book: this.#book,
      signerReady: loaded !== undefined && this.#signers.stateFor(loaded.entries) === 'ready',
      station: this.#settings.value.station,
      batch: this.#batch.name,
      now: this.#now,
    };
  }

  #inspectQuestion(input: ParsedInput<'plan.inspect'>): InspectQuestion {
    const site = input.site === null ? undefined : this.#needSites().get(input.site);
    const view = site?.view();
    const identity = site?.chips[input.entry] ?? site?.chips[0];
    return {
      plan: input.plan,
      entry: input.entry,
      part: input.part,
      language: input.language,
      chip: identity === undefined ? undefined : { identity, state: view?.chips[0]?.state ?? '' },
      definitions: this.#signers.definitions(),
      now: this.#now(),
    };
  }

  // Settings and server

  async #applySettings(next: Settings): Promise<void> {
    const before = this.#shownSettings();
    const taste = {
      ...next,
      language: before.language,
      theme: before.theme,
      textScale: before.textScale,
      sound: before.sound,
    };
    // Language, look and loudness are everybody's; the rest is the engineer's.
    if (JSON.stringify(settingsSchema.parse(taste)) !== JSON.stringify(settingsSchema.parse(before)))
      this.#people.require('engineer');
    checkSettings(next);
    const changed = (pick: (settings: Settings) => unknown): boolean =>
      JSON.stringify(pick(next)) !== JSON.stringify(pick(before));
    const sitesChanged = changed(({ sites }) => sites);
    const linkChanged = changed(({ server: { mode, remoteHost, remotePort } }) => [mode, remoteHost, remotePort]);
    if ((sitesChanged || linkChanged) && this.busy)
      throw new SignetError('NOT_NOW', 'Sites and server cannot be changed while a board is being worked on.');
    await this.#settings.save(next);
    for (const { publicKey } of next.trustedRoots) this.#addRoot(publicKey);
    if (linkChanged) {
      this.#link.close();
      this.#link = this.#newLink();
    }
    if (changed(({ server }) => server) && this.#o.mode !== 'unset') await this.#server.apply(next.server);
    if (sitesChanged) this.#sites?.rearrange();
    if (sitesChanged || changed(({ extraKits }) => extraKits)) await this.#kits?.setByHand(this.#namedPorts());
    this.#gateChanged();
    this.#o.touch('station', 'sites', 'health');
  }

  #newLink(): ServerLink {
    const { server } = this.#settings.value;
    const station = (): string => this.#settings.value.station;
    if (server.mode === 'own') return ownLink(this.#server.local, station);
    return remoteLink({
      host: server.remoteHost,
      port: server.remotePort,
      station,
      key: () => this.#stationKey(),
      runs: this.#records.runs,
      activity: this.#records.activity,
      changed: () => {
        this.#gateChanged();
        this.#o.touch('station', 'health');
      },
    });
  }

  get #keyFile(): string {
    return join(this.#records.folder.path, 'station.key');
  }

  #stationKey(): Secret | undefined {
    if (!existsSync(this.#keyFile)) return undefined;
    const text = readFileSync(this.#keyFile, 'utf8').trim();
    return /^[0-9A-Fa-f]{64}$/.test(text) ? new Secret(fromHex(text)) : undefined;
  }

  async #saveStationKey(key: string): Promise<void> {
    await diskFiles.replace(this.#keyFile, Buffer.from(`${key}\n`));
    await restrict(this.#keyFile);
    this.#link.ended();
  }

  /** Kits that people named, and the connectors of sites: taken whatever they are. */
  #namedPorts(): string[] {
    const { extraKits, sites } = this.#settings.value;
    return [...extraKits, ...sites.filter((site) => site.enabled).map((site) => site.connector)];
  }

  #addRoot(publicKey: string): void {
    const key = /^[0-9A-Fa-f]{128}$/.test(publicKey) ? fromHex(publicKey) : undefined;
    if (key !== undefined && !this.#roots.keys.some((known) => equalBytes(known, key))) this.#roots.add(key);
  }

  // Changes and health

  #peopleChanged(): void {
    this.#gateChanged();
    this.#o.touch('station');
  }

  #planChanged(): void {
    this.#sites?.reassess();
    this.#gateChanged();
    this.#o.touch('station');
  }

  #signersChanged(): void {
    this.#o.touch('signers', 'station');
    this.#gateChanged();
  }

  /** What may be begun may have changed. */
  #gateChanged(): void {
    this.#o.touch('sites', 'station', 'signers');
    this.#autoStartSoon();
  }

  #logGrew(): void {
    this.#growTimer ??= setTimeout(() => {
      this.#growTimer = undefined;
      this.#o.emit('logGrew', { sequence: this.#records.signingLog.head.sequence });
    }, 100);
  }

  #checkHealth(): void {
    clearTimeout(this.#healthTimer);
    this.#checkClock();
    const free = freeBytes(this.#records.folder.path);
    if (free !== undefined && free < tooLowDisk)
      this.#storageRefused(new Error(`only ${Math.floor(free / (1 << 20))} MB are left on the disk`));
    else if (this.#cannotRecord !== '') this.#tryToRecord();
    this.#o.touch('health');
    this.#healthTimer = setTimeout(() => this.#checkHealth(), healthMs);
    this.#healthTimer.unref();
  }

  #checkClock(): void {
    const trouble = this.#clock.check();
    if (trouble === this.#clockTrouble) return;
    this.#clockTrouble = trouble;
    if (trouble !== undefined) this.#records.activity.error(`Nothing is certified: ${trouble}.`);
    this.#o.touch('station', 'health');
    this.#gateChanged();
  }

  #storageRefused(thrown: unknown): void {
    const reason = asSignetError(thrown).message;
    if (this.#cannotRecord === '') this.#records.activity.error(`Nothing can be recorded: ${reason}`);
    this.#cannotRecord = reason;
    this.#o.touch('station', 'health');
    this.#gateChanged();
  }

  #tryToRecord(): void {
    this.#book.setFact('last-write', this.#now().toISOString()).then(
      () => {
        this.#cannotRecord = '';
        this.#records.activity.info('Records can be written again.');
        this.#o.touch('station', 'health');
        this.#gateChanged();
      },
      () => undefined,
    );
  }

  #needSites(): Sites {
    if (this.#sites === undefined)
      throw new SignetError('NOT_NOW', 'This station was not set up yet.', { blocked: null });
    return this.#sites;
  }

  #needSimulation(): Simulation {
    if (this.#simulation === undefined)
      throw new SignetError('NOT_NOW', 'Nothing is simulated here.', { blocked: null });
    return this.#simulation;
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

async function restrict(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { chmod } = await import('node:fs/promises');
  await chmod(path, 0o600);
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}
