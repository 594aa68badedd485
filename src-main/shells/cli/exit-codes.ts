import type { SignetError } from '../../../src-shared/base/error.ts';
import type { ErrorName } from '../../../src-shared/base/error-codes.ts';

/** What the process says when it ends; the README has the table. */
export const exitCodes = {
  /** Everything passed. */
  done: 0,
  /** A board failed; something that was checked is not in order. */
  boardFailed: 1,
  /** Options or files are wrong; nothing was done. */
  badInput: 2,
  /** The station's own trouble: server, signer, kit, disk, port, clock. */
  stationFault: 3,
  /** Asked to end (Ctrl-C, SIGINT, SIGTERM, SIGHUP) before the work was done. */
  interrupted: 130,
} as const;

const badInput: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'FILE_MISSING',
  'FILE_UNREADABLE',
  'FILE_INVALID',
  'OPTION_INVALID',
  'PLAN_UNSAFE',
  'IMAGE_UNFIT',
  'SLOT_NOT_LOCKABLE',
  'DATA_SOURCE',
  'NETWORK_OPEN',
  'PASSWORD_POLICY',
]);

/** What is wrong with the chip in hand, be it of a board or of a stick that shall become a module. */
const aboutTheBoard: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'NO_CHIP',
  'SEVERAL_CHIPS',
  'WRONG_PART',
  'FOREIGN_CONFIG',
  'ALREADY_PROVISIONED',
  'KEY_OF_UNKNOWN_ORIGIN',
  'SCRAP',
]);

/** Exit code for an error of this name. */
export function exitCodeOfName(code: ErrorName): number {
  if (code === 'INTERRUPTED') return exitCodes.interrupted;
  if (badInput.has(code)) return exitCodes.badInput;
  return aboutTheBoard.has(code) ? exitCodes.boardFailed : exitCodes.stationFault;
}

/** Exit code of an error that ended a command. */
export function exitCodeOf(error: SignetError): number {
  return exitCodeOfName(error.code);
}
