import type { SignetError } from '../../../src-shared/base/error.ts';
import type { ErrorName } from '../../../src-shared/base/error-codes.ts';

/** What the process says when it ends; documented in the README. */
export const exitCodes = {
  /** All passed. */
  done: 0,
  /** A board failed, a check found something wrong. */
  boardFailed: 1,
  /** Options or files are wrong. */
  badInput: 2,
  /** The station failed: server, kit, disk, signer. */
  stationFault: 3,
  /** ESC, SIGINT, SIGTERM. */
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

/** Exit code of an error that ended a command. */
export function exitCodeOf(error: SignetError): number {
  if (error.code === 'INTERRUPTED') return exitCodes.interrupted;
  return badInput.has(error.code) ? exitCodes.badInput : exitCodes.stationFault;
}
