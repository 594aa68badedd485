import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import { stages } from '../../src-shared/model/stages.ts';

export type Run = CallOutput<'records.unit'>['runs'][number];

export interface WaterfallRow {
  /** 1..10 */
  readonly number: number;
  readonly stage: (typeof stages)[number]['name'];
  readonly status: 'done' | 'skipped' | 'error' | 'none';
  /** Shares of the run's length, 0..1. */
  readonly left: number;
  readonly width: number;
  readonly durationMs: number | null;
}

/** Length of a run as its stages tell, ms; at least 1. */
export function runLength(run: Run): number {
  return Math.max(1, ...run.stages.map((stage) => stage.startMs + stage.durationMs));
}

/** ms between two lines of the time axis: 1, 2 or 5 times a power of ten, so that at most five lines stand behind the first. */
export function axisStep(length: number): number {
  const least = Math.max(1, length / 5);
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5, 10].find((times) => power * times >= least) ?? 10);
}

/** The ten stages of a run as bars of its time line; stages that were not reached have none. */
export function waterfallRows(run: Run): readonly WaterfallRow[] {
  const length = runLength(run);
  return stages.map(({ name, number }) => {
    const record = run.stages.find((stage) => stage.stage === name);
    if (record === undefined) return { number, stage: name, status: 'none', left: 0, width: 0, durationMs: null };
    return {
      number,
      stage: name,
      status: record.status === 'DONE' ? 'done' : record.status === 'SKIPPED' ? 'skipped' : 'error',
      left: record.startMs / length,
      width: record.status === 'SKIPPED' ? 0 : record.durationMs / length,
      durationMs: record.status === 'SKIPPED' ? null : record.durationMs,
    };
  });
}

/** "6-07": what the operator reads out; empty for PASS. */
export function runCode(run: Run): string {
  const { outcome } = run;
  if (outcome.kind === 'PASS') return '';
  return `${outcome.stage}-${String(outcome.number).padStart(2, '0')}`;
}
