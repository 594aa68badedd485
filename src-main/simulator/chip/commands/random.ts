import { take } from '../bytes.ts';
import type { Core, Request } from '../core.ts';
import { nonceDigest } from '../digests.ts';
import { tempKeyOf } from '../sram.ts';
import { done } from '../status.ts';

/** Random (1B): 32 bytes, TempKey cleared (atecc-device.md 7.2). */
export function random(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  core.malformed('random.parse', p1 > 1 || p2 !== 0 || data.length !== 0);
  return core.drawRandom(p1 === 0);
}

/** Nonce (16): random, pass-through or calculation mode (atecc-device.md 7.3). */
export function nonce(core: Core, request: Request): Uint8Array {
  const mode = request.p1 & 3;
  const extra = request.p1 & ~3;
  core.malformed('nonce.parse', mode === 2 || (mode !== 3 && extra !== 0) || (!core.is608 && extra !== 0));
  return mode === 3 ? passThrough(core, request) : randomNonce(core, request);
}

function randomNonce(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  core.malformed('nonce.parse', p2 !== 0 && p2 !== 0x8000);
  core.malformed('nonce.length', data.length !== 20);
  core.msgDigBufFate = 'keep';
  if (p2 === 0x8000) {
    core.refuse('nonce.calc-needs-temp-key', !core.sram.tempKey.valid);
    const value = nonceDigest(core.tempKey32, data, p1);
    const { tempKey } = core.sram;
    core.loadTempKey(
      core.holds('nonce.calc-keeps-flags') ? { ...tempKey, value: take(value, 0, 64) } : tempKeyOf(value),
    );
    return value;
  }
  const drawn = core.drawRandom(p1 === 0);
  core.loadTempKey(tempKeyOf(nonceDigest(drawn, data, p1), { sourceFlag: core.holds('nonce.source-flag') ? 0 : 1 }));
  return drawn;
}

function passThrough(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const target = p1 >> 6;
  const long = (p1 & 0x20) !== 0;
  core.malformed('nonce.parse', p2 !== 0 || (p1 & 0x1c) !== 0 || target === 3 || (target === 2 && long));
  core.malformed('nonce.length', data.length !== (long ? 64 : 32));
  if (target === 0) {
    core.msgDigBufFate = 'keep';
    core.loadTempKey(tempKeyOf(data, { sourceFlag: core.holds('nonce.source-flag') ? 1 : 0, is64: long }));
    return done;
  }
  core.tempKeyFate = 'keep';
  core.msgDigBufFate = 'keep';
  if (target === 1) core.sram.msgDigBuf = { value: take(data, 0, 64), length: data.length };
  else core.sram.altKeyBuf = { value: take(data, 0, 32), valid: true };
  return done;
}
