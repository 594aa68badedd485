import { byteAt, concat, readU16le } from '../../base/bytes.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { ChipFailure, Command } from '../command.ts';
import {
  decodeAs,
  decodeBytes,
  decodeDone,
  decodePayload,
  defineCommand,
  describeKey,
  requireLength,
} from './define.ts';

/** Value of monotonic counter 0 or 1 (atecc-device.md 7.18). */
export function counterRead(counter: 0 | 1): Command<number> {
  return defineCommand({
    name: 'Counter',
    param1: 0,
    param2: counter,
    describe: `read counter ${counter}`,
    decode: decodeAs([4], readCounter),
  });
}

/** Counts one up, for ever, and gives the new value. */
export function counterIncrement(counter: 0 | 1): Command<number> {
  return defineCommand({
    name: 'Counter',
    param1: 1,
    param2: counter,
    describe: `increment counter ${counter}`,
    decode: decodeAs([4], readCounter),
    repeatable: false,
    irreversible: true,
  });
}

function readCounter(bytes: Uint8Array): number {
  return readU16le(bytes, 0) + readU16le(bytes, 2) * 0x10000;
}

/** UpdateExtra modes, P1 (atecc-device.md 7.17). */
export const updateExtraMode = { userExtra: 0, selector: 1, decrementUse: 2 } as const;

/**
 * Sets config byte 84 (`userExtra`) or 85 (`selector`, on a 608 UserExtraAdd), or counts down the uses of a slot.
 * `value` is P2: the new byte, or the slot. A byte that is not zero can as a rule not be changed any more.
 */
export function updateExtra(mode: number, value: number): Command<undefined> {
  return defineCommand({
    name: 'UpdateExtra',
    param1: mode,
    param2: value,
    describe:
      mode === updateExtraMode.decrementUse
        ? `use up one use of slot ${value}`
        : `set config byte ${84 + mode} to ${value}`,
    decode: decodeDone,
    repeatable: false,
    irreversible: true,
  });
}

/** Self-tests of a 608 by bit (atecc-device.md 7.19). */
const selfTests = { rng: 0x01, ecdsa: 0x04, ecdh: 0x08, aes: 0x10, sha: 0x20, all: 0x3b } as const;

/**
 * Runs the tests of `mode` (608); the result has the bits of those that failed, 0 = all good.
 * The only command that answers with one byte of data: a byte made of tested bits only is a result, any other a status
 * (05 or 08 with those tests selected cannot be told from a status and count as results).
 */
export function selfTest(mode: number = selfTests.all, param2 = 0): Command<number> {
  return defineCommand({
    name: 'SelfTest',
    param1: mode,
    param2,
    describe: 'self-test',
    decode: (response) => decodeSelfTest(response, mode),
  });
}

function decodeSelfTest(response: Uint8Array, mode: number): Result<number, ChipFailure> {
  const payload = decodePayload(response);
  if (!payload.ok) return payload;
  if (payload.value.length !== 1)
    return fail({ kind: 'malformed', reason: `${payload.value.length} bytes instead of one` });
  const byte = byteAt(payload.value, 0);
  return (byte & ~mode) === 0 ? ok(byte) : fail({ kind: 'status', status: byte });
}

/** AES modes, P1 bits 1..0; bits 7..6 choose one of the four 16-byte keys in the slot (atecc-device.md 7.19). */
export const aesMode = { encrypt: 0, decrypt: 1, gfm: 3 } as const;

/** One AES-128 block (16 bytes) with key block 0..3 of a slot or TempKey (608). */
export function aes(
  operation: 'encrypt' | 'decrypt',
  keyId: number,
  keyBlock: number,
  data: Uint8Array,
): Command<Uint8Array> {
  requireLength('data', data, 16);
  if (!Number.isInteger(keyBlock) || keyBlock < 0 || keyBlock > 3)
    throw new RangeError(`key block ${keyBlock} is not 0..3`);
  return defineCommand({
    name: 'AES',
    param1: aesMode[operation] | (keyBlock << 6),
    param2: keyId,
    data,
    describe: `AES ${operation} with ${describeKey(keyId)}`,
    decode: decodeBytes(16),
  });
}

/** Galois field multiplication of `h` and `input`, 16 bytes each (608). */
export function aesGfm(h: Uint8Array, input: Uint8Array): Command<Uint8Array> {
  requireLength('h', h, 16);
  requireLength('input', input, 16);
  return defineCommand({
    name: 'AES',
    param1: aesMode.gfm,
    param2: 0,
    data: concat(h, input),
    describe: 'Galois field multiplication',
    decode: decodeBytes(16),
  });
}

/** Sends every chip whose Selector byte is not `selector` to idle (508A, single-wire buses). */
export function pause(selector: number): Command<undefined> {
  return defineCommand({
    name: 'Pause',
    param1: selector,
    param2: 0,
    describe: `pause all chips but selector ${selector}`,
    decode: decodeDone,
  });
}
