import { byteAt } from '../../base/bytes.ts';
import type { Command } from '../command.ts';
import { decodeAs, decodeBytes, defineCommand, requireSlot } from './define.ts';

/** Info modes, P1 (atecc-device.md 7.1). Info never touches TempKey and is legal in every lock state. */
const infoMode = { revision: 0, keyValid: 1, state: 2, gpio: 3, volatileKeyPermit: 4 } as const;

/** Info with any mode: 4 bytes as the chip sends them. */
export function info(mode: number, param2 = 0): Command<Uint8Array> {
  return defineCommand({
    name: 'Info',
    param1: mode,
    param2,
    describe: describeInfo(mode, param2),
    decode: decodeBytes(4),
  });
}

/** RevNum, 4 bytes: byte 2 names the family, byte 3 the 608's letter and silicon step (atecc-device.md 5). */
export function infoRevision(): Command<Uint8Array> {
  return info(infoMode.revision);
}

/** Whether a slot holds a valid private key, or a public key that is validated or needs no validation. */
export function infoKeyValid(slot: number): Command<boolean> {
  requireSlot(slot);
  return defineCommand({
    name: 'Info',
    param1: infoMode.keyValid,
    param2: slot,
    describe: describeInfo(infoMode.keyValid, slot),
    decode: decodeAs([4], (bytes) => (byteAt(bytes, 0) & 1) !== 0),
  });
}

/** TempKey and authorisation as the chip reports them (atecc-device.md 7.1). */
export interface ChipState {
  readonly tempKey: {
    readonly valid: boolean;
    readonly noMac: boolean;
    readonly genKeyData: boolean;
    readonly genDigData: boolean;
    /** True: only the host's input went in; false: random from the chip. */
    readonly fromInput: boolean;
    readonly keyId: number;
  };
  readonly authorised: boolean;
  /** Slot whose key was proven; meaningful while `authorised`. */
  readonly authKeyId: number;
  readonly sramRandomReady: boolean;
  readonly eepromRandomReady: boolean;
}

/** TempKey flags and AuthValid. */
export function infoState(): Command<ChipState> {
  return defineCommand({
    name: 'Info',
    param1: infoMode.state,
    param2: 0,
    describe: describeInfo(infoMode.state, 0),
    decode: decodeAs([4], readState),
  });
}

/** State of the volatile key permission latch (608): byte 0 of the answer. `set` first changes it (P2 bit 1 write, bit 0 value). */
export function infoVolatileKeyPermit(set?: boolean): Command<boolean> {
  const param2 = set === undefined ? 0 : 2 | Number(set);
  return defineCommand({
    name: 'Info',
    param1: infoMode.volatileKeyPermit,
    param2,
    describe: set === undefined ? 'read the volatile key latch' : `${set ? 'close' : 'open'} the volatile key latch`,
    decode: decodeAs([4], (bytes) => (byteAt(bytes, 0) & 1) !== 0),
  });
}

function readState(bytes: Uint8Array): ChipState {
  const flags = byteAt(bytes, 0);
  const authorisation = byteAt(bytes, 1);
  return {
    tempKey: {
      valid: (authorisation & 0x80) !== 0,
      noMac: (flags & 0x80) !== 0,
      genKeyData: (flags & 0x40) !== 0,
      genDigData: (flags & 0x20) !== 0,
      fromInput: (flags & 0x10) !== 0,
      keyId: flags & 0x0f,
    },
    authorised: (authorisation & 0x04) !== 0,
    authKeyId: (authorisation >> 3) & 0x0f,
    sramRandomReady: (authorisation & 0x02) !== 0,
    eepromRandomReady: (authorisation & 0x01) !== 0,
  };
}

function describeInfo(mode: number, param2: number): string {
  switch (mode) {
    case infoMode.revision:
      return 'read the revision';
    case infoMode.keyValid:
      return `ask whether slot ${param2} holds a valid key`;
    case infoMode.state:
      return 'read TempKey flags and authorisation';
    case infoMode.gpio:
      return 'read the GPIO state';
    case infoMode.volatileKeyPermit:
      return 'volatile key latch';
    default:
      return `Info mode ${mode}`;
  }
}
