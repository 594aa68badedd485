/** The chip's own message that Sign internal signs and Verify validate checks (atecc-device.md 7.8, 7.9). */
import { concat, readU16le, sliceExact, u16le } from '../../base/bytes.ts';
import { opcodes } from '../opcodes.ts';
import { digest, requireBytes } from './digests.ts';
import { type TempKey, tempKeyBytes } from './temp-key.ts';

/** What the message says about the slot that TempKey was made from. */
export interface SlotFacts {
  readonly slotConfig: number;
  readonly keyConfig: number;
  readonly slotLocked: boolean;
  /** An ATECC108A puts two counters of its slots 0..7 here; our parts have zeros. */
  readonly useFlag?: number;
  readonly updateCount?: number;
}

/** Facts about a slot from the 128 bytes of the configuration zone; SlotLocked bit 0 = locked (config-zone.md 1). */
export function slotFacts(config: Uint8Array, slot: number): SlotFacts {
  requireBytes('configuration zone', config, 128);
  return {
    slotConfig: readU16le(config, 20 + 2 * slot),
    keyConfig: readU16le(config, 96 + 2 * slot),
    slotLocked: ((readU16le(config, 88) >> slot) & 1) === 0,
  };
}

export interface SignInternalInput {
  /** P1 of Sign; bit 6 includes the whole serial number. */
  readonly mode: number;
  /** P2 of Sign. */
  readonly keyId: number;
  readonly sn: Uint8Array;
  readonly facts: SlotFacts;
  /** The byte that says "this public key is valid now": 1 in a message that invalidates. */
  readonly forInvalidate: boolean;
}

/** The 55-byte message; its SHA-256 is what is signed. */
export function signInternalMessage(tempKey: TempKey, input: SignInternalInput): Uint8Array {
  requireBytes('serial number', input.sn, 9);
  const { sn, facts } = input;
  const full = (input.mode & 0x40) !== 0;
  return concat(
    tempKeyBytes(tempKey),
    [opcodes.Sign, input.mode],
    u16le(input.keyId),
    u16le(facts.slotConfig),
    u16le(facts.keyConfig),
    [tempKeyFlags(tempKey), facts.useFlag ?? 0, facts.updateCount ?? 0],
    sliceExact(sn, 8, 1),
    full ? sliceExact(sn, 4, 4) : new Uint8Array(4),
    sliceExact(sn, 0, 2),
    full ? sliceExact(sn, 2, 2) : new Uint8Array(2),
    [facts.slotLocked ? 0 : 1, input.forInvalidate ? 1 : 0, 0],
  );
}

/** The digest that Sign internal signs. */
export function signInternalDigest(tempKey: TempKey, input: SignInternalInput): Uint8Array {
  return digest(signInternalMessage(tempKey, input));
}

/** The 19 bytes of OtherData with which Verify (in)validate repeats a 55-byte message. */
export function verifyOtherData(message: Uint8Array): Uint8Array {
  requireBytes('message', message, 55);
  return concat(message.subarray(33, 43), message.subarray(44, 48), message.subarray(50, 55));
}

/** What Verify (in)validate hashes: TempKey ‖ 41 ‖ OD[0:9] ‖ SN[8] ‖ OD[10:13] ‖ SN[0:1] ‖ OD[14:18] (atecc-device.md 7.9). */
export function validateDigest(tempKey: Uint8Array, otherData: Uint8Array, sn: Uint8Array): Uint8Array {
  requireBytes('TempKey', tempKey, 32);
  requireBytes('OtherData', otherData, 19);
  requireBytes('serial number', sn, 9);
  return digest(
    tempKey,
    [opcodes.Sign],
    sliceExact(otherData, 0, 10),
    sliceExact(sn, 8, 1),
    sliceExact(otherData, 10, 4),
    sliceExact(sn, 0, 2),
    sliceExact(otherData, 14, 5),
  );
}

/** Flags byte: b7 NoMac, b6 GenKeyData, b5 GenDigData, b4 SourceFlag, b3..0 KeyID. */
function tempKeyFlags(tempKey: TempKey): number {
  return (
    (tempKey.noMac ? 0x80 : 0) |
    (tempKey.genKeyData ? 0x40 : 0) |
    (tempKey.genDigData ? 0x20 : 0) |
    (tempKey.fromInput ? 0x10 : 0) |
    (tempKey.keyId & 0x0f)
  );
}
