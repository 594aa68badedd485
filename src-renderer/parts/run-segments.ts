import type { StageView } from '../../src-shared/ipc/state.ts';

/** Usual ms of the ten stages before a station has measured its own (SAM D21 kit, ATECC508A). */
export const defaultStageMs: readonly number[] = [250, 40, 45, 100, 350, 275, 335, 40, 45, 460];

export interface Segment {
  /** 1..10 */
  readonly number: number;
  readonly look: 'todo' | 'now' | 'done' | 'skipped' | 'bad';
  /** ms that its width stands for */
  readonly weight: number;
  /** 0..1 of the running stage */
  readonly part: number;
  /** Something becomes final at its end. */
  readonly final: boolean;
}

/** Stages after which nothing can be taken back: config lock, data lock, slot locks. */
export function finalStages(locksSlots: boolean): readonly number[] {
  return locksSlots ? [2, 8, 9] : [2, 8];
}

/**
 * The segments of a run scale. The running one fills with its usual time and never reaches its end before its DONE.
 * `elapsedMs` counts from the start of the run.
 */
export function runSegments(
  stages: readonly StageView[],
  usualMs: readonly number[] | null,
  locksSlots: boolean,
  elapsedMs: number | null,
): readonly Segment[] {
  const usual = usualMs ?? defaultStageMs;
  const final = finalStages(locksSlots);
  const before = stages.reduce((sum, stage) => sum + (stage.status === 'done' ? (stage.durationMs ?? 0) : 0), 0);
  return usual.map((weight, index) => {
    const status = stages[index]?.status ?? 'todo';
    const number = index + 1;
    const inStage = elapsedMs === null ? 0 : Math.max(0, elapsedMs - before);
    return {
      number,
      look: lookOf(status),
      weight: Math.max(weight, 1),
      part: status === 'running' ? Math.min(0.96, inStage / Math.max(weight, 1)) : 0,
      final: final.includes(number),
    };
  });
}

function lookOf(status: StageView['status']): Segment['look'] {
  switch (status) {
    case 'running':
      return 'now';
    case 'done':
    case 'earlier':
      return 'done';
    case 'skipped':
      return 'skipped';
    case 'error':
      return 'bad';
    case 'todo':
      return 'todo';
  }
}

/** ms that a whole run usually takes. */
export function usualTotal(usualMs: readonly number[] | null): number {
  return (usualMs ?? defaultStageMs).reduce((sum, ms) => sum + ms, 0);
}

/** ms that the stages still to do usually take. */
export function usualRest(stages: readonly StageView[], usualMs: readonly number[] | null): number {
  const usual = usualMs ?? defaultStageMs;
  return stages.reduce((sum, stage, index) => sum + (stage.status === 'todo' ? (usual[index] ?? 0) : 0), 0);
}
