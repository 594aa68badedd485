import { uptime } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import {
  type CallName,
  type CallOutput,
  contract,
  type EventName,
  type EventValue,
  type Handlers,
  type ParsedInput,
  type Push,
} from '../../src-shared/ipc/contract.ts';
import type { SliceName } from '../../src-shared/ipc/state.ts';
import { planSchema } from '../../src-shared/model/plan.ts';
import type { Language } from '../../src-shared/model/sentences.ts';
import { type DataFolder, openRecords, openStationBook, type Records, type StationBook } from '../records/index.ts';
import { StateFeed } from './feed.ts';
import { firstPlan } from './plan-inspect.ts';
import { callRoles, recordedCalls } from './rights.ts';
import { defaultSettings, type Settings } from './settings-file.ts';
import { isSimulatedProduct, simulationNames } from './simulation/names.ts';
import { imageAt } from './simulation/prepare-board.ts';
import {
  type SignerFiles,
  Simulation,
  type SimulationOptions,
  secondAddress,
  simulatedConnector,
  simulationOptionsSchema,
  siteId,
} from './simulation/simulation.ts';
import { SleepWatch } from './sleep-watch.ts';
import { Station } from './station.ts';
import type { LineCalls, StationHandlers } from './station-handlers.ts';

export { defaultDataFolder } from '../records/index.ts';

export interface LineOptions {
  /** Production data, as a path or claimed already; simulations lie below it, apart. */
  readonly folder: string | DataFolder;
  /** Where data folders claim their signers; nobody is asked when absent. */
  readonly claimsFolder?: string;
  readonly now?: () => Date;
}

const modeSchema = z.strictObject({
  mode: z.enum(['unset', 'real']),
  simulation: simulationOptionsSchema.nullable(),
});
type Mode = z.infer<typeof modeSchema>;

/**
 * The contract's implementation: what every screen of every shell talks to. It owns one station at a time, the real one or a simulated
 * one in a folder of its own, and outlives every window.
 */
export class Line {
  readonly handlers: Handlers;
  readonly #records: Records;
  readonly #book: StationBook;
  readonly #now: () => Date;
  readonly #claimsFolder: string | undefined;
  readonly #listeners = new Set<(push: Push) => void>();
  readonly #feed: StateFeed;
  #mode: Mode;
  #station: Station;
  /** Records of the simulation, open while it runs. */
  #simulated: Records | undefined;
  #switching: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;
  readonly #sleep = new SleepWatch({ uptime: () => uptime() * 1000, steady: () => performance.now() }, (sleptMs) =>
    this.wokeUp(sleptMs),
  );

  private constructor(records: Records, now: () => Date, claimsFolder: string | undefined) {
    this.#claimsFolder = claimsFolder;
    this.#records = records;
    this.#now = now;
    this.#book = openStationBook(records.store);
    this.#mode = this.#book.fact('mode', modeSchema) ?? { mode: 'unset', simulation: null };
    this.#feed = new StateFeed(
      {
        station: () => this.#station.source.station(),
        sites: () => this.#station.source.sites(),
        signers: () => this.#station.source.signers(),
        shift: () => this.#station.source.shift(),
        health: () => this.#station.source.health(),
        simulation: () => this.#station.source.simulation(),
      },
      (change) => this.#emit('state', change),
    );
    this.#station = this.#realStation();
    this.handlers = this.#makeHandlers();
  }

  /** Opens the data folder and begins to work. Throws SignetError (DATA_DIR, DATA_DIR_IN_USE, STORE_VERSION, STORE_DAMAGED …); nothing stays open then. */
  static async open(options: LineOptions): Promise<Line> {
    const now = options.now ?? ((): Date => new Date());
    const records = await openRecords({ folder: options.folder, now });
    let line: Line | undefined;
    try {
      line = new Line(records, now, options.claimsFolder);
      await line.#begin();
      line.#sleep.start();
      return line;
    } catch (thrown) {
      await line?.close().catch(() => undefined);
      if (line === undefined) await records.close();
      throw thrown;
    }
  }

  /** Events of the contract; gives a function that ends the listening. */
  onPush(listener: (push: Push) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A board is being worked on: nothing may be closed without asking. */
  get busy(): boolean {
    return this.#station.busy;
  }

  /** Others may be using this computer's server. */
  get serving(): boolean {
    return this.#station.serving;
  }

  get folder(): string {
    return this.#records.folder.path;
  }

  /**
   * The computer goes to sleep: what was unlocked is locked and whoever proved a PIN is signed off, because memory may go to the disk and
   * nobody knows who wakes it. A run under way goes on afterwards, or ends as one whose board was lost.
   */
  goesToSleep(): void {
    this.#secure('The computer goes to sleep: signers are locked, sessions with a PIN have ended.');
  }

  /** It woke: where nobody said before that it would sleep the same is done now, and everything is looked at again. */
  wokeUp(sleptMs: number): void {
    this.#secure(
      `The computer was asleep${sleptMs > 0 ? ` for ${Math.round(sleptMs / 1000)} s` : ''}: signers are locked.`,
    );
  }

  #secure(line: string): void {
    if (this.#closing !== undefined) return;
    (this.#simulated ?? this.#records).activity.warning(line);
    const { people, handlers } = this.#station;
    people.endProvenSession();
    handlers['signers.lockAll']({}, new AbortController().signal).catch((thrown: unknown) => {
      this.#records.activity.of('signers').error(`A signer was not locked: ${asSignetError(thrown).message}`);
    });
    this.#feed.touchAll();
  }

  /** Runs stop before their next stage; everything is given back. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#sleep.close();
    await this.#switching.catch(() => undefined);
    this.#feed.close();
    this.#listeners.clear();
    await this.#station.close();
    await this.#simulated?.close();
    await this.#records.close();
  }

  async #begin(): Promise<void> {
    const { simulation } = this.#mode;
    if (simulation === null) {
      await this.#station.start();
      return;
    }
    await this.#station.close();
    await this.#toSimulation(simulation);
  }

  #makeHandlers(): Handlers {
    const own: Pick<Handlers, LineCalls> = {
      snapshot: async () => {
        await this.#switching;
        return this.#feed.snapshot();
      },
      'simulation.start': async (options) => {
        await this.#switch(() => this.#startSimulation(options));
        return {};
      },
      'simulation.stop': async () => {
        await this.#switch(() => this.#stopSimulation());
        return {};
      },
      'station.setUp': async ({ name }) => {
        await this.#switch(() => this.#setUpStation(name));
        return {};
      },
    };
    const names = Object.keys(contract.calls) as CallName[];
    const all = names.map((name) => [name, isOwn(name) ? own[name] : this.#delegate(name)] as const);
    return Object.fromEntries(all) as unknown as Handlers;
  }

  /** The station of the moment answers; what asks for a role is checked and what changes something is written down here. */
  #delegate<N extends Exclude<CallName, LineCalls>>(
    name: N,
  ): (input: ParsedInput<N>, signal: AbortSignal) => Promise<CallOutput<N>> {
    return async (input, signal) => {
      await this.#switching;
      const station = this.#station;
      const role = callRoles[name];
      if (role !== undefined) station.people.require(role);
      const { actor } = station.people;
      const answer = (await callOf(station.handlers, name)(input, signal)) as CallOutput<N>;
      if (recordedCalls.has(name)) {
        const { subject, detail } = factsOf(input);
        // Where nobody was signed on before, the person of the act is the one it made.
        await station.record(name, subject, detail, actor.name === '' ? station.people.actor : actor);
      }
      return answer;
    };
  }

  /**
   * One change of station at a time; none while a board is being worked on. Until it is done calls wait and nothing is asked of the
   * station that goes: its store is closed.
   */
  #switch(work: () => Promise<void>): Promise<void> {
    const mine = this.#switching.then(async () => {
      if (this.#station.busy) throw new SignetError('NOT_NOW', 'A board is being worked on.', { blocked: null });
      this.#feed.hold();
      try {
        await work();
      } finally {
        this.#feed.release();
      }
    });
    this.#switching = mine.catch(() => undefined);
    return mine;
  }

  async #setUpStation(name: string): Promise<void> {
    if (this.#mode.mode === 'real') throw new SignetError('NOT_NOW', 'This station was set up already.');
    if (this.#simulated !== undefined) await this.#leaveSimulation();
    else await this.#station.close();
    const unset = this.#realStation();
    await unset.saveSettings({ ...unset.settings, station: name });
    await unset.close();
    this.#mode = { mode: 'real', simulation: null };
    await this.#book.setFact('mode', this.#mode);
    this.#station = this.#realStation();
    await this.#station.start();
    this.#feed.touchAll();
  }

  async #startSimulation(options: SimulationOptions): Promise<void> {
    if (this.#simulated !== undefined) await this.#leaveSimulation();
    else await this.#station.close();
    try {
      await this.#toSimulation(options);
      this.#mode = { ...this.#mode, simulation: options };
      await this.#book.setFact('mode', this.#mode);
    } catch (thrown) {
      await this.#backToReal();
      throw thrown;
    }
  }

  async #stopSimulation(): Promise<void> {
    if (this.#simulated === undefined) throw new SignetError('NOT_NOW', 'Nothing is simulated.');
    await this.#leaveSimulation();
    this.#mode = { ...this.#mode, simulation: null };
    await this.#book.setFact('mode', this.#mode);
    await this.#backToReal();
  }

  async #backToReal(): Promise<void> {
    this.#station = this.#realStation();
    await this.#station.start();
    this.#feed.touchAll();
  }

  async #leaveSimulation(): Promise<void> {
    await this.#station.close();
    await this.#simulated?.close();
    this.#simulated = undefined;
  }

  async #toSimulation(options: SimulationOptions): Promise<void> {
    const folder = join(this.#records.folder.path, 'simulation');
    const files = await Simulation.makeSigner(folder, options);
    const records = await openRecords({ folder: join(folder, 'data'), now: this.#now });
    this.#simulated = records;
    const station = new Station({
      ...this.#stationParts(records),
      mode: 'simulated',
      defaults: this.#simulatedDefaults(),
      simulation: (registry, changed) => new Simulation(folder, options, registry, changed),
    });
    this.#station = station;
    station.trustRootFile(files.rootCertificate);
    await station.saveSettings({
      ...station.settings,
      sites: simulatedSites(options.sites, station.settings.language),
    });
    await seedPlans(station, files, options.part);
    await station.start();
    if (options.signer === 'unlocked') await station.unlockSimulated();
    this.#feed.touchAll();
  }

  #simulatedDefaults(): Settings {
    const { language, theme, textScale, sound } = this.#station.settings;
    return { ...defaultSettings(), language, theme, textScale, sound, station: simulationNames[language].station };
  }

  #realStation(): Station {
    return new Station({
      ...this.#stationParts(this.#records),
      mode: this.#mode.mode,
      ...(this.#claimsFolder === undefined ? {} : { claimsFolder: this.#claimsFolder }),
    });
  }

  #stationParts(
    records: Records,
  ): Pick<ConstructorParameters<typeof Station>[0], 'records' | 'now' | 'touch' | 'emit'> {
    return {
      records,
      now: this.#now,
      touch: (...slices: readonly SliceName[]) => this.#feed.touch(...slices),
      emit: (event, value) => this.#emit(event, value),
    };
  }

  #emit<N extends EventName>(event: N, value: EventValue<N>): void {
    // Event and value belong together: the types of the callers say so, one by one.
    const push = { event, value } as Push;
    for (const listener of this.#listeners) listener(push);
  }
}

function isOwn(name: CallName): name is LineCalls {
  return name === 'snapshot' || name === 'simulation.start' || name === 'simulation.stop' || name === 'station.setUp';
}

/** The handler of a name, as what takes any input: the dispatcher has parsed it by the same name. */
function callOf(
  handlers: StationHandlers,
  name: Exclude<CallName, LineCalls>,
): (input: unknown, signal: AbortSignal) => Promise<unknown> {
  return handlers[name] as (input: unknown, signal: AbortSignal) => Promise<unknown>;
}

/** What an act was done to, and particulars that are no secrets. */
function factsOf(input: unknown): { readonly subject: string; readonly detail: string } {
  if (typeof input !== 'object' || input === null) return { subject: '', detail: '' };
  const named = new Map<string, unknown>(Object.entries(input));
  const word = (name: string): string => {
    const value = named.get(name);
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  };
  const plan = named.get('plan');
  const planName = typeof plan === 'object' && plan !== null && 'name' in plan ? String(plan.name) : '';
  const subject = word('serialNumber') || word('site') || word('name') || planName || word('batch') || word('what');
  const details = ['version', 'role', 'active', 'reason', 'label', 'quota', 'format', 'kit', 'root', 'kind', 'profile']
    .filter((name) => word(name) !== '')
    .map((name) => `${name} ${word(name)}`);
  return { subject, detail: details.join(', ').slice(0, 500) };
}

function simulatedSites(count: number, language: Language): Settings['sites'] {
  return Array.from({ length: count }, (_, i) => {
    const id = siteId(i + 1);
    return {
      id,
      label: `${simulationNames[language].site} ${i + 1}`,
      connector: simulatedConnector(id),
      enabled: true,
    };
  });
}

/** Two plans to begin with, for boards with one chip and with two; versions that are there already stay. */
async function seedPlans(station: Station, files: SignerFiles, part: '508' | '608'): Promise<void> {
  const family = part === '508' ? 'ATECC508A' : 'ATECC608';
  const image = toHex(defaultImage(family));
  const { plans } = station;
  const names = simulationNames[station.settings.language];
  const one = firstPlan({
    name: `${names.product} ${part}`,
    certinfo: files.certinfo,
    deviceDefinition: files.deviceDefinition,
    signerDefinition: files.signerDefinition,
    images: { [family]: image },
    note: '',
  });
  const [entry] = one.entries;
  if (entry === undefined) return;
  const two = planSchema.parse({
    ...one,
    name: `${names.product} ${part}, ${names.twoChips}`,
    entries: [
      { ...entry, label: names.chips[0], address: 0xc0 },
      {
        ...entry,
        label: names.chips[1],
        address: secondAddress,
        images: { [family]: imageAt(image, secondAddress) },
      },
    ],
  });
  for (const plan of [one, two]) {
    const known = plans.list().filter(({ name }) => name === plan.name);
    const sameSigner = known.some(
      ({ name, version }) => plans.get(name, version).entries[0]?.certinfo === entry.certinfo,
    );
    if (sameSigner) continue;
    const { version } = await plans.save(plan, '');
    await plans.release(plan.name, version, '');
    if (plan === one) await plans.activate(plan.name, version);
  }
  const active = plans.loaded?.plan;
  if (active === undefined || (isSimulatedProduct(active.name) && !active.name.includes(` ${part}`))) {
    const newest = plans.list().find(({ name, released }) => name === one.name && released);
    if (newest !== undefined) await plans.activate(newest.name, newest.version);
  }
}
