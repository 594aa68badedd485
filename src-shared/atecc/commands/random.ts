import type { Command } from '../command.ts';
import { decodeAs, decodeBytes, decodeDone, defineCommand, requireLength } from './define.ts';

/**
 * 32 random bytes (atecc-device.md 7.2). Before config lock always FF FF 00 00 ×8: never a challenge or key then.
 * Without `seedUpdate` the EEPROM seed is not renewed (P1 01; the data sheet advises against it). Clears TempKey.
 */
export function random(seedUpdate = true): Command<Uint8Array> {
  return defineCommand({
    name: 'Random',
    param1: seedUpdate ? 0 : 1,
    param2: 0,
    describe: 'draw 32 random bytes',
    decode: decodeBytes(32),
  });
}

/** Nonce modes: P1 bits 1..0 (atecc-device.md 7.3). */
const nonceMode = { random: 0, randomNoSeedUpdate: 1, passThrough: 3 } as const;
/** P2 of the calculation mode: TempKey is hashed instead of fresh random, and its new value returned. */
const NONCE_CALCULATE = 0x8000;

/** Where a passed-through value goes; MsgDigBuf and AltKeyBuf are the 608's. */
export type NonceTarget = 'TempKey' | 'MsgDigBuf' | 'AltKeyBuf';

const targetBits: Readonly<Record<NonceTarget, number>> = { TempKey: 0x00, MsgDigBuf: 0x40, AltKeyBuf: 0x80 };

/**
 * Random nonce: the chip draws RandOut, returns it (32 bytes) and sets TempKey = SHA(RandOut ‖ NumIn ‖ 16 ‖ P1 ‖ 00), SourceFlag 0.
 * `numIn` is 20 bytes.
 */
export function nonceRandom(numIn: Uint8Array, seedUpdate = true): Command<Uint8Array> {
  requireLength('NumIn', numIn, 20);
  return defineCommand({
    name: 'Nonce',
    param1: seedUpdate ? nonceMode.random : nonceMode.randomNoSeedUpdate,
    param2: 0,
    data: numIn,
    describe: 'random nonce into TempKey',
    decode: decodeBytes(32),
  });
}

/** Calculation mode: hashes the present TempKey with NumIn (20 bytes) and returns TempKey's new value; its flags stay. */
export function nonceCalculate(numIn: Uint8Array, seedUpdate = true): Command<Uint8Array> {
  requireLength('NumIn', numIn, 20);
  return defineCommand({
    name: 'Nonce',
    param1: seedUpdate ? nonceMode.random : nonceMode.randomNoSeedUpdate,
    param2: NONCE_CALCULATE,
    data: numIn,
    describe: 'hash TempKey and show it',
    decode: decodeBytes(32),
    repeatable: false,
  });
}

/** Loads 32 bytes (64 on a 608) as they are; SourceFlag becomes 1. */
export function noncePassThrough(value: Uint8Array, target: NonceTarget = 'TempKey'): Command<undefined> {
  requireLength('value', value, 32, 64);
  return defineCommand({
    name: 'Nonce',
    param1: nonceMode.passThrough | (value.length === 64 ? 0x20 : 0) | targetBits[target],
    param2: 0,
    data: value,
    describe: `load ${value.length} bytes into ${target}`,
    decode: decodeDone,
  });
}

/**
 * Nonce with any mode and P2, for sequences that choose them at run time. The answer is RandOut or TempKey's value for the
 * random modes, undefined for pass-through. Throws RangeError when the input has another length than the mode asks for.
 */
export function nonce(mode: number, param2: number, input: Uint8Array): Command<Uint8Array | undefined> {
  const passThrough = (mode & 3) === nonceMode.passThrough;
  requireLength('input', input, passThrough ? ((mode & 0x20) !== 0 ? 64 : 32) : 20);
  return defineCommand<Uint8Array | undefined>({
    name: 'Nonce',
    param1: mode,
    param2,
    data: input,
    describe: passThrough ? `load ${input.length} bytes` : 'random nonce into TempKey',
    decode: passThrough ? decodeDone : decodeAs([32], (bytes) => bytes),
    repeatable: (param2 & NONCE_CALCULATE) === 0,
  });
}
