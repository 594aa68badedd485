import { z } from 'zod';
import { asSignetError, SignetError } from '../../src-shared/base/error.ts';
import { type Plan, planSchema } from '../../src-shared/model/plan.ts';
import type { RunRecord } from '../../src-shared/model/run-record.ts';
import { type StageName, stageNames } from '../../src-shared/model/stages.ts';
import {
  durationsByStage,
  type FirstArticle,
  type PlanBook,
  type PlanVersion,
  quantile,
  type StationBook,
  type Store,
} from '../records/index.ts';
import { type LoadedPlan, loadPlan } from './loaded-plan.ts';
import { planDigest } from './plan-from-options.ts';
import { planProblems } from './plan-inspect.ts';

const activeSchema = z.strictObject({ name: z.string(), version: z.int() });
/** Usual times are medians of so many of the newest passes. */
const timedRuns = 50;

/** Plan versions, which of them runs, and how long its stages usually take. */
export class PlanDesk {
  readonly #book: PlanBook;
  readonly #station: StationBook;
  readonly #store: Store;
  readonly #now: () => Date;
  readonly #changed: () => void;
  #loaded: LoadedPlan | undefined;
  #problem = '';
  #times = new Map<StageName, number[]>();

  constructor(options: {
    readonly book: PlanBook;
    readonly station: StationBook;
    readonly store: Store;
    readonly now: () => Date;
    readonly changed: () => void;
  }) {
    this.#book = options.book;
    this.#station = options.station;
    this.#store = options.store;
    this.#now = options.now;
    this.#changed = options.changed;
    const active = this.#station.fact('active-plan', activeSchema);
    if (active !== undefined) this.#load(active.name, active.version);
  }

  get loaded(): LoadedPlan | undefined {
    return this.#loaded;
  }

  /** Why the active plan cannot be used; empty when it can. */
  get problem(): string {
    return this.#problem;
  }

  list(): (PlanVersion & { readonly active: boolean })[] {
    const active = this.#loaded?.plan;
    return this.#book
      .list()
      .map((plan) => ({ ...plan, active: plan.name === active?.name && plan.version === active.version }));
  }

  /** Throws FILE_MISSING when there is no such version. */
  get(name: string, version: number): Plan {
    return this.#need(name, version).plan;
  }

  /** As the next version of its name. */
  async save(plan: Plan, who: string): Promise<{ readonly version: number; readonly digest: string }> {
    const version = this.#book.newestVersion(plan.name) + 1;
    const next = planSchema.parse({ ...plan, version });
    const digest = planDigest(next);
    await this.#book.add(next, digest, who, this.#now().toISOString());
    this.#changed();
    return { version, digest };
  }

  /** Throws PLAN_UNSAFE with the first thing that is wrong. */
  async release(name: string, version: number, who: string): Promise<void> {
    const [problem] = planProblems(this.#need(name, version).plan);
    if (problem !== undefined) throw new SignetError('PLAN_UNSAFE', `This version cannot be released: ${problem}.`);
    await this.#book.release(name, version, who, this.#now().toISOString());
    this.#changed();
  }

  /** Throws PLAN_UNSAFE for a version that was not released. */
  async activate(name: string, version: number): Promise<void> {
    const { listed } = this.#need(name, version);
    if (!listed.released)
      throw new SignetError('PLAN_UNSAFE', `Version ${version} of "${name}" was not released yet.`, { name, version });
    await this.#station.setFact('active-plan', { name, version });
    this.#load(name, version);
    this.#changed();
  }

  async setFirstArticle(state: FirstArticle): Promise<void> {
    const loaded = this.#loaded;
    if (loaded === undefined) return;
    await this.#book.setFirstArticle(loaded.plan.name, loaded.plan.version, state);
    this.#loaded = { ...loaded, firstArticle: state };
    this.#changed();
  }

  /** Medians of recent passes in ms, stage by stage; null while there are none. */
  usualMs(): number[] | null {
    if ([...this.#times.values()].every((times) => times.length === 0)) return null;
    return stageNames.map((stage) =>
      quantile(
        [...(this.#times.get(stage) ?? [])].sort((a, b) => a - b),
        0.5,
      ),
    );
  }

  /** A run of the active plan passed. */
  passed(record: RunRecord): void {
    if (record.plan.digest !== this.#loaded?.digest || record.kind !== 'provision') return;
    for (const { stage, status, durationMs } of record.stages) {
      if (status !== 'DONE') continue;
      const times = this.#times.get(stage) ?? [];
      times.push(durationMs);
      this.#times.set(stage, times.slice(-timedRuns));
    }
  }

  #load(name: string, version: number): void {
    const found = this.#book.get(name, version);
    this.#problem = '';
    this.#loaded = undefined;
    if (found === undefined) return;
    try {
      this.#loaded = loadPlan(found.plan, found.listed.digest, found.listed.firstArticle);
    } catch (thrown) {
      this.#problem = asSignetError(thrown).message;
      return;
    }
    const records = this.#store
      .all(
        "SELECT record FROM runs INDEXED BY runs_by_plan WHERE plan_digest = ? AND outcome = 'PASS' ORDER BY started_at DESC LIMIT ?",
        found.listed.digest,
        timedRuns,
      )
      .map((row) => String(row['record']));
    const durations = durationsByStage(records);
    this.#times = new Map(stageNames.map((stage) => [stage, [...(durations.get(stage) ?? [])].reverse()]));
  }

  #need(name: string, version: number): { readonly plan: Plan; readonly listed: PlanVersion } {
    const found = this.#book.get(name, version);
    if (found === undefined)
      throw new SignetError('FILE_MISSING', `There is no version ${version} of the plan "${name}".`, { name, version });
    return found;
  }
}
