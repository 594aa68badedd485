import type { CommandName, Part } from '../../src-shared/atecc/command.ts';
import { chipStatus, statusInfo } from '../../src-shared/atecc/status.ts';
import type { ErrorDetails } from '../../src-shared/base/error.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { ErrorName } from '../../src-shared/base/error-codes.ts';
import type { TransportFailure } from '../hal/transport.ts';

/**
 * Everything that an access to a chip may end with. Values are plain (hex texts, numbers), never a secret, so that a
 * failure can be logged and stored as it is.
 */
export type DeviceFailure =
  /** The kit is gone, silent, talks garbage or refused the line. */
  | { readonly kind: 'kit'; readonly failure: KitFailure }
  /** Nothing at this address answers. `answeredBefore`: this session had heard it before, so it was taken away. */
  | { readonly kind: 'no-chip'; readonly address: number; readonly answeredBefore: boolean }
  /** The chip answered before and after, but not to this command; the command changes nothing that a repetition would not. */
  | { readonly kind: 'no-answer'; readonly command: string }
  /** A status packet that ends the sequence (atecc-device.md 2). */
  | { readonly kind: 'status'; readonly name: CommandName; readonly command: string; readonly status: number }
  /** Count, CRC or length of an answer was wrong, also when it was asked for again. */
  | { readonly kind: 'malformed'; readonly command: string; readonly reason: string }
  /** The chip failed its self-test at wake or refuses to compute until it passes (608). */
  | { readonly kind: 'self-test-failed'; readonly address: number }
  /** Another chip than the expected one is behind the kit. Nothing was done to it. Serial numbers in hex. */
  | { readonly kind: 'board-changed'; readonly expected: string; readonly found: string }
  /** The part is another than the plan's. `revision` in hex. */
  | {
      readonly kind: 'wrong-part';
      readonly expected: Part | 'any';
      readonly found: Part | 'unknown';
      readonly revision: string;
    }
  /**
   * A command that must not be repeated blindly was sent and its answer never came: it may have worked.
   * `readBack` says what a look at the chip found afterwards; absent when nothing could be read.
   */
  | {
      readonly kind: 'uncertain';
      readonly name: CommandName;
      readonly command: string;
      readonly cause: string;
      readonly kitLost: boolean;
      /** The chip no longer answered when it was looked at afterwards: it was taken out. */
      readonly boardGone?: boolean;
      readonly readBack?: string;
    }
  /** What was read back is not what was written. `where` as "slot 10 block 1"; bytes in hex. */
  | { readonly kind: 'read-back-differs'; readonly where: string; readonly expected: string; readonly found: string }
  /** The sequence cannot be finished inside the chip's shortest watchdog; nothing was sent. */
  | { readonly kind: 'watchdog-budget'; readonly neededMs: number; readonly allowedMs: number }
  /** The caller's ownership of the kit ended (handed over, released or expired); nothing was sent. */
  | { readonly kind: 'not-owner'; readonly session: number; readonly current: number }
  /** The zone is already locked with content that differs, so what was asked for can no longer be done. */
  | { readonly kind: 'already-locked'; readonly zone: 'config' | 'data' }
  /** The chip must be locked first for what was asked. */
  | { readonly kind: 'not-locked'; readonly zone: 'config' | 'data' }
  /** Lock config was refused although the CRC was computed over what the chip itself says. Nothing was locked. */
  | { readonly kind: 'config-crc' }
  /** Lock data was refused, everything was written once more, and it was refused again. Nothing was locked. */
  | { readonly kind: 'data-crc' }
  | { readonly kind: 'slot-not-lockable'; readonly slot: number }
  /** The private key in the slot is torn or was never made (KeyValid 0). */
  | { readonly kind: 'no-key'; readonly slot: number }
  /** Neither the new nor the old I2C address answers. */
  | { readonly kind: 'address-lost'; readonly oldAddress: number; readonly newAddress: number }
  /** CheckMac answered 01: the key (password) is not the one in the slot. */
  | { readonly kind: 'authorisation-refused'; readonly slot: number }
  /** The kit idles after every command and the authorisation does not survive that (signer-and-server.md 6.6 step 0). */
  | { readonly kind: 'auth-lost-over-idle' }
  /** A negative test of an authorised key went wrong; `step` is its letter of signer-and-server.md 6.5 step 9. */
  | { readonly kind: 'authorisation-test'; readonly step: 'a' | 'b' | 'c' | 'd' | 'e'; readonly found: string };

/** Transport failures that are the kit's own, not the chip's silence. */
export type KitFailure = Exclude<TransportFailure, { readonly kind: 'no-answer' | 'no-wake' }>;

/** A failure in the words of the error list: code, one sentence with the particulars, facts for the record. */
export interface FailureReport {
  readonly code: ErrorName;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** The one mapping from a failed chip access to an error code. The operator's sentence of the code is in the model room. */
export function failureToError(failure: DeviceFailure): FailureReport {
  const { code, message } = codeAndMessage(failure);
  return { code, message, details: detailsOf(failure) };
}

/** The same as something to throw. */
export function failureAsError(failure: DeviceFailure): SignetError {
  const report = failureToError(failure);
  return new SignetError(report.code, report.message, report.details);
}

/** One sentence of what happened, for logs. */
export function describeFailure(failure: DeviceFailure): string {
  return codeAndMessage(failure).message;
}

/** Whether the failure is the station's or kit's trouble (a fault) rather than something about this board (a fail). */
export function isFault(failure: DeviceFailure): boolean {
  switch (failure.kind) {
    case 'kit':
    case 'not-owner':
    case 'watchdog-budget':
    case 'auth-lost-over-idle':
      return true;
    case 'uncertain':
      return failure.kitLost;
    default:
      return false;
  }
}

function codeAndMessage(failure: DeviceFailure): { readonly code: ErrorName; readonly message: string } {
  switch (failure.kind) {
    case 'kit':
      return kitCodeAndMessage(failure.failure);
    case 'no-chip':
      return failure.answeredBefore
        ? { code: 'BOARD_REMOVED', message: `The chip at address ${hex(failure.address)} no longer answers.` }
        : { code: 'NO_CHIP', message: `No chip answers at address ${hex(failure.address)}.` };
    case 'no-answer':
      return { code: 'CHIP_UNCLEAR', message: `The chip gave no answer to "${failure.command}".` };
    case 'status':
      return {
        code: statusCode(failure.status),
        message: `"${failure.command}" ended with status ${byteHex(failure.status)} (${statusInfo(failure.status).name}).`,
      };
    case 'malformed':
      return { code: 'CHIP_UNCLEAR', message: `The answer to "${failure.command}" is damaged: ${failure.reason}.` };
    case 'self-test-failed':
      return { code: 'CHIP_FAULT', message: 'The chip failed its own self-test.' };
    case 'board-changed':
      return {
        code: 'BOARD_CHANGED',
        message: `Chip ${failure.found} is behind the kit instead of ${failure.expected}.`,
      };
    case 'wrong-part':
      return {
        code: 'WRONG_PART',
        message: `The chip says revision ${failure.revision} (${failure.found}), wanted: ${failure.expected}.`,
      };
    case 'uncertain':
      return {
        code: failure.kitLost ? 'KIT_LOST' : failure.boardGone === true ? 'BOARD_REMOVED' : 'CHIP_UNCLEAR',
        message:
          `Nobody knows whether "${failure.command}" was executed: ${failure.cause}.` +
          (failure.readBack === undefined ? '' : ` Read back: ${failure.readBack}.`),
      };
    case 'read-back-differs':
      return {
        code: 'READ_BACK_DIFFERS',
        message: `What was read back from ${failure.where} is not what was written.`,
      };
    case 'watchdog-budget':
      return {
        code: 'KIT_UNSUITABLE',
        message: `The sequence needs up to ${failure.neededMs} ms in one go, the chip grants ${failure.allowedMs} ms.`,
      };
    case 'not-owner':
      return {
        code: 'KIT_BUSY',
        message: `The kit was handed over (session ${failure.session}, now ${failure.current}).`,
      };
    case 'already-locked':
      return { code: 'CHIP_REFUSED', message: `The ${failure.zone} zone is locked already.` };
    case 'not-locked':
      return { code: 'CHIP_REFUSED', message: `The ${failure.zone} zone is not locked yet.` };
    case 'config-crc':
      return { code: 'CONFIG_CRC', message: 'The chip refused the CRC of its own configuration zone.' };
    case 'data-crc':
      return { code: 'DATA_CRC', message: 'The chip refused the CRC of the data zone twice.' };
    case 'slot-not-lockable':
      return { code: 'SLOT_NOT_LOCKABLE', message: `Slot ${failure.slot} cannot be locked.` };
    case 'no-key':
      return { code: 'CHIP_FAULT', message: `Slot ${failure.slot} holds no valid private key.` };
    case 'address-lost':
      return {
        code: 'ADDRESS_LOST',
        message: `The chip answers neither at ${hex(failure.newAddress)} nor at ${hex(failure.oldAddress)}.`,
      };
    case 'authorisation-refused':
      return { code: 'PASSWORD_WRONG', message: `The chip refused the proof for the key in slot ${failure.slot}.` };
    case 'auth-lost-over-idle':
      return { code: 'SIGNER_KIT_UNSUITABLE', message: 'The authorisation does not survive the idling of this kit.' };
    case 'authorisation-test':
      return { code: 'SIGNER_FAULT', message: `Authorisation test (${failure.step}) failed: ${failure.found}.` };
  }
}

function kitCodeAndMessage(failure: KitFailure): { readonly code: ErrorName; readonly message: string } {
  switch (failure.kind) {
    case 'closed':
      return { code: 'KIT_LOST', message: `The kit is gone: ${failure.reason}.` };
    case 'timeout':
      return { code: 'KIT_SILENT', message: `The kit gave no answer within ${failure.waitedMs} ms.` };
    case 'garbage':
      return { code: 'KIT_GARBAGE', message: `The kit sent something that is no Kit Protocol: "${failure.line}".` };
    case 'kit-refused':
      return {
        code: 'KIT_UNSUITABLE',
        message: `The kit refused the command with status ${byteHex(failure.kitStatus)}.`,
      };
  }
}

function detailsOf(failure: DeviceFailure): ErrorDetails {
  if (failure.kind === 'kit') return { kind: `kit-${failure.failure.kind}`, ...withoutKind(failure.failure) };
  return { kind: failure.kind, ...withoutKind(failure) };
}

/** The plain members of a failure; nested values have their own sentence and stay out. */
function withoutKind(value: object): Record<string, string | number | boolean> {
  const plain: Record<string, string | number | boolean> = {};
  for (const [key, member] of Object.entries(value) as [string, unknown][]) {
    if (key === 'kind') continue;
    if (typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean') plain[key] = member;
  }
  return plain;
}

/** 01, 03 and 0F are answers of a sound chip, EE and FF of one that was not heard well; everything else is the chip's own trouble. */
function statusCode(status: number): ErrorName {
  if (status === 0x01 || status === 0x03 || status === 0x0f) return 'CHIP_REFUSED';
  return status === chipStatus.watchdog || status === chipStatus.communicationError ? 'CHIP_UNCLEAR' : 'CHIP_FAULT';
}

function byteHex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

function hex(address: number): string {
  return `0x${byteHex(address)}`;
}
