import { concat } from '../../base/bytes.ts';
import type { Command } from '../command.ts';
import { decodeBytes, decodeDone, defineCommand, describeKey, type KeyUse, requireLength } from './define.ts';

/** MAC mode bits, P1 (atecc-device.md 7.11). */
export const macMode = { block2TempKey: 0x01, block1TempKey: 0x02, sourceFlag: 0x04, includeSerial: 0x40 } as const;

/**
 * MAC (32 bytes) of a slot's key or TempKey over a challenge (32 bytes) or TempKey. The challenge is sent only when
 * mode bit 0 is clear; throws RangeError when it is missing then or given otherwise.
 */
export function mac(mode: number, keyId: number, challenge?: Uint8Array, use: KeyUse = {}): Command<Uint8Array> {
  const takesChallenge = (mode & macMode.block2TempKey) === 0;
  if (takesChallenge !== (challenge !== undefined)) {
    throw new RangeError(`MAC mode ${mode.toString(16)} takes ${takesChallenge ? 'a' : 'no'} challenge`);
  }
  if (challenge !== undefined) requireLength('challenge', challenge, 32);
  return defineCommand({
    name: 'MAC',
    param1: mode,
    param2: keyId,
    ...(challenge === undefined ? {} : { data: challenge }),
    describe: `MAC with ${(mode & macMode.block1TempKey) !== 0 ? 'TempKey' : describeKey(keyId)}`,
    decode: decodeBytes(32),
    repeatable: use.singleUse !== true,
  });
}

/** HMAC (32 bytes, 508A) of TempKey with a slot's key (atecc-device.md 7.20). */
export function hmac(mode: number, keyId: number, use: KeyUse = {}): Command<Uint8Array> {
  return defineCommand({
    name: 'HMAC',
    param1: mode,
    param2: keyId,
    describe: `HMAC with ${describeKey(keyId)}`,
    decode: decodeBytes(32),
    repeatable: use.singleUse !== true,
  });
}

/** CheckMac mode of an authorisation: key from the slot, challenge from TempKey after a random Nonce (atecc-device.md 8). */
export const CHECK_MAC_SLOT_AND_TEMP_KEY = 0x01;

/** What CheckMac sends: 32 + 32 + 13 bytes (atecc-device.md 7.12). */
export interface CheckMacInput {
  /** Present even when the mode takes the challenge from TempKey; any value then. */
  readonly challenge: Uint8Array;
  /** The host's answer (host/digests.ts `checkMacResponse`). */
  readonly response: Uint8Array;
  readonly otherData: Uint8Array;
}

/** Proves that the host knows the key of a slot: success, or status 01. Success sets AuthValid with this slot (atecc-device.md 8). */
export function checkMac(mode: number, keyId: number, input: CheckMacInput, use: KeyUse = {}): Command<undefined> {
  requireLength('challenge', input.challenge, 32);
  requireLength('response', input.response, 32);
  requireLength('OtherData', input.otherData, 13);
  return defineCommand({
    name: 'CheckMac',
    param1: mode,
    param2: keyId,
    data: concat(input.challenge, input.response, input.otherData),
    describe: `prove the key of slot ${keyId}`,
    decode: decodeDone,
    repeatable: use.singleUse !== true,
  });
}

/** GenDig zones, P1 (atecc-device.md 7.13). */
export const genDigZone = { config: 0, otp: 1, data: 2, sharedNonce: 3, counter: 4, keyConfig: 5 } as const;

/**
 * Mixes a slot, a block, a counter … into TempKey. Extra data exist for two zones only: 4 bytes for a data slot (replace
 * `15 P1 P2` when the slot is NoMac) and 32 for the shared nonce. Throws RangeError for any other combination.
 */
export function genDig(zone: number, param2: number, otherData: Uint8Array = new Uint8Array(0)): Command<undefined> {
  const lengths = zone === genDigZone.data ? [0, 4] : zone === genDigZone.sharedNonce ? [32] : [0];
  requireLength('OtherData', otherData, ...lengths);
  return defineCommand({
    name: 'GenDig',
    param1: zone,
    param2,
    data: otherData,
    describe:
      zone === genDigZone.data ? `mix slot ${param2} into TempKey` : `mix zone ${zone}, ${param2}, into TempKey`,
    decode: decodeDone,
    // A second GenDig would hash the result of the first.
    repeatable: false,
  });
}

/** GenDig on a data slot with the OtherData that make it the same for NoMac slots and others: 15 02 slot 00 (atecc-device.md 7.13). */
export function genDigSlot(slot: number): Command<undefined> {
  return genDig(genDigZone.data, slot, Uint8Array.of(0x15, 0x02, slot & 0xff, slot >> 8));
}

/**
 * Makes a slot's key from a parent and TempKey (atecc-device.md 7.14). `mac` (32 bytes) where the slot demands it; `fromInput` is
 * the TempKey.SourceFlag that is required (P1 bit 2).
 */
export function deriveKey(targetSlot: number, fromInput: boolean, mac?: Uint8Array): Command<undefined> {
  if (mac !== undefined) requireLength('MAC', mac, 32);
  return defineCommand({
    name: 'DeriveKey',
    param1: fromInput ? 0x04 : 0x00,
    param2: targetSlot,
    ...(mac === undefined ? {} : { data: mac }),
    describe: `derive the key of slot ${targetSlot}`,
    decode: decodeDone,
    repeatable: false,
    irreversible: true,
  });
}
