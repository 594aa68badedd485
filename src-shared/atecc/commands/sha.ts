import type { Command } from '../command.ts';
import { decodeAs, decodeBytes, decodeDone, defineCommand, requireLength, requireSlot } from './define.ts';

/** SHA modes, P1 bits 2..0 (atecc-device.md 7.10). */
export const shaMode = {
  start: 0,
  update: 1,
  end: 2,
  publicKey: 3,
  hmacStart: 4,
  hmacEnd: 5,
  readContext: 6,
  writeContext: 7,
} as const;

/** Where the digest goes: output and TempKey; on a 608 also output and MsgDigBuf, or output only. */
export type ShaTarget = 'TempKey' | 'MsgDigBuf' | 'output';

const targetBits: Readonly<Record<ShaTarget, number>> = { TempKey: 0x00, MsgDigBuf: 0x40, output: 0xc0 };

/** Begins a SHA-256. Any other command in the middle gives it up. */
export function shaStart(): Command<undefined> {
  return sha(shaMode.start, 0, new Uint8Array(0), 'begin SHA-256');
}

/** Begins an HMAC with the key of a slot. */
export function shaHmacStart(keyId: number): Command<undefined> {
  return sha(shaMode.hmacStart, keyId, new Uint8Array(0), `begin HMAC with slot ${keyId}`);
}

/** Absorbs exactly 64 bytes. */
export function shaUpdate(block: Uint8Array): Command<undefined> {
  requireLength('block', block, 64);
  return sha(shaMode.update, 64, block, 'absorb 64 bytes');
}

/** Absorbs the public key stored in a slot (508A). */
export function shaPublicKey(slot: number): Command<undefined> {
  requireSlot(slot);
  return sha(shaMode.publicKey, slot, new Uint8Array(0), `absorb the public key of slot ${slot}`);
}

/** Ends a SHA-256 (and on a 608 an HMAC) with the last 0..63 bytes; answers with the 32-byte digest. */
export function shaEnd(rest: Uint8Array, target: ShaTarget = 'TempKey'): Command<Uint8Array> {
  return shaFinish(shaMode.end | targetBits[target], rest);
}

/** Ends with any mode whose bits 2..0 are 2 or 5 (5 ends an HMAC on a 508A). */
export function shaFinish(mode: number, rest: Uint8Array): Command<Uint8Array> {
  if (rest.length > 63) throw new RangeError(`${rest.length} bytes at the end, at most 63`);
  return defineCommand({
    name: 'SHA',
    param1: mode,
    param2: rest.length,
    data: rest,
    describe: 'finish the digest',
    decode: decodeBytes(32),
    repeatable: false,
  });
}

/** Reads the context of an unfinished SHA-256 (608), so that another command can go between; its length varies. */
export function shaReadContext(): Command<Uint8Array> {
  return defineCommand({
    name: 'SHA',
    param1: shaMode.readContext,
    param2: 0,
    describe: 'read the SHA context',
    // The pages do not state the length of a context: any answer that is not a status is taken.
    decode: decodeAs(contextLengths, (bytes) => bytes),
  });
}

/** Restores a context that was read before (608). */
export function shaWriteContext(context: Uint8Array): Command<undefined> {
  return sha(shaMode.writeContext, context.length, context, 'restore the SHA context');
}

const contextLengths = Array.from({ length: 148 }, (_, index) => index + 2);

function sha(mode: number, param2: number, data: Uint8Array, describe: string): Command<undefined> {
  return defineCommand({
    name: 'SHA',
    param1: mode,
    param2,
    data,
    describe,
    decode: decodeDone,
    repeatable: mode === shaMode.start || mode === shaMode.hmacStart,
  });
}
