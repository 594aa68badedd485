import { toHex } from '../../../src-shared/base/bytes.ts';
import type { BlockedReason, SiteAction, SiteState } from '../../../src-shared/ipc/lists.ts';
import type { Choice, SiteView, StageView } from '../../../src-shared/ipc/state.ts';
import { stageNames } from '../../../src-shared/model/stages.ts';
import type { Assessment } from './assessment.ts';
import { phaseOf, type SiteModel } from './machine.ts';

/** What the station as a whole allows just now. */
export interface Gate {
  /** Why no board may be started; null = boards may be. */
  readonly start: BlockedReason | null;
  /** Why nothing at all may be begun, validation included. */
  readonly anything: BlockedReason | null;
  /** Signers for the plan: one is ready, one waits for its password, there is none; elsewhere = a remote server's business. */
  readonly signer: 'ready' | 'waiting' | 'none' | 'elsewhere';
}

/** What a site is called and where it is. */
export interface SitePlace {
  readonly id: string;
  readonly number: number;
  readonly label: string;
  readonly connector: string;
  readonly bound: boolean;
}

/** State and choices of a site. Pure. */
export function siteChoices(
  model: SiteModel,
  assessment: Assessment | undefined,
  gate: Gate,
): { readonly state: SiteState; readonly choices: readonly Choice[] } {
  const phase = phaseOf(model);
  if (phase === 'verdict') return { state: 'verdict', choices: verdictChoices(model, assessment, gate) };
  if (phase !== 'board') return { state: phase, choices: [] };
  if (assessment === undefined) return { state: 'checking', choices: [] };
  const choices = assessment.ways.map((way) => ({
    ...way,
    blocked: way.blocked ?? blockOf(way.action, assessment, gate),
  }));
  const waits = assessment.reason === '' || (assessment.reason === 'INTERRUPTED' && !assessment.certified);
  if (waits && gate.signer === 'waiting' && gate.start === null && gate.anything === null)
    return { state: 'waiting', choices };
  return { state: assessment.ready ? 'seen' : 'decision', choices };
}

/** Why an action cannot be taken now, by the station's state alone. */
function blockOf(action: SiteAction, assessment: Assessment | undefined, gate: Gate): BlockedReason | null {
  if (action === 'set-aside') return gate.anything === 'sign-on' || gate.anything === 'role' ? gate.anything : null;
  if (gate.anything !== null) return gate.anything;
  if (action === 'validate') return null;
  if (gate.start !== null) return gate.start;
  const signs = assessment?.certified !== true;
  return signs && (gate.signer === 'none' || gate.signer === 'waiting') ? 'no-signer' : null;
}

/** After a FAIL or FAULT: what its record says may be done next, while the board is still there. */
function verdictChoices(model: SiteModel, assessment: Assessment | undefined, gate: Gate): readonly Choice[] {
  const { verdict } = model;
  if (verdict === undefined || model.chips.length === 0) return [];
  if (verdict.kind === 'PASS' || verdict.kind === 'SET_ASIDE') return [];
  const choices: Choice[] = [];
  const add = (action: SiteAction): void => {
    choices.push({ action, blocked: blockOf(action, assessment, gate), role: null });
  };
  if (verdict.next === 'retry') add('retry');
  if (verdict.next === 'resume') add('resume');
  add('set-aside');
  return choices;
}

/** A site as screens see it. `nowMs` is monotonic. */
export function siteView(
  place: SitePlace,
  model: SiteModel,
  assessment: Assessment | undefined,
  gate: Gate,
  nowMs: number,
): SiteView {
  const { state, choices } = siteChoices(model, assessment, gate);
  const { run } = model;
  const shownAssessment = state === 'verdict' || state === 'running' ? undefined : assessment;
  const trouble = state === 'fault' ? model.trouble : undefined;
  const told = trouble === undefined ? shownAssessment?.told : trouble.told;
  return {
    ...place,
    state,
    chips: chipViews(model, assessment),
    choices: choices.map((choice) => ({ ...choice })),
    reason: trouble?.code ?? shownAssessment?.reason ?? '',
    detail: trouble?.detail ?? shownAssessment?.detail ?? '',
    ...(told === undefined ? {} : { told: { code: told.code, facts: { ...told.facts } } }),
    stages: stagesOf(model, shownAssessment),
    elapsedMs: run === undefined ? null : Math.max(0, nowMs - run.startMs),
    startedAt: run?.startedAt ?? null,
    chipIndex: run?.chipIndex ?? (state === 'verdict' ? model.lastChipIndex : (shownAssessment?.chipIndex ?? null)),
    verdict: model.verdict ?? null,
    previous: model.previous ?? null,
    unitLabel: model.unitLabel,
    earlier: shownAssessment?.earlier ?? null,
  };
}

/** In the order of the plan, which is that of their runs; as they were found while they do not go with a plan. */
function chipViews({ chips }: SiteModel, assessment: Assessment | undefined): SiteView['chips'] {
  const works = assessment?.works.every(({ chip }) => chips.includes(chip)) === true ? assessment.works : [];
  const shown =
    works.length === chips.length
      ? works.map(({ chip, prepared }) => [chip, prepared.entry.label] as const)
      : chips.map((chip) => [chip, ''] as const);
  return shown.map(([chip, entry]) => ({
    serialNumber: toHex(chip.serialNumber),
    part: chip.part,
    address: chip.address,
    state: assessment?.states[chips.indexOf(chip)] ?? '',
    entry,
  }));
}

/** Of the run, of the run that just ended, or what earlier runs have done. */
function stagesOf(model: SiteModel, assessment: Assessment | undefined): StageView[] {
  const shown = model.run?.stages ?? (assessment === undefined ? model.lastStages : undefined);
  if (shown !== undefined)
    return shown.map(({ stage, status, durationMs, note }) => ({ stage, status, durationMs, note }));
  return stageNames.map((stage, i) => ({
    stage,
    status: assessment?.doneStages.includes(i + 1) === true ? 'earlier' : 'todo',
    durationMs: null,
    note: '',
  }));
}
