import { randomBytes } from 'node:crypto';
import { fromHex, toHex } from '../../../src-shared/base/bytes.ts';
import { asSignetError, SignetError } from '../../../src-shared/base/error.ts';
import type { SiteAction } from '../../../src-shared/ipc/lists.ts';
import type { SiteView, VerdictView } from '../../../src-shared/ipc/state.ts';
import type { Reason } from '../../../src-shared/model/reasons.ts';
import type { RunRecord } from '../../../src-shared/model/run-record.ts';
import {
  type ChipIdentity,
  type DeviceFailure,
  describeFailure,
  failureToError,
  type KitEntry,
  type KitLease,
  type KitRegistry,
  Presence,
  type PresenceEvent,
  reasonOfFailure,
  takeFailureAsError,
} from '../../device/index.ts';
import { reasonOfError } from '../../provisioning/outcome.ts';
import type { RequestClient } from '../../provisioning/request-client.ts';
import { type RunResult, runProvisioning } from '../../provisioning/run.ts';
import type { RunAction } from '../../provisioning/run-options.ts';
import type { RunStore, StationBook } from '../../records/index.ts';
import { appendToSink } from '../../records/index.ts';
import type { ChipWork, LoadedPlan } from '../loaded-plan.ts';
import { softwareVersion } from '../version.ts';
import { type Assessment, assessBoard, type ChipKnowledge } from './assessment.ts';
import { newSite, nextSite, phaseOf, type SiteEvent, type SiteModel } from './machine.ts';
import { pause } from './pause.ts';
import { type RunStart, stationJournal } from './run-journal.ts';
import { asideVerdict, boardVerdict, faultVerdict } from './verdict.ts';
import { type Gate, type SitePlace, siteChoices, siteView } from './view.ts';

/** What a site needs of its station. */
export interface SiteHost {
  readonly registry: KitRegistry;
  readonly runs: RunStore;
  readonly book: StationBook;
  readonly now: () => Date;
  readonly monotonic: () => number;
  readonly station: () => string;
  readonly batch: () => string;
  readonly plan: () => LoadedPlan | undefined;
  /** What the station allows this site just now. */
  readonly gate: (site: Site) => Gate;
  readonly knowledge: (serialNumber: string) => ChipKnowledge;
  readonly rework: (serialNumber: string) => boolean;
  readonly operator: () => { readonly name: string; readonly auth: 'claimed' | 'authenticated' };
  /** A client of the signing server for one site; `onWait` hears what a request waits for. */
  readonly client: (site: SitePlace, onWait: (reason: string) => void) => RequestClient;
  /** Reports go to a remote server too. */
  readonly spool: () => boolean;
  readonly changed: () => void;
  /** A board has its verdict; `records` = one per chip that was worked on. */
  readonly ended: (site: Site, verdict: VerdictView, records: readonly RunRecord[]) => void;
  /** A board can be started here, once per board that came. */
  readonly ready: (site: Site) => void;
  readonly activity: { info(text: string): void; warning(text: string): void };
}

/** How a started board's runs are done, by what the person chose and what the chip is found to be. */
function actionFor(action: SiteAction, assessment: Assessment): RunAction {
  switch (action) {
    case 'validate':
      return 'validate';
    case 'accept-key':
      return 'accept-key';
    case 'resume':
      return 'resume';
    default:
      return assessment.ready ? 'provision' : 'resume';
  }
}

/** One place where boards appear: its kit, its board, its run. Everything it is follows from its model (machine.ts). */
export class Site {
  readonly #host: SiteHost;
  #place: SitePlace;
  #model: SiteModel;
  #assessment: Assessment | undefined;
  #kitId: number | undefined;
  #watch: AbortController | undefined;
  #stop: AbortController | undefined;
  #running: Promise<void> | undefined;
  #starting = false;

  constructor(place: SitePlace, enabled: boolean, host: SiteHost) {
    this.#place = place;
    this.#host = host;
    this.#model = newSite(enabled);
  }

  get place(): SitePlace {
    return this.#place;
  }

  get model(): SiteModel {
    return this.#model;
  }

  get kitId(): number | undefined {
    return this.#kitId;
  }

  get busy(): boolean {
    return this.#running !== undefined || this.#starting;
  }

  view(): SiteView {
    return siteView(this.#place, this.#model, this.#assessment, this.#host.gate(this), this.#host.monotonic());
  }

  /** What the request of a running board waits for, in a word of the stage note; empty = nothing. */
  get waitsFor(): string {
    return this.#model.run?.stages.find((stage) => stage.status === 'running')?.note ?? '';
  }

  /** Whether its request has waited for a free signer longer than so many ms. */
  waitsLongerThan(ms: number, nowMs: number): boolean {
    const { run } = this.#model;
    const stage = run?.stages.find((each) => each.status === 'running' && each.stage === 'CERTS_REQUEST');
    if (run === undefined || stage === undefined || stage.note === 'password') return false;
    return nowMs - run.startMs - (stage.begunMs ?? 0) > ms;
  }

  /** Chip facts for the Plan screen's comparison. */
  get chips(): readonly ChipIdentity[] {
    return this.#model.chips;
  }

  rename(place: SitePlace): void {
    this.#place = place;
    this.#host.changed();
  }

  setEnabled(enabled: boolean): void {
    if (enabled !== this.#model.enabled) this.#event({ kind: 'enabled', enabled });
  }

  /** A kit is there and is being asked who it is. */
  opening(): void {
    if (this.#kitId === undefined && !this.busy) this.#event({ kind: 'kit-opening' });
  }

  /** Nothing came of the opening. */
  notOpened(trouble: SignetError | undefined): void {
    if (this.#kitId !== undefined || this.busy) return;
    this.#event({ kind: 'kit-gone' });
    if (trouble !== undefined) this.#troubled(trouble);
  }

  /** A kit was adopted for this site. `fixture`: it was there before the line began. */
  attach(kit: KitEntry, fixture: boolean): void {
    this.detach();
    this.#kitId = kit.id;
    this.#event({ kind: 'kit-here', fixture });
    this.#tellTrouble(kit);
    const watch = new AbortController();
    this.#watch = watch;
    const presence = new Presence({
      registry: this.#host.registry,
      kitId: kit.id,
      onEvent: (event) => this.#presence(event),
      pause,
      addresses: this.#plannedAddresses(),
    });
    presence.run(watch.signal).catch((thrown: unknown) => {
      this.#troubled(asSignetError(thrown));
    });
  }

  /** The kit is gone. */
  detach(): void {
    if (this.#kitId === undefined) return;
    this.#watch?.abort();
    this.#watch = undefined;
    this.#kitId = undefined;
    this.#assessment = undefined;
    this.#event({ kind: 'kit-gone' });
  }

  /** The plan or what the records know has changed. */
  reassess(): void {
    const { chips } = this.#model;
    this.#assessment = chips.length === 0 ? undefined : this.#assess(chips);
    this.#host.changed();
    this.#tellReady();
  }

  /** What may be chosen now. */
  choices(): ReturnType<typeof siteChoices> {
    return siteChoices(this.#model, this.#assessment, this.#host.gate(this));
  }

  /**
   * Begins the runs of this board; resolves with the first run's id as soon as they are under way. Throws NOT_NOW (details:
   * blocked), KIT_BUSY, KIT_LOST, BOARD_CHANGED.
   */
  async start(action: SiteAction, unitLabel: string): Promise<string> {
    const choice = this.choices().choices.find((each) => each.action === action);
    if (this.busy || choice === undefined || choice.blocked !== null) {
      const blocked = choice?.blocked ?? null;
      throw new SignetError('NOT_NOW', `"${action}" is not possible at ${this.#place.label} now.`, { blocked, action });
    }
    const plan = this.#host.plan();
    if (this.#kitId === undefined || plan === undefined) throw new SignetError('KIT_LOST', 'The kit is gone.');
    this.#starting = true;
    try {
      const taken = this.#host.registry.take(this.#kitId, { role: 'site', name: this.#place.label });
      if (!taken.ok) throw takeFailureAsError(taken.failure);
      const lease = taken.value;
      try {
        const works = await this.#sameBoard(lease);
        const assessment = this.#assessment;
        if (assessment === undefined || this.#blocked(action))
          throw new SignetError('NOT_NOW', 'The board is not what it was a moment ago.', { action });
        const runId = toHex(random(16));
        const boardId = random(16);
        const startMs = this.#host.monotonic();
        this.#event({
          kind: 'run-begun',
          runId,
          startedAt: this.#host.now().toISOString(),
          startMs,
          unitLabel,
        });
        this.#stop = new AbortController();
        this.#running = this.#runBoard(lease, plan, works, actionFor(action, assessment), {
          runId,
          boardId,
          unitLabel,
          startMs,
        }).finally(() => {
          this.#running = undefined;
          this.#stop = undefined;
        });
        return runId;
      } catch (thrown) {
        lease.release();
        throw thrown;
      }
    } finally {
      this.#starting = false;
    }
  }

  /** Sets the board aside: nothing is done to it, and it is known again. */
  async setAside(reason: string, who: string): Promise<void> {
    const { chips, verdict } = this.#model;
    if (this.busy || chips.length === 0)
      throw new SignetError('NOT_NOW', `There is no board to set aside at ${this.#place.label}.`, { blocked: null });
    const at = this.#host.now().toISOString();
    const code = verdict?.errorName ?? this.#assessment?.reason ?? '';
    const serialNumbers = chips.map((chip) => toHex(chip.serialNumber));
    for (const serialNumber of serialNumbers)
      await this.#host.book.setAside({ serialNumber, reason, code, who, createdAt: at });
    const shown = asideVerdict({ serialNumbers, reason, code, at }, verdict);
    this.#event({ kind: 'set-aside', verdict: shown, chipIndex: this.#assessment?.chipIndex ?? null });
    this.#host.activity.info(`${this.#place.label}: ${serialNumbers.join(', ')} set aside: ${reason}.`);
    this.#host.ended(this, shown, []);
  }

  /** Stops a run before its next stage and waits for its end. */
  async close(): Promise<void> {
    this.#watch?.abort();
    this.#stop?.abort();
    await this.#running;
  }

  #blocked(action: SiteAction): boolean {
    const choice = siteChoices(
      { ...this.#model, run: undefined },
      this.#assessment,
      this.#host.gate(this),
    ).choices.find((each) => each.action === action);
    return choice === undefined || choice.blocked !== null;
  }

  /** Looks once more, so that a run begins with the chip as it is; another board is shown, not run. */
  async #sameBoard(lease: KitLease): Promise<readonly ChipWork[]> {
    const before = this.#model.chips.map((chip) => toHex(chip.serialNumber));
    const looked = await lease.look();
    if (!looked.ok) {
      const failure = failureToError(looked.failure);
      throw new SignetError(failure.code, failure.message, failure.details);
    }
    this.#chips(looked.value);
    const now = looked.value.map((chip) => toHex(chip.serialNumber));
    const same = now.length === before.length && now.every((serial) => before.includes(serial));
    if (!same) throw new SignetError('BOARD_CHANGED', 'Another board is in its place; nothing was done to it.');
    return this.#assessment?.works ?? [];
  }

  async #runBoard(
    lease: KitLease,
    plan: LoadedPlan,
    works: readonly ChipWork[],
    action: RunAction,
    ids: { readonly runId: string; readonly boardId: Uint8Array; readonly unitLabel: string; readonly startMs: number },
  ): Promise<void> {
    const records: RunRecord[] = [];
    let runId = ids.runId;
    let why: Reason | undefined;
    let broken: SignetError | undefined;
    try {
      for (const [chipIndex, work] of works.entries()) {
        if (chipIndex > 0) {
          runId = toHex(random(16));
          this.#event({ kind: 'chip-begun', chipIndex, runId });
        }
        const result = await this.#runChip(lease, plan, work, action, { ...ids, runId });
        const { record } = result;
        records.push(record);
        why = result.why;
        if (record.outcome.kind !== 'PASS') break;
      }
    } catch (thrown) {
      // runProvisioning never throws: this is a mistake of ours, and must not leave a site that runs for ever.
      broken = asSignetError(thrown);
      this.#host.activity.warning(`${this.#place.label}: the run broke off: ${broken.message}`);
    }
    const durationMs = this.#host.monotonic() - ids.startMs;
    const now = this.#host.now();
    const verdict =
      broken === undefined
        ? boardVerdict(records, works, durationMs, now, why)
        : faultVerdict(broken, works, ids.runId, durationMs, now);
    // A board that passed has nothing to be decided: its verdict does not wait until the chip was read again.
    if (verdict.kind === 'PASS') this.#end(verdict, records);
    // What the chip is now, so that whatever is offered next is offered for this chip and not for the one before the run.
    const looked = await lease.look();
    if (looked.ok) this.#chips(looked.value);
    lease.release();
    if (verdict.kind !== 'PASS') this.#end(verdict, records);
  }

  async #runChip(
    lease: KitLease,
    plan: LoadedPlan,
    { chip, prepared }: ChipWork,
    action: RunAction,
    ids: { readonly runId: string; readonly boardId: Uint8Array; readonly unitLabel: string; readonly startMs: number },
  ): Promise<RunResult> {
    const { now, monotonic, runs, book } = this.#host;
    const operator = this.#host.operator();
    const serialNumber = toHex(chip.serialNumber);
    const startMs = monotonic();
    const kit = {
      name: lease.transport.kit.name,
      dialect: lease.transport.kit.dialect,
      path: lease.transport.description.path,
    };
    const requester = {
      station: this.#host.station(),
      site: this.#place.label,
      software: softwareVersion,
      operator: operator.name,
      operatorAuth: operator.auth,
      batch: this.#host.batch(),
      unitLabel: ids.unitLabel,
    };
    const named = { name: plan.plan.name, version: plan.plan.version, digest: plan.digest };
    const start: RunStart = {
      runId: ids.runId,
      boardId: toHex(ids.boardId),
      ...requester,
      kind: action === 'validate' ? 'validate' : 'provision',
      plan: { ...named, entry: prepared.entry.label },
      kit,
      part: chip.part,
      serialNumber,
      startedAt: now().toISOString(),
      dataLock: prepared.entry.dataLock,
    };
    return runProvisioning({
      prepared,
      plan: named,
      action,
      board: { open: (address) => lease.chip(address), chip, kit },
      client: this.#host.client(this.#place, (note) => this.#event({ kind: 'stage-note', note })),
      callbacks: {
        notify: (stage, status, detail) => {
          lease.touch();
          this.#event({
            kind: 'stage',
            stage,
            status,
            atMs: monotonic() - ids.startMs,
            note: detail.note ?? '',
          });
        },
        requestError: (code, message) =>
          this.#host.activity.warning(`${this.#place.label}: the server answered error ${code}: ${message}.`),
      },
      journal: stationJournal({
        runs,
        book,
        start,
        spool: this.#host.spool(),
        now,
        elapsedMs: () => monotonic() - startMs,
      }),
      data: { random },
      requester,
      runId: fromHex(ids.runId),
      boardId: ids.boardId,
      now,
      monotonic,
      rework: this.#host.rework(serialNumber),
      sink: appendToSink,
      ...(this.#stop === undefined ? {} : { signal: this.#stop.signal }),
    });
  }

  #end(verdict: VerdictView, records: readonly RunRecord[]): void {
    this.#event({ kind: 'run-ended', verdict });
    const words = verdict.code === '' ? verdict.kind : `${verdict.kind} ${verdict.code} ${verdict.errorName}`;
    this.#host.activity.info(
      `${this.#place.label}: ${verdict.serialNumbers.join(', ')} ${words} (${(verdict.durationMs / 1000).toFixed(2)} s).`,
    );
    this.#host.ended(this, verdict, records);
  }

  #presence(event: PresenceEvent): void {
    switch (event.kind) {
      case 'arrived':
        this.#chips(event.chips);
        this.#host.activity.info(
          `${this.#place.label}: board ${event.chips.map((chip) => toHex(chip.serialNumber)).join(', ')} connected.`,
        );
        this.#tellReady();
        return;
      case 'updated':
        this.#chips(event.chips);
        return;
      case 'left':
        if (this.#model.run === undefined) this.#host.activity.info(`${this.#place.label}: board removed.`);
        this.#assessment = undefined;
        this.#event({ kind: 'chips-gone' });
        return;
      case 'stuck':
        this.#host.activity.warning(`${this.#place.label}: ${describeFailure(event.failure)}`);
        this.#trouble(event.failure);
        return;
      case 'freed':
        this.#event({ kind: 'trouble-over' });
    }
  }

  #chips(chips: readonly ChipIdentity[]): void {
    this.#assessment = chips.length === 0 ? undefined : this.#assess(chips);
    this.#event({ kind: 'chips', chips });
  }

  #tellReady(): void {
    if (phaseOf(this.#model) === 'board' && !this.busy) this.#host.ready(this);
  }

  #tellTrouble(kit: KitEntry): void {
    const { trouble } = kit;
    if (trouble !== undefined && trouble.kind !== 'no-chip') this.#trouble(trouble);
  }

  #trouble(failure: DeviceFailure): void {
    const { code, message: detail } = failureToError(failure);
    this.#event({ kind: 'trouble', code, detail, told: reasonOfFailure(failure) });
  }

  #troubled(error: SignetError): void {
    this.#event({ kind: 'trouble', code: error.code, detail: error.message, told: reasonOfError(error) });
  }

  #assess(chips: readonly ChipIdentity[]): Assessment {
    return assessBoard(
      this.#host.plan(),
      chips,
      chips.map((chip) => this.#host.knowledge(toHex(chip.serialNumber))),
    );
  }

  #plannedAddresses(): readonly number[] {
    return (this.#host.plan()?.entries ?? []).flatMap(({ entry }) => entry.address ?? []);
  }

  #event(event: SiteEvent): void {
    this.#model = nextSite(this.#model, event);
    this.#host.changed();
  }
}

function random(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}
