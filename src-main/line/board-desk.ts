import { z } from 'zod';
import { toHex } from '../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import type { EventValue, ParsedInput } from '../../src-shared/ipc/contract.ts';
import type { ShiftView, SiteView, StationView, VerdictView } from '../../src-shared/ipc/state.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import type { KitRegistry } from '../device/index.ts';
import type { Records, StationBook } from '../records/index.ts';
import type { PeopleDesk } from './people.ts';
import type { PlanDesk } from './plans.ts';
import type { ServerLink } from './server-link.ts';
import type { Settings } from './settings-file.ts';
import { countVerdict, newShift, type Shift, shiftSchema, shiftView } from './shift.ts';
import type { SignerDesk } from './signer-desk.ts';
import type { Workshop } from './simulation/prepare-board.ts';
import type { Site, SiteHost } from './site/site.ts';
import type { Gate } from './site/view.ts';
import { Sites } from './sites.ts';
import { countBoard, running, type StopState, stopStateSchema } from './stop-rule.ts';
import type { WatchKeeper } from './watch-keeper.ts';

export interface BoardDeskOptions {
  readonly records: Records;
  readonly book: StationBook;
  readonly registry: KitRegistry;
  readonly settings: () => Settings;
  readonly people: PeopleDesk;
  readonly plans: PlanDesk;
  readonly signers: SignerDesk;
  readonly watch: WatchKeeper;
  readonly link: () => ServerLink;
  readonly defaultBatch: string;
  readonly now: () => Date;
  readonly sitesChanged: () => void;
  /** What may be begun, or what was counted, has changed. */
  readonly changed: () => void;
  readonly sound: (kind: EventValue<'sound'>['kind']) => void;
}

const batchSchema = z.strictObject({ name: z.string(), quota: z.int().nullable() });
/** Boards that one signer keeps up with, for saying how many more would help (signer-and-server.md 6.6). */
const sitesPerSigner = 4;
/** A request that waits longer than this waits for a signer, ms. */
const longWaitMs = 1_500;

/** What happens to boards: what may be begun, who may begin it, what was counted. */
export class BoardDesk {
  readonly #o: BoardDeskOptions;
  #sites: Sites | undefined;
  #shift: Shift;
  #stop: StopState;
  #batch: z.infer<typeof batchSchema>;
  /** Serial numbers of the board that was started by itself last, by site. */
  readonly #autoStarted = new Map<string, string>();
  readonly #lastState = new Map<string, string>();

  constructor(options: BoardDeskOptions) {
    this.#o = options;
    const { book } = options;
    this.#shift = book.fact('shift', shiftSchema) ?? newShift(options.now());
    this.#stop = book.fact('stop', stopStateSchema) ?? running;
    this.#batch = book.fact('batch', batchSchema) ?? { name: options.defaultBatch, quota: null };
  }

  /** Opens the places of the station. */
  open(): Sites {
    const sites = new Sites(this.#o.registry, this.#o.settings, this.#host());
    this.#sites = sites;
    return sites;
  }

  /** Throws NOT_NOW before the station was set up. */
  get sites(): Sites {
    if (this.#sites === undefined)
      throw new SignetError('NOT_NOW', 'This station was not set up yet.', { blocked: null });
    return this.#sites;
  }

  get busy(): boolean {
    return this.#sites?.busy === true;
  }

  get batch(): string {
    return this.#batch.name;
  }

  get stopped(): StationView['stopped'] {
    return this.#stop.stopped;
  }

  get shift(): ShiftView {
    return shiftView(this.#shift, this.#batch.quota, this.#o.now());
  }

  views(): SiteView[] {
    const views = this.#sites?.views() ?? [];
    for (const { id, state } of views) {
      const before = this.#lastState.get(id);
      this.#lastState.set(id, state);
      // A site that comes to need somebody says so, once.
      if (before !== state && (state === 'decision' || state === 'waiting')) this.#o.sound('ask');
    }
    return views;
  }

  /** Sites that wait for a signer's password. */
  waitingForPassword(): number {
    return (this.#sites?.all() ?? []).filter((site) => {
      const { state } = site.choices();
      return state === 'waiting' || site.waitsFor === 'password';
    }).length;
  }

  /** Signers that would help while requests of sites queue for one that is busy; 0 = they keep up. */
  signersShort(): number {
    const now = performance.now();
    const queued = (this.#sites?.all() ?? []).filter((site) => site.waitsLongerThan(longWaitMs, now)).length;
    return queued === 0 ? 0 : Math.max(1, Math.ceil(queued / sitesPerSigner));
  }

  /** Plan or records have changed under the boards that are there. */
  reassess(): void {
    this.#sites?.reassess();
  }

  /** Throws ROLE_REQUIRED, OPTION_INVALID without the scan that the plan wants, and what Site.start throws. */
  async start({ site: id, action, unitLabel }: ParsedInput<'line.start'>): Promise<string> {
    const { plans, people, book } = this.#o;
    const site = this.sites.get(id);
    if (action === 'provision' && plans.loaded?.plan.options.barcodeBeforeStart === true && unitLabel === '')
      throw new SignetError('OPTION_INVALID', 'The plan asks for the unit to be scanned first.');
    const choice = site.choices().choices.find((each) => each.action === action);
    if (choice?.role !== undefined && choice.role !== null) people.require(choice.role);
    const serialNumbers = site.chips.map((chip) => toHex(chip.serialNumber));
    const aside = serialNumbers.filter((serialNumber) => book.setAsideOf(serialNumber) !== undefined);
    const runId = await site.start(action, unitLabel);
    for (const serialNumber of aside) {
      await book.liftSetAside(serialNumber, people.actor.name, this.#o.now().toISOString());
      await this.#act(serialNumber, 'a board set aside was taken up again');
    }
    if (action === 'accept-key')
      for (const serialNumber of serialNumbers) await this.#act(serialNumber, 'a key of unknown origin was accepted');
    return runId;
  }

  /** Every board that is ready; gives how many were started. */
  async startAll(): Promise<number> {
    if (this.#o.plans.loaded?.plan.options.barcodeBeforeStart === true) return 0;
    const starts: Promise<boolean>[] = [];
    for (const site of this.sites.all()) {
      // Looked at one after the other: what one start forbids the next, a first article for example, is seen here.
      const { state, choices } = site.choices();
      if (state !== 'seen' || choices[0]?.blocked !== null) continue;
      starts.push(
        site.start('provision', '').then(
          () => true,
          (thrown: unknown) => {
            this.#o.records.activity
              .of('line')
              .warning(`${site.place.label} was not started: ${asSignetError(thrown).message}`);
            return false;
          },
        ),
      );
    }
    return (await Promise.all(starts)).filter(Boolean).length;
  }

  /** Boards at bound sites start by themselves where the plan says so; each board once. */
  autoStartSoon(): void {
    setImmediate(() => this.#autoStart());
  }

  async releaseStop(reason: string): Promise<void> {
    this.#stop = running;
    await this.#o.book.setFact('stop', running);
    this.#o.records.activity.of('line').info(`The line was released${reason === '' ? '' : `: ${reason}`}.`);
    this.#o.changed();
  }

  /** Throws NOT_NOW when none waits to be accepted. */
  async acceptFirstArticle(): Promise<void> {
    if (this.#o.plans.loaded?.firstArticle !== 'made')
      throw new SignetError('NOT_NOW', 'There is no first article to be accepted.', { blocked: null });
    await this.#o.plans.setFirstArticle('accepted');
  }

  async setBatch(name: string, quota: number | null): Promise<void> {
    await this.#o.records.policy.setBatch({ name, open: true, quota: quota ?? undefined });
    this.#batch = { name, quota };
    await this.#o.book.setFact('batch', this.#batch);
    this.#o.changed();
  }

  async resetShift(): Promise<void> {
    this.#shift = newShift(this.#o.now());
    await this.#o.book.setFact('shift', this.#shift);
    this.#o.changed();
  }

  /** What a simulated board is prepared with. */
  workshop(): Workshop {
    const { plans, records, book, signers, now } = this.#o;
    const { loaded } = plans;
    return {
      plan: loaded,
      client: () => this.#o.link().client('workshop', () => undefined),
      runs: records.runs,
      book,
      signerReady: loaded !== undefined && signers.stateFor(loaded.entries) === 'ready',
      station: this.#o.settings().station,
      batch: this.#batch.name,
      now,
    };
  }

  async close(): Promise<void> {
    await this.#sites?.close();
  }

  #host(): SiteHost {
    const { records, book, registry, plans, people, now } = this.#o;
    return {
      registry,
      runs: records.runs,
      book,
      now,
      monotonic: () => performance.now(),
      station: () => this.#o.settings().station,
      batch: () => this.#batch.name,
      plan: () => plans.loaded,
      gate: (site) => this.#gate(site),
      knowledge: (serialNumber) => ({
        archived: this.#o.link().remote ? undefined : records.archive.bySerialNumber(serialNumber).length > 0,
        newest: records.runs.bySerialNumber(serialNumber).at(-1),
        setAside: book.setAsideOf(serialNumber),
      }),
      rework: (serialNumber) => records.policy.reworkFor(serialNumber) !== undefined,
      operator: () => ({ name: people.actor.name, auth: people.actor.auth }),
      client: (site, onWait) => this.#o.link().client(site.label, onWait),
      spool: () => this.#o.link().remote,
      changed: this.#o.sitesChanged,
      ended: (_site: Site, verdict, runs) => this.#ended(verdict, runs),
      ready: () => this.autoStartSoon(),
      activity: records.activity.of('line'),
    };
  }

  #gate(site: Site): Gate {
    const { plans, signers, link } = this.#o;
    const { loaded } = plans;
    return {
      anything: this.#blockedForAll(),
      start: this.#blockedForStart(site),
      signer: link().remote || loaded === undefined ? 'elsewhere' : signers.stateFor(loaded.entries),
    };
  }

  #blockedForAll(): Gate['anything'] {
    const { watch, link, people } = this.#o;
    if (watch.cannotRecord !== '') return 'cannot-record';
    if (link().remote && !link().reachable) return 'server-unreachable';
    return people.refusal('operator') ?? null;
  }

  #blockedForStart(site: Site): Gate['start'] {
    const { plans, watch, link, records } = this.#o;
    const { loaded } = plans;
    const own = !link().remote;
    if (own && watch.clock !== undefined) return 'clock';
    if (loaded === undefined) return 'no-plan';
    if (this.#stop.stopped !== null) return 'line-stopped';
    const others = (this.#sites?.all() ?? []).some((other) => other !== site && other.busy);
    const underWay = loaded.firstArticle === 'wanted' && others;
    if (loaded.firstArticle === 'made' || underWay) return 'first-article';
    if (own && records.policy.remaining(this.#batch.name) === 0) return 'quota-reached';
    return null;
  }

  #autoStart(): void {
    const options = this.#o.plans.loaded?.plan.options;
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
        this.#o.records.activity
          .of('line')
          .warning(`${site.place.label} did not start by itself: ${asSignetError(thrown).message}`);
      });
    }
  }

  #ended(verdict: VerdictView, runs: readonly RunRecord[]): void {
    const { plans, book, watch, records, link } = this.#o;
    const serialNumber = verdict.serialNumbers[0] ?? '';
    const provisioned = runs.some((record) => record.kind === 'provision');
    // A validation says something of a board that was counted already.
    if (provisioned || verdict.kind === 'SET_ASIDE' || verdict.kind === 'FAULT')
      this.#shift = countVerdict(this.#shift, { kind: verdict.kind, serialNumber }, this.#o.now());
    const { loaded } = plans;
    if (loaded !== undefined && provisioned && (verdict.kind === 'PASS' || verdict.kind === 'FAIL')) {
      const before = this.#stop.stopped;
      this.#stop = countBoard(this.#stop, verdict.kind === 'PASS', loaded.plan.options);
      if (before === null && this.#stop.stopped !== null)
        records.activity.of('line').warning('The line stopped after failures; a supervisor releases it.');
    }
    for (const record of runs) if (record.outcome.kind === 'PASS') plans.passed(record);
    const writes: Promise<void>[] = [book.setFact('shift', this.#shift), book.setFact('stop', this.#stop)];
    if (verdict.kind === 'PASS' && provisioned && loaded?.firstArticle === 'wanted')
      writes.push(plans.setFirstArticle('made'));
    Promise.all(writes).catch((thrown: unknown) => watch.refused(thrown));
    if (verdict.errorName === 'STORAGE_FAILED') watch.refused(new Error(verdict.detail));
    if (verdict.kind === 'PASS') this.#o.sound('pass');
    else if (verdict.kind === 'FAIL') this.#o.sound('fail');
    else if (verdict.kind === 'FAULT') this.#o.sound('ask');
    link().ended();
    this.#o.changed();
  }

  #act(subject: string, detail: string): Promise<void> {
    const { name, role, auth } = this.#o.people.actor;
    return this.#o.book.record({
      time: this.#o.now().toISOString(),
      who: name,
      role,
      auth,
      act: 'line.start',
      subject,
      detail,
    });
  }
}
