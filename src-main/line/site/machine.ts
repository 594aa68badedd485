import { toHex } from '../../../src-shared/base/bytes.ts';
import type { SiteState } from '../../../src-shared/ipc/lists.ts';
import type { StageView, VerdictView } from '../../../src-shared/ipc/state.ts';
import type { Reason } from '../../../src-shared/model/reasons.ts';
import { type StageName, type StageStatus, stageNames } from '../../../src-shared/model/stages.ts';
import type { ChipIdentity } from '../../device/index.ts';

/** A stage as far as it is; times in ms since the run began. */
export interface StageProgress extends Omit<StageView, 'durationMs'> {
  readonly begunMs: number | null;
  readonly durationMs: number | null;
}

/** A run as far as it is. */
export interface Progress {
  readonly runId: string;
  readonly startedAt: string;
  /** Monotonic ms at its beginning. */
  readonly startMs: number;
  readonly chipIndex: number;
  readonly stages: readonly StageProgress[];
}

/** Everything a site knows of its place; what may be done there follows from this, the plan and the station. */
export interface SiteModel {
  readonly enabled: boolean;
  /** `opening` = a kit is there and being asked who it is. */
  readonly kit: 'none' | 'opening' | 'here';
  /** Why nothing can be read behind the kit; an error name, a sentence, and the same for a screen in any language. */
  readonly trouble: { readonly code: string; readonly detail: string; readonly told?: Reason } | undefined;
  readonly chips: readonly ChipIdentity[];
  /** The kit stays when boards go: it was there before the first board, or a chip has answered behind it already. */
  readonly fixture: boolean;
  readonly run: Progress | undefined;
  /** Stages of the run that ended last, while its verdict is the one shown. */
  readonly lastStages: readonly StageProgress[] | undefined;
  /** Chip that the run that ended last was at: with a FAIL the one that failed. Of a board set aside without a run the one it is about. */
  readonly lastChipIndex: number | null;
  /** Of the board that is there, or was there last while no other came. */
  readonly verdict: VerdictView | undefined;
  /** Of the board before the one that is there now; gone when the next run begins. */
  readonly previous: VerdictView | undefined;
  readonly unitLabel: string;
}

export type SiteEvent =
  | { readonly kind: 'enabled'; readonly enabled: boolean }
  /** A kit was plugged in and is being asked. */
  | { readonly kind: 'kit-opening' }
  /** The kit is known; what it has behind it comes with `chips` or `trouble`. */
  | { readonly kind: 'kit-here'; readonly fixture: boolean }
  | { readonly kind: 'kit-gone' }
  /** Chips as just looked at: a board that came, or the same one with another content. */
  | { readonly kind: 'chips'; readonly chips: readonly ChipIdentity[] }
  | { readonly kind: 'chips-gone' }
  | { readonly kind: 'trouble'; readonly code: string; readonly detail: string; readonly told?: Reason }
  /** What kept the place from being read is over; whether a board is there comes with `chips`. */
  | { readonly kind: 'trouble-over' }
  | {
      readonly kind: 'run-begun';
      readonly runId: string;
      readonly startedAt: string;
      readonly startMs: number;
      readonly unitLabel: string;
    }
  /** The run went on to the next chip of the board. */
  | { readonly kind: 'chip-begun'; readonly chipIndex: number; readonly runId: string }
  | {
      readonly kind: 'stage';
      readonly stage: StageName;
      readonly status: StageStatus;
      readonly atMs: number;
      readonly note: string;
    }
  /** What a running stage waits for, in a word. */
  | { readonly kind: 'stage-note'; readonly note: string }
  | { readonly kind: 'run-ended'; readonly verdict: VerdictView }
  /** `chipIndex`: the chip that it was set aside for, where it is one of several. */
  | { readonly kind: 'set-aside'; readonly verdict: VerdictView; readonly chipIndex: number | null };

/** A site of which nothing is known yet. */
export function newSite(enabled: boolean): SiteModel {
  return {
    enabled,
    kit: 'none',
    trouble: undefined,
    chips: [],
    fixture: false,
    run: undefined,
    lastStages: undefined,
    lastChipIndex: null,
    verdict: undefined,
    previous: undefined,
    unitLabel: '',
  };
}

const stagesToDo: readonly StageProgress[] = stageNames.map((stage) => ({
  stage,
  status: 'todo',
  begunMs: null,
  durationMs: null,
  note: '',
}));

function troubleOf({ code, detail, told }: Extract<SiteEvent, { kind: 'trouble' }>): SiteModel['trouble'] {
  return { code, detail, ...(told === undefined ? {} : { told }) };
}

/** The next model of a site. Pure: time comes with the events. */
export function nextSite(model: SiteModel, event: SiteEvent): SiteModel {
  switch (event.kind) {
    case 'enabled':
      return { ...model, enabled: event.enabled };
    case 'kit-opening':
      return { ...withoutBoard(model), kit: 'opening', fixture: false };
    case 'kit-here':
      return { ...model, kit: 'here', fixture: event.fixture, trouble: undefined };
    case 'kit-gone':
      return { ...withoutBoard(model), kit: 'none', fixture: false };
    case 'chips':
      return withBoard(model, event.chips);
    case 'chips-gone':
      return withoutBoard(model);
    case 'trouble':
      // A verdict that says the same already says more: at which stage, and what to do with this board.
      if (model.verdict?.errorName === event.code) return withoutBoard(model);
      return { ...withoutBoard(model), trouble: troubleOf(event) };
    case 'trouble-over':
      return { ...model, trouble: undefined };
    case 'run-begun':
      return {
        ...model,
        run: {
          runId: event.runId,
          startedAt: event.startedAt,
          startMs: event.startMs,
          chipIndex: 0,
          stages: stagesToDo,
        },
        lastStages: undefined,
        verdict: undefined,
        previous: undefined,
        unitLabel: event.unitLabel,
      };
    case 'chip-begun':
      return model.run === undefined
        ? model
        : { ...model, run: { ...model.run, runId: event.runId, chipIndex: event.chipIndex, stages: stagesToDo } };
    case 'stage':
      return model.run === undefined ? model : { ...model, run: withStage(model.run, event) };
    case 'stage-note':
      return model.run === undefined ? model : { ...model, run: withNote(model.run, event.note) };
    case 'run-ended':
      return {
        ...model,
        run: undefined,
        lastStages: model.run?.stages,
        lastChipIndex: model.run?.chipIndex ?? null,
        ...shown(model, event.verdict),
      };
    case 'set-aside':
      return {
        ...model,
        lastChipIndex: model.verdict === undefined ? event.chipIndex : model.lastChipIndex,
        ...shown(model, event.verdict),
      };
  }
}

/** A verdict is the present board's while no other board is there; a board swapped in during the run is another one. */
function shown(model: SiteModel, verdict: VerdictView): Pick<SiteModel, 'verdict' | 'previous'> {
  return model.chips.length === 0 || isOf(verdict, model.chips)
    ? { verdict, previous: model.previous }
    : { verdict: undefined, previous: verdict };
}

function isOf(verdict: VerdictView, chips: readonly ChipIdentity[]): boolean {
  return chips.every((chip) => verdict.serialNumbers.includes(toHex(chip.serialNumber)));
}

function withBoard(model: SiteModel, chips: readonly ChipIdentity[]): SiteModel {
  const here = {
    ...model,
    kit: 'here',
    trouble: undefined,
    chips,
    fixture: model.fixture || chips.length > 0,
  } as const;
  const { verdict } = model;
  if (verdict === undefined || chips.length === 0 || isOf(verdict, chips)) return here;
  return { ...here, verdict: undefined, lastStages: undefined, previous: verdict, unitLabel: '' };
}

/** The board went; its verdict stays until the next one is started. */
function withoutBoard(model: SiteModel): SiteModel {
  return {
    ...model,
    chips: [],
    trouble: undefined,
    unitLabel: model.run === undefined && model.verdict === undefined ? '' : model.unitLabel,
  };
}

function withStage(run: Progress, event: Extract<SiteEvent, { kind: 'stage' }>): Progress {
  const status = { START: 'running', SKIPPED: 'skipped', DONE: 'done', ERROR: 'error' } as const;
  return {
    ...run,
    stages: run.stages.map((stage) => {
      if (stage.stage !== event.stage) return stage;
      const ended = event.status !== 'START';
      const begunMs = stage.begunMs ?? event.atMs;
      return {
        stage: stage.stage,
        status: status[event.status],
        begunMs,
        durationMs: ended ? Math.max(0, event.atMs - begunMs) : null,
        note: event.note,
      };
    }),
  };
}

function withNote(run: Progress, note: string): Progress {
  return {
    ...run,
    stages: run.stages.map((stage) => (stage.status === 'running' ? { ...stage, note } : stage)),
  };
}

/** What a site is, before it is asked what may be done with its board. */
export type Phase = Exclude<SiteState, 'seen' | 'decision' | 'waiting'> | 'board';

/** What a site is, from the strongest to the weakest: a run, off, a board, trouble, a kit that is being opened, a verdict that stays. */
export function phaseOf(model: SiteModel): Phase {
  if (model.run !== undefined) return 'running';
  if (!model.enabled) return 'off';
  if (model.chips.length > 0) return model.verdict === undefined ? 'board' : 'verdict';
  if (model.trouble !== undefined) return 'fault';
  if (model.kit === 'opening') return 'checking';
  if (model.verdict !== undefined) return 'verdict';
  // A kit that was just plugged in is the board itself; one that stays waits for the next.
  if (model.kit === 'here' && !model.fixture) return 'no-chip';
  return 'empty';
}
