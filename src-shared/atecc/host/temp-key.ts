/**
 * TempKey as a chip would hold it, followed on the host (atecc-device.md 6). Every function gives the next TempKey; none changes
 * the one it was given. A refusal is a value: what the chip would not do either.
 */
import { padRight, u16le } from '../../base/bytes.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import {
  checkMacResponse,
  deriveKeyDigest,
  genDigDigest,
  genDigHeader,
  genKeyDigest,
  hmacDigest,
  type MacContext,
  macDigest,
  nonceDigest,
} from './digests.ts';

export interface TempKey {
  /** 64 bytes; the first 32 count unless `is64`. */
  readonly value: Uint8Array;
  readonly keyId: number;
  /** True: only the host's input went in (SourceFlag 1). */
  readonly fromInput: boolean;
  readonly genDigData: boolean;
  readonly genKeyData: boolean;
  readonly noMac: boolean;
  readonly valid: boolean;
  readonly is64: boolean;
}

/** TempKey after power-up, sleep or watchdog. */
export const emptyTempKey: TempKey = {
  value: new Uint8Array(64),
  keyId: 0,
  fromInput: false,
  genDigData: false,
  genKeyData: false,
  noMac: false,
  valid: false,
  is64: false,
};

/**
 * Why the host does not compute: the parameters are none (`illegal-parameters`), or TempKey is not what the command needs
 * (`temp-key-unfit`: the chip would answer 0F).
 */
export type HostRefusal = 'illegal-parameters' | 'temp-key-unfit';

/** A result together with what became of TempKey. */
export interface Outcome<T> {
  readonly result: Result<T, HostRefusal>;
  readonly tempKey: TempKey;
}

/** The 32 bytes that commands take. */
export function tempKeyBytes(tempKey: TempKey): Uint8Array {
  return tempKey.value.slice(0, 32);
}

function withDigest(tempKey: TempKey, value: Uint8Array): Uint8Array {
  const next = new Uint8Array(tempKey.value);
  next.set(value);
  return next;
}

function refused<T>(refusal: HostRefusal, tempKey: TempKey): Outcome<T> {
  return { result: fail(refusal), tempKey };
}

/** Spent: the command used TempKey up, or refused and cleared it. */
function spent(tempKey: TempKey): TempKey {
  return { ...tempKey, valid: false };
}

/** P1, P2 and input of a Nonce, and what the chip returned (RandOut, or TempKey's new value in calculation mode). */
export interface NonceInput {
  readonly mode: number;
  readonly param2: number;
  readonly input: Uint8Array;
  readonly randOut?: Uint8Array | undefined;
  /**
   * CONFLICT: a chip clears the GenKeyData flag with every Nonce (atecc-device.md 6), Microchip's host code leaves it as it was.
   * True follows the latter. Default false.
   */
  readonly keepGenKeyData?: boolean;
}

/** TempKey after Nonce (atecc-device.md 7.3). Loading MsgDigBuf or AltKeyBuf leaves TempKey without a valid value. */
export function afterNonce(tempKey: TempKey, nonce: NonceInput): Outcome<undefined> {
  const kind = nonce.mode & 3;
  const genKeyData = nonce.keepGenKeyData === true ? tempKey.genKeyData : false;
  const fresh = { keyId: 0, genDigData: false, genKeyData, noMac: false };
  if (kind === 0 || kind === 1) {
    if (nonce.randOut === undefined || nonce.input.length !== 20) return refused('illegal-parameters', tempKey);
    if ((nonce.param2 & 0x8000) !== 0) {
      return { result: ok(undefined), tempKey: { ...tempKey, value: withDigest(tempKey, nonce.randOut), is64: false } };
    }
    const value = withDigest(tempKey, nonceDigest(nonce.randOut, nonce.input, nonce.mode));
    return { result: ok(undefined), tempKey: { ...fresh, value, fromInput: false, valid: true, is64: false } };
  }
  if (kind !== 3) return refused('illegal-parameters', tempKey);
  if ((nonce.mode & 0xc0) !== 0) {
    return { result: ok(undefined), tempKey: { ...tempKey, ...fresh, fromInput: true, valid: false } };
  }
  const is64 = (nonce.mode & 0x20) !== 0;
  if (nonce.input.length !== (is64 ? 64 : 32)) return refused('illegal-parameters', tempKey);
  return {
    result: ok(undefined),
    tempKey: { ...fresh, value: withDigest(tempKey, nonce.input), fromInput: true, valid: true, is64 },
  };
}

/** What GenDig mixes in. Which fields are needed depends on the zone (atecc-device.md 7.13). */
export interface GenDigInput {
  readonly zone: number;
  readonly param2: number;
  readonly sn: Uint8Array;
  /** Zones 0..2: the 32 bytes that the chip holds. */
  readonly storedValue?: Uint8Array | undefined;
  /** Zone 3: 32 bytes of input; data slots with NoMac: the 4 bytes in place of 15 P1 P2 (further bytes are ignored). */
  readonly otherData?: Uint8Array | undefined;
  readonly slotIsNoMac?: boolean;
  /** Zone 4: value of the counter. */
  readonly counter?: number;
  /** Zone 5. `slotLockedByte` is the byte that is hashed. */
  readonly slotConfig?: number;
  readonly keyConfig?: number;
  readonly slotLockedByte?: number;
}

/** TempKey after GenDig. */
export function afterGenDig(tempKey: TempKey, input: GenDigInput): Outcome<undefined> {
  const value = genDigValue(tempKey, input);
  if (value === undefined) return refused('illegal-parameters', tempKey);
  const fromSlot = input.zone === 2 && input.param2 <= 15;
  return {
    result: ok(undefined),
    tempKey: {
      ...tempKey,
      value: withDigest(tempKey, value),
      valid: true,
      genDigData: fromSlot,
      keyId: fromSlot ? input.param2 : 0,
      noMac: fromSlot && input.slotIsNoMac === true ? true : tempKey.noMac,
    },
  };
}

function genDigValue(tempKey: TempKey, input: GenDigInput): Uint8Array | undefined {
  const { zone, param2, sn, storedValue, otherData } = input;
  const current = tempKeyBytes(tempKey);
  switch (zone) {
    case 0:
    case 1:
    case 2: {
      if (storedValue?.length !== 32) return undefined;
      const replaced = zone === 2 && input.slotIsNoMac === true;
      if (replaced && (otherData === undefined || otherData.length < 4)) return undefined;
      const header = replaced && otherData !== undefined ? otherData.slice(0, 4) : genDigHeader(zone, param2);
      return genDigDigest(storedValue, header, sn, current);
    }
    case 3: {
      if (otherData === undefined || otherData.length < 32) return undefined;
      const given = otherData.slice(0, 32);
      const swapped = (param2 & 0x8000) !== 0;
      const header = genDigHeader(3, param2 & 0xff);
      return swapped ? genDigDigest(current, header, sn, given) : genDigDigest(given, header, sn, current);
    }
    case 4: {
      const middle = new Uint8Array(25);
      new DataView(middle.buffer).setUint32(1, input.counter ?? 0, true);
      return genDigDigest(new Uint8Array(32), genDigHeader(4, param2), sn, current, middle);
    }
    case 5: {
      const middle = new Uint8Array(25);
      middle.set(u16le(input.slotConfig ?? 0), 1);
      middle.set(u16le(input.keyConfig ?? 0), 3);
      middle[5] = input.slotLockedByte ?? 0;
      return genDigDigest(new Uint8Array(32), genDigHeader(5, param2), sn, current, middle);
    }
    default:
      return undefined;
  }
}

/** TempKey after GenKey with a digest (modes with bit 3 or 4); modes without one leave it alone (atecc-device.md 7.7). */
export function afterGenKey(
  tempKey: TempKey,
  input: {
    readonly mode: number;
    readonly keyId: number;
    readonly sn: Uint8Array;
    readonly publicKey: Uint8Array;
    /** Mode 10: the three bytes in place of P1 and P2. */
    readonly otherData?: Uint8Array | undefined;
  },
): Outcome<undefined> {
  const { mode, keyId, otherData } = input;
  if (input.publicKey.length === 0 || input.publicKey.length > 88) return refused('illegal-parameters', tempKey);
  const stored = (mode & 0x10) !== 0;
  if (!stored && (mode & 0x08) === 0) return { result: ok(undefined), tempKey };
  if (stored && (otherData === undefined || otherData.length < 3)) return refused('illegal-parameters', tempKey);
  const parameters =
    stored && otherData !== undefined ? otherData.slice(0, 3) : Uint8Array.of(mode, keyId & 0xff, keyId >> 8);
  const value = genKeyDigest(tempKeyBytes(tempKey), parameters, input.sn, input.publicKey);
  return {
    result: ok(undefined),
    tempKey: { ...tempKey, value: withDigest(tempKey, value), genDigData: false, genKeyData: true, keyId },
  };
}

/** Whether TempKey may go into a MAC, HMAC or DeriveKey: valid, not from a NoMac slot, and of the source that P1 bit 2 names. */
function fitsMac(tempKey: TempKey, mode: number): boolean {
  return tempKey.valid && !tempKey.noMac && ((mode & 0x04) !== 0) === tempKey.fromInput;
}

/** Expected answer of MAC (32 bytes); TempKey is spent (atecc-device.md 7.11). `key` and `challenge` as the mode needs them. */
export function expectMac(
  tempKey: TempKey,
  input: MacContext & { readonly key?: Uint8Array | undefined; readonly challenge?: Uint8Array | undefined },
): Outcome<Uint8Array> {
  const { mode } = input;
  const usesTempKey = (mode & 0x03) !== 0;
  const block1 = (mode & 0x02) !== 0 ? tempKeyBytes(tempKey) : input.key;
  const block2 = (mode & 0x01) !== 0 ? tempKeyBytes(tempKey) : input.challenge;
  if ((mode & ~0x77) !== 0 || block1 === undefined || block2 === undefined || lacksOtp(input)) {
    return refused('illegal-parameters', tempKey);
  }
  if (usesTempKey && !fitsMac(tempKey, mode)) return refused('temp-key-unfit', spent(tempKey));
  return { result: ok(macDigest(block1, block2, input)), tempKey: spent(tempKey) };
}

/** Expected answer of HMAC (32 bytes, 508A); TempKey is spent. */
export function expectHmac(tempKey: TempKey, input: MacContext & { readonly key: Uint8Array }): Outcome<Uint8Array> {
  if ((input.mode & ~0x74) !== 0 || lacksOtp(input)) return refused('illegal-parameters', tempKey);
  if (!fitsMac(tempKey, input.mode)) return refused('temp-key-unfit', spent(tempKey));
  return { result: ok(hmacDigest(input.key, tempKeyBytes(tempKey), input)), tempKey: spent(tempKey) };
}

function lacksOtp(context: MacContext): boolean {
  const needed = (context.mode & 0x10) !== 0 ? 11 : (context.mode & 0x20) !== 0 ? 8 : 0;
  return needed > (context.otp?.length ?? 0);
}

/** What a CheckMac is about. Fields that the mode takes from TempKey may be absent. */
export interface CheckMacInputs {
  readonly mode: number;
  readonly sn: Uint8Array;
  readonly slotKey?: Uint8Array | undefined;
  readonly challenge?: Uint8Array | undefined;
  readonly otherData: Uint8Array;
  readonly otp?: Uint8Array | undefined;
  /** Value of the target slot when its ReadKey is 0: it is copied into TempKey on success (modes 01 and 05). */
  readonly targetKey?: Uint8Array | undefined;
}

/** ClientResp (32 bytes) to send with CheckMac, and TempKey after a match (atecc-device.md 7.12). */
export function answerCheckMac(tempKey: TempKey, input: CheckMacInputs): Outcome<Uint8Array> {
  const { mode } = input;
  const usesTempKey = (mode & 0x03) !== 0;
  const block1 = (mode & 0x02) !== 0 ? tempKeyBytes(tempKey) : input.slotKey;
  const block2 = (mode & 0x01) !== 0 ? tempKeyBytes(tempKey) : input.challenge;
  const withOtp = (mode & 0x20) !== 0;
  if (block1 === undefined || block2 === undefined || (withOtp && (input.otp?.length ?? 0) < 8)) {
    return refused('illegal-parameters', tempKey);
  }
  if (usesTempKey && !(tempKey.valid && ((mode & 0x04) !== 0) === tempKey.fromInput))
    return refused('temp-key-unfit', tempKey);
  const response = checkMacResponse(
    block1,
    block2,
    input.otherData,
    input.sn,
    withOtp ? input.otp?.slice(0, 8) : undefined,
  );
  const copies = (mode === 0x01 || mode === 0x05) && input.targetKey !== undefined;
  if (!copies || input.targetKey === undefined) return { result: ok(response), tempKey };
  const value = withDigest(tempKey, input.targetKey);
  return { result: ok(response), tempKey: { ...tempKey, value, genDigData: false, fromInput: true, valid: true } };
}

/** The key that DeriveKey makes (32 bytes); TempKey is spent (atecc-device.md 7.14). `mode` is 0 or 4. */
export function expectDerivedKey(
  tempKey: TempKey,
  input: {
    readonly mode: number;
    readonly targetSlot: number;
    readonly sn: Uint8Array;
    readonly sourceKey: Uint8Array;
  },
): Outcome<Uint8Array> {
  const { mode, targetSlot, sn, sourceKey } = input;
  if ((mode & ~0x04) !== 0 || targetSlot > 15) return refused('illegal-parameters', tempKey);
  if (!fitsMac(tempKey, mode)) return refused('temp-key-unfit', spent(tempKey));
  return {
    result: ok(deriveKeyDigest(sourceKey, mode, targetSlot, sn, tempKeyBytes(tempKey))),
    tempKey: spent(tempKey),
  };
}

/** A TempKey of 32 given bytes, for sessions whose history is known otherwise. */
export function tempKeyOf(value: Uint8Array, flags: Partial<Omit<TempKey, 'value'>> = {}): TempKey {
  return { ...emptyTempKey, valid: true, ...flags, value: padRight(value, 64) };
}
