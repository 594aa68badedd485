import type { CommandName, Part } from '../../src-shared/atecc/command.ts';
import { chipStatus, statusInfo } from '../../src-shared/atecc/status.ts';
import type { ErrorDetails } from '../../src-shared/base/error.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import type { ErrorName } from '../../src-shared/base/error-codes.ts';
import { englishSentence, type Reason, reason } from '../../src-shared/model/reasons.ts';
import { BUS_STUCK, type TransportFailure } from '../hal/transport.ts';

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
      /** A wire of the kit's bus was held low then or when the chip was looked at afterwards. */
      readonly busStuck?: boolean;
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
      return failure.kitLost || failure.busStuck === true;
    default:
      return false;
  }
}

/** Whether a wire of the kit's I2C bus is held low: nothing is known about what is behind it. Only our own kit host can tell. */
export function isBusStuck(failure: DeviceFailure): boolean {
  if (failure.kind === 'uncertain') return failure.busStuck === true;
  return failure.kind === 'kit' && failure.failure.kind === 'kit-refused' && failure.failure.kitStatus === BUS_STUCK;
}

function codeAndMessage(failure: DeviceFailure): { readonly code: ErrorName; readonly message: string } {
  return { code: codeOf(failure), message: englishSentence(reasonOfFailure(failure)) };
}

function codeOf(failure: DeviceFailure): ErrorName {
  switch (failure.kind) {
    case 'kit':
      return kitCode(failure.failure);
    case 'no-chip':
      return failure.answeredBefore ? 'BOARD_REMOVED' : 'NO_CHIP';
    case 'no-answer':
    case 'malformed':
      return 'CHIP_UNCLEAR';
    case 'status':
      return statusCode(failure.status);
    case 'self-test-failed':
    case 'no-key':
      return 'CHIP_FAULT';
    case 'board-changed':
      return 'BOARD_CHANGED';
    case 'wrong-part':
      return 'WRONG_PART';
    case 'uncertain':
      if (failure.kitLost) return 'KIT_LOST';
      if (failure.busStuck === true) return 'BUS_STUCK';
      return failure.boardGone === true ? 'BOARD_REMOVED' : 'CHIP_UNCLEAR';
    case 'read-back-differs':
      return 'READ_BACK_DIFFERS';
    case 'watchdog-budget':
      return 'KIT_UNSUITABLE';
    case 'not-owner':
      return 'KIT_BUSY';
    case 'already-locked':
    case 'not-locked':
      return 'CHIP_REFUSED';
    case 'config-crc':
      return 'CONFIG_CRC';
    case 'data-crc':
      return 'DATA_CRC';
    case 'slot-not-lockable':
      return 'SLOT_NOT_LOCKABLE';
    case 'address-lost':
      return 'ADDRESS_LOST';
    case 'authorisation-refused':
      return 'PASSWORD_WRONG';
    case 'auth-lost-over-idle':
      return 'SIGNER_KIT_UNSUITABLE';
    case 'authorisation-test':
      return 'SIGNER_FAULT';
  }
}

/** The failure as a code and facts, for screens in any language. */
export function reasonOfFailure(failure: DeviceFailure): Reason {
  switch (failure.kind) {
    case 'kit':
      return reasonOfKit(failure.failure);
    case 'no-chip':
      return reason(failure.answeredBefore ? 'chip-gone' : 'chip-none', { address: hex(failure.address) });
    case 'no-answer':
      return reason('chip-no-answer', { command: failure.command });
    case 'status': {
      const { command, status } = failure;
      return reason('chip-status', { command, status: byteHex(status), quote: statusInfo(status).name });
    }
    case 'malformed':
      return reason('chip-damaged-answer', { command: failure.command, quote: failure.reason });
    case 'self-test-failed':
      return reason('chip-self-test');
    case 'board-changed':
      return reason('chip-other', { found: failure.found, expected: failure.expected });
    case 'wrong-part': {
      const { revision, found, expected } = failure;
      return reason('chip-wrong-part', { revision, found, expected });
    }
    case 'uncertain': {
      const { command, cause: quote, readBack } = failure;
      return readBack === undefined
        ? reason('chip-uncertain', { command, quote })
        : reason('chip-uncertain-seen', { command, quote, readBack });
    }
    case 'read-back-differs':
      return reason('chip-read-back', { where: failure.where });
    case 'watchdog-budget':
      return reason('chip-watchdog', { neededMs: failure.neededMs, allowedMs: failure.allowedMs });
    case 'not-owner':
      return reason('kit-handed-over', { session: failure.session, current: failure.current });
    case 'already-locked':
      return reason('chip-zone-locked', { zone: failure.zone });
    case 'not-locked':
      return reason('chip-zone-open', { zone: failure.zone });
    case 'config-crc':
      return reason('chip-config-crc');
    case 'data-crc':
      return reason('chip-data-crc');
    case 'slot-not-lockable':
      return reason('chip-slot-not-lockable', { slot: failure.slot });
    case 'no-key':
      return reason('chip-no-key', { slot: failure.slot });
    case 'address-lost': {
      const { newAddress, oldAddress } = failure;
      return reason('chip-address-lost', { newAddress: hex(newAddress), oldAddress: hex(oldAddress) });
    }
    case 'authorisation-refused':
      return reason('chip-proof-refused', { slot: failure.slot });
    case 'auth-lost-over-idle':
      return reason('kit-idles');
    case 'authorisation-test':
      return reason('chip-authorisation-test', { step: failure.step, quote: failure.found });
  }
}

/** Whether the kit, or the chip that was in it, was taken away: a stick was pulled out, a board unplugged. */
export function isTakenAway(failure: DeviceFailure): boolean {
  switch (failure.kind) {
    case 'kit':
      return failure.failure.kind === 'closed';
    case 'no-chip':
      return failure.answeredBefore;
    case 'uncertain':
      return failure.kitLost || failure.boardGone === true;
    default:
      return false;
  }
}

function kitCode(failure: KitFailure): ErrorName {
  switch (failure.kind) {
    case 'closed':
      return 'KIT_LOST';
    case 'timeout':
      return 'KIT_SILENT';
    case 'garbage':
      return 'KIT_GARBAGE';
    case 'kit-refused':
      return failure.kitStatus === BUS_STUCK ? 'BUS_STUCK' : 'KIT_UNSUITABLE';
  }
}

function reasonOfKit(failure: KitFailure): Reason {
  switch (failure.kind) {
    case 'closed':
      return reason('kit-closed', { quote: failure.reason });
    case 'timeout':
      return reason('kit-silent', { waitedMs: failure.waitedMs });
    case 'garbage':
      return reason('kit-garbage', { quote: failure.line });
    case 'kit-refused':
      if (failure.kitStatus === BUS_STUCK) return reason('kit-bus-stuck');
      return reason('kit-refused', { status: byteHex(failure.kitStatus) });
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
