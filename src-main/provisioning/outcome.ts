import type { SignetError } from '../../src-shared/base/error.ts';
import { type ErrorName, errorCodes } from '../../src-shared/base/error-codes.ts';
import { englishSentence, quoted, type Reason, reason, reasonOfDetails } from '../../src-shared/model/reasons.ts';
import type { Outcome } from '../../src-shared/model/run-record.ts';
import { type DeviceFailure, failureToError, isFault, reasonOfFailure } from '../device/index.ts';
import type { RequestFailure } from './request-client.ts';

/** Why a run ended without PASS. FAIL is the board's, FAULT the station's trouble (server, disk, kit). */
export interface RunEnd {
  readonly kind: 'FAIL' | 'FAULT' | 'INTERRUPTED';
  readonly code: ErrorName;
  /** Particulars, without secrets. */
  readonly why: Reason;
}

/** The particulars of an end in one sentence, as records and logs have it. */
export function detailOf({ why }: RunEnd): string {
  return englishSentence(why);
}

/** Thrown inside a run to end it at once; caught at its edge and nowhere else. */
export class EndOfRun extends Error {
  readonly end: RunEnd;

  constructor(end: RunEnd) {
    super(detailOf(end));
    this.end = end;
  }
}

/** Ends the run: the board failed. */
export function boardFails(code: ErrorName, why: Reason): never {
  throw new EndOfRun({ kind: 'FAIL', code, why });
}

/** Ends the run: the station failed. */
export function stationFails(code: ErrorName, why: Reason): never {
  throw new EndOfRun({ kind: 'FAULT', code, why });
}

/** The end that a failed chip access means. */
export function endOfDevice(failure: DeviceFailure): RunEnd {
  const { code } = failureToError(failure);
  return { kind: isFault(failure) ? 'FAULT' : 'FAIL', code, why: reasonOfFailure(failure) };
}

/** Codes of server errors that speak about the board; all others are the station's trouble. */
const aboutTheBoard: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'DEVICE_SN_INVALID',
  'CONFIG_NOT_LOCKED',
  'CONFIG_UNSAFE',
  'PUBLIC_KEY_INVALID',
  'POP_INVALID',
  'DUPLICATE_DEVICE',
  'DUPLICATE_DEVICE_DEFINITION',
  'CHAIN_EXPIRED',
]);

/** The end that a failed request means. */
export function endOfRequest(failure: RequestFailure): RunEnd {
  if (failure.kind === 'error') {
    const code = failure.code ?? 'INTERNAL';
    return {
      kind: aboutTheBoard.has(code) ? 'FAIL' : 'FAULT',
      code,
      why: reason('run-server-error', { number: failure.number, quote: failure.message }),
    };
  }
  return { kind: 'FAULT', code: failure.code, why: failure.why ?? quoted(failure.message) };
}

/** The end that a thrown error of ours means. */
export function endOfError(error: SignetError): RunEnd {
  return { kind: 'FAULT', code: error.code, why: reasonOfError(error) };
}

/** The reason that an error carries, or its own words. */
export function reasonOfError(error: SignetError): Reason {
  return reasonOfDetails(error.details) ?? quoted(error.message);
}

const retryable: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'BUSY',
  'SHUTTING_DOWN',
  'NO_MATCHING_SIGNER',
  'SIGNER_LOCKED',
  'SIGNER_REMOVED',
  'SIGNER_FAULT',
  'SIGN_FAILED',
  'SERVER_UNREACHABLE',
  'SERVER_LOST',
  'SERVER_SILENT',
  'STORAGE_FAILED',
  'CLOCK_SUSPECT',
  'TIMEOUT',
  'BOARD_REMOVED',
  'KIT_LOST',
  'KIT_SILENT',
  'KIT_BUSY',
  'BUS_STUCK',
  'NO_CHIP',
  'DATA_CRC',
  'CHIP_UNCLEAR',
  'INTERRUPTED',
  'BOARD_CHANGED',
]);

const setAside: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'KEY_OF_UNKNOWN_ORIGIN',
  'FOREIGN_CONFIG',
  'WRONG_PART',
  'DUPLICATE_DEVICE',
  'DUPLICATE_DEVICE_DEFINITION',
  'ADDRESS_LOST',
  'DEVICE_SN_INVALID',
]);

const scrap: ReadonlySet<ErrorName> = new Set<ErrorName>(['SCRAP', 'SLOT_CONTENT_WRONG', 'CHIP_FAULT']);

/** What may be done with the board now; `begun` = something in the chip has been changed by this or an earlier run. */
function nextStep(end: RunEnd, begun: boolean): Exclude<Outcome, { kind: 'PASS' }>['next'] {
  if (end.code === 'ALREADY_PROVISIONED') return 'validate';
  if (scrap.has(end.code)) return 'scrap';
  if (setAside.has(end.code)) return 'set-aside';
  if (retryable.has(end.code)) return begun ? 'resume' : 'retry';
  return begun ? 'resume' : 'none';
}

/** The outcome as it is recorded. */
export function outcomeOf(end: RunEnd, stage: number, sentence: string, begun: boolean): Outcome {
  return {
    kind: end.kind,
    code: end.code,
    number: errorCodes[end.code],
    stage,
    sentence,
    detail: detailOf(end).slice(0, 2000),
    next: nextStep(end, begun),
  };
}
