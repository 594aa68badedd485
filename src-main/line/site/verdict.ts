import { toHex } from '../../../src-shared/base/bytes.ts';
import type { SignetError } from '../../../src-shared/base/error.ts';
import { type ErrorName, errorCodes } from '../../../src-shared/base/error-codes.ts';
import type { VerdictView } from '../../../src-shared/ipc/state.ts';
import type { Reason } from '../../../src-shared/model/reasons.ts';
import type { RunRecord } from '../../../src-shared/model/run-record.ts';
import { reasonOfError } from '../../provisioning/outcome.ts';
import { failureCode } from '../../records/index.ts';
import type { ChipWork } from '../loaded-plan.ts';

/** The board passes when all its chips pass; otherwise the chip that ended it speaks for it, and `why` is its run's. */
export function boardVerdict(
  records: readonly RunRecord[],
  works: readonly ChipWork[],
  durationMs: number,
  now: Date,
  why: Reason | undefined,
): VerdictView {
  const last = records.at(-1);
  const common = {
    at: now.toISOString(),
    serialNumbers: works.map(({ chip }) => toHex(chip.serialNumber)),
    durationMs,
    runId: last?.runId ?? '',
  };
  if (last === undefined || last.outcome.kind === 'PASS')
    return { ...common, kind: 'PASS', code: '', errorName: '', detail: '', next: 'remove' };
  const { outcome } = last;
  return {
    ...common,
    kind: outcome.kind === 'FAIL' ? 'FAIL' : 'FAULT',
    code: failureCode(outcome.stage, outcome.number),
    errorName: outcome.code,
    detail: outcome.detail ?? '',
    ...toldOf(why),
    next: outcome.next === 'validate' ? 'none' : outcome.next,
  };
}

/** The run broke off by a mistake of the program's own. */
export function faultVerdict(
  error: SignetError,
  works: readonly ChipWork[],
  runId: string,
  durationMs: number,
  now: Date,
): VerdictView {
  return {
    kind: 'FAULT',
    at: now.toISOString(),
    serialNumbers: works.map(({ chip }) => toHex(chip.serialNumber)),
    durationMs,
    code: failureCode(0, error.number),
    errorName: error.code,
    detail: error.message,
    ...toldOf(reasonOfError(error)),
    next: 'resume',
    runId,
  };
}

/** Somebody set the board aside; the code is that of the run that led to it, or of what the board was found to be. */
export function asideVerdict(
  aside: {
    readonly serialNumbers: string[];
    readonly reason: string;
    /** Name of an error; may be empty. */
    readonly code: string;
    readonly at: string;
  },
  before: VerdictView | undefined,
): VerdictView {
  const found = isErrorName(aside.code) && aside.code !== 'SET_ASIDE' ? failureCode(0, errorCodes[aside.code]) : '';
  return {
    kind: 'SET_ASIDE',
    at: aside.at,
    serialNumbers: aside.serialNumbers,
    durationMs: 0,
    code: before?.code ?? found,
    errorName: aside.code,
    detail: aside.reason,
    next: 'remove',
    runId: before?.runId ?? '',
  };
}

function toldOf(why: Reason | undefined): Pick<VerdictView, 'told'> {
  return why === undefined ? {} : { told: { code: why.code, facts: { ...why.facts } } };
}

function isErrorName(name: string): name is ErrorName {
  return Object.hasOwn(errorCodes, name);
}
