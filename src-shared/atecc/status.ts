import { byteAt, equalBytes, fromHex } from '../base/bytes.ts';
import { buildResponse } from './packet.ts';

/**
 * What may be done after a status: nothing by itself; the same command once more (TempKey was kept); or the whole
 * sequence again after idle and wake. Whether a command may be repeated at all says `Command.repeatable`.
 */
export type StatusRetry = 'never' | 'repeat' | 'redo-sequence';

export interface StatusInfo {
  readonly status: number;
  /** Short name, as it stands in logs. */
  readonly name: string;
  readonly retry: StatusRetry;
  /** One plain sentence. */
  readonly sentence: string;
}

/** The status bytes by name (atecc-device.md 2). */
export const chipStatus = {
  success: 0x00,
  miscompare: 0x01,
  parseError: 0x03,
  eccFault: 0x05,
  selfTestError: 0x07,
  healthTestError: 0x08,
  executionError: 0x0f,
  afterWake: 0x11,
  watchdog: 0xee,
  communicationError: 0xff,
} as const;

/** Every status of the book (atecc-device.md 2), in ascending order. */
export const statusTable: readonly StatusInfo[] = [
  { status: 0x00, name: 'success', retry: 'never', sentence: 'The chip did what it was asked.' },
  {
    status: 0x01,
    name: 'miscompare',
    retry: 'never',
    sentence: 'The chip compared and found a difference: wrong key, response or signature.',
  },
  {
    status: 0x03,
    name: 'parse error',
    retry: 'never',
    sentence: 'The chip does not know this command, or its length or parameters are illegal.',
  },
  {
    status: 0x05,
    name: 'ECC fault',
    retry: 'repeat',
    sentence: 'The chip stumbled over an elliptic-curve computation; the same command may be sent again.',
  },
  {
    status: 0x07,
    name: 'self-test error',
    retry: 'never',
    sentence: 'The chip failed its own self-test and refuses to compute until SelfTest passes.',
  },
  {
    status: 0x08,
    name: 'health-test error',
    retry: 'never',
    sentence: 'The random number generator of the chip failed its health test.',
  },
  {
    status: 0x0f,
    name: 'execution error',
    retry: 'never',
    sentence: 'The chip understood the command but does not allow it in its present state.',
  },
  {
    status: 0x11,
    name: 'after wake',
    retry: 'never',
    sentence: 'The chip has just woken up and got no command: whatever was sent before did not arrive.',
  },
  {
    status: 0xee,
    name: 'watchdog',
    retry: 'redo-sequence',
    sentence: 'Too little time was left before the chip falls asleep; the command was not started.',
  },
  {
    status: 0xff,
    name: 'communication error',
    retry: 'repeat',
    sentence: 'The command reached the chip damaged; it was not executed.',
  },
];

const infoByStatus = new Map(statusTable.map((info) => [info.status, info]));

/** Name, retry rule and sentence of any status byte; one that is not in the book gets a name of its own. */
export function statusInfo(status: number): StatusInfo {
  const info = infoByStatus.get(status);
  if (info !== undefined) return info;
  const digits = status.toString(16).toUpperCase().padStart(2, '0');
  return {
    status,
    name: `unknown status ${digits}`,
    retry: 'never',
    sentence: `The chip answered with status ${digits}, which its data sheet does not list.`,
  };
}

/** Whether the same command may be sent once more after this status. */
export function mayRepeat(status: number): boolean {
  return statusInfo(status).retry === 'repeat';
}

/** The status packet of a status byte: 04 | status | CRC. */
export function statusPacket(status: number): Uint8Array {
  return buildResponse(Uint8Array.of(status));
}

/** What a chip says when it is read after a wake pulse, before any command (atecc-device.md 1, 2). */
const WAKE_TOKEN = fromHex('04113343');
/** The self-test failure as the chip sends it. */
const SELF_TEST_TOKEN = fromHex('040740C2');
/** The same failure as some hosts write it, with a CRC that is not that of the bytes: accepted all the same (atecc-device.md 2). */
const SELF_TEST_TOKEN_AS_WRITTEN = fromHex('0407C440');

/** `awake` = just woken; `self-test-failed` = woken, but refuses to compute; `none` = not a wake answer. */
export type WakeOutcome = 'awake' | 'self-test-failed' | 'none';

/** What the bytes read after a wake pulse mean; anything but exactly one of the known tokens is `none`. */
export function readWakeToken(bytes: Uint8Array): WakeOutcome {
  if (equalBytes(bytes, WAKE_TOKEN)) return 'awake';
  if (equalBytes(bytes, SELF_TEST_TOKEN) || equalBytes(bytes, SELF_TEST_TOKEN_AS_WRITTEN)) return 'self-test-failed';
  return 'none';
}

/**
 * Whether an answer to a command is in truth the wake token: "no answer" behind a kit that lost it
 * (kit-protocol.md 2, habit 3). Nothing is then known about what the chip did.
 */
export function isWakeTokenInsteadOfAnswer(response: Uint8Array): boolean {
  return (
    response.length === WAKE_TOKEN.length && byteAt(response, 0) === 4 && byteAt(response, 1) === chipStatus.afterWake
  );
}
