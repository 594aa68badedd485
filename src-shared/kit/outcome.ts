import { isWakeTokenInsteadOfAnswer, readWakeToken, statusPacket } from '../atecc/status.ts';
import { kitStatus } from './kit-status.ts';
import type { KitReply } from './reply.ts';
import type { Dialect } from './requests.ts';

/** How the kit was set when it was asked: needed to read what it answers. */
export interface KitMode {
  readonly dialect: Dialect;
  /** Whether the kit itself wakes and idles the chip around every talk. */
  readonly wraps: boolean;
}

/** What went wrong short of a chip's answer; `kitStatus` is the kit's status byte. */
export interface KitTrouble {
  readonly kind: 'no-answer' | 'no-wake' | 'kit-refused';
  readonly kitStatus: number;
}

/** What a reply to a talk amounts to. `packet` is count..CRC, unchecked: that is the command's own business. */
export type TalkOutcome = { readonly kind: 'answer'; readonly packet: Uint8Array } | KitTrouble;

/** What a reply to a wake amounts to (the same words as the transport's). */
export type WakeOutcome =
  | { readonly kind: 'awake'; readonly from: 'fixed' | 'chip' | 'silent' | 'self-test-failed' }
  | KitTrouble;

/** What a reply to select, idle, sleep or auto-wrap amounts to. */
export type PlainOutcome = { readonly kind: 'done' } | KitTrouble;

/**
 * The rules for a talk, the same for every dialect (kit-protocol.md 2 "three silent habits", 3, 6):
 * empty data, or a four-byte answer with status 11, is "no answer" whatever the kit status says; data beside a library
 * status is an answer, because legacy kits print the status of the closing Idle there; a status of the modern host that
 * stands for a device status becomes that status packet again; C0..C5 and their kin mean that nothing was passed on.
 */
export function talkOutcome(mode: KitMode, reply: KitReply): TalkOutcome {
  const { status, data } = reply;
  const row = kitStatus(status);
  if (row.kind === 'refused') return { kind: 'kit-refused', kitStatus: status };
  if (data.length > 0) {
    return isWakeTokenInsteadOfAnswer(data)
      ? { kind: 'no-answer', kitStatus: status }
      : { kind: 'answer', packet: data };
  }
  if ((reply.negative || mode.dialect === 'modern') && row.deviceStatus !== undefined) {
    const packet = statusPacket(row.deviceStatus);
    return isWakeTokenInsteadOfAnswer(packet) ? { kind: 'no-answer', kitStatus: status } : { kind: 'answer', packet };
  }
  const neverReached =
    row.kind === 'no-wake' || (mode.dialect === 'legacy' && mode.wraps && (status === 0xe7 || status === 0xe4));
  return { kind: neverReached ? 'no-wake' : 'no-answer', kitStatus: status };
}

/**
 * The rules for a wake: `04113343` is awake (said by the chip only where the kit does not wrap by itself), `00()` is the
 * D21's way to say so, both forms of the self-test token and status D7 are a failed self-test, everything else is no wake.
 */
export function wakeOutcome(mode: KitMode, reply: KitReply): WakeOutcome {
  const { status, data } = reply;
  const token = readWakeToken(data);
  if (token === 'awake') {
    const fixed = mode.dialect === 'legacy' ? mode.wraps : mode.dialect === 'd21';
    return { kind: 'awake', from: fixed ? 'fixed' : 'chip' };
  }
  if (token === 'self-test-failed' || status === 0xd7) return { kind: 'awake', from: 'self-test-failed' };
  if (status === 0x00 && data.length === 0 && mode.dialect !== 'legacy') return { kind: 'awake', from: 'silent' };
  return { kind: kitStatus(status).kind === 'refused' ? 'kit-refused' : 'no-wake', kitStatus: status };
}

/** The rule for select, idle, sleep and auto-wrap: status 00 is done; what stands in the parentheses does not matter. */
export function plainOutcome(reply: KitReply): PlainOutcome {
  if (reply.status === 0x00) return { kind: 'done' };
  const { kind } = kitStatus(reply.status);
  return {
    kind: kind === 'refused' ? 'kit-refused' : kind === 'no-wake' ? 'no-wake' : 'no-answer',
    kitStatus: reply.status,
  };
}

/** Statuses by which a kit says that it does not know a command: it then has no such function, which is no failure. */
export function unknownCommand(status: number): boolean {
  return status === 0xc0 || status === 0xe2;
}
