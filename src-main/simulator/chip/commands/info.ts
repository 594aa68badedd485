import { at, le16, le32, take } from '../bytes.ts';
import { keyTypes, where } from '../config-view.ts';
import type { Core, Request } from '../core.ts';
import { COUNTER_MAX, decodeCounter } from '../counter-code.ts';
import { spendUse, stageCounter } from '../key-use.ts';
import { done, Refusal, status } from '../status.ts';

/** Info (30): revision, key validity, state, latch (atecc-device.md 7.1). Never touches TempKey. */
export function info(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  if (core.holds('info.keeps-temp-key')) {
    core.tempKeyFate = 'keep';
    core.msgDigBufFate = 'keep';
  }
  const known = core.is608 ? [0, 1, 2, 4] : [0, 1, 2, 3];
  core.malformed('info.parse', data.length !== 0 || !known.includes(p1));
  core.malformed('info.parse', (p1 === 0 || p1 === 2) && p2 !== 0);
  core.malformed('info.parse', (p1 === 1 && p2 > 15) || (p1 === 4 && p2 > 3));
  if (p1 === 0) return take(core.eeprom.config, 4, 4);
  if (p1 === 1) return Uint8Array.of(keyValid(core, p2) ? 1 : 0, 0, 0, 0);
  if (p1 === 2) return state(core);
  if (p1 === 4) return latch(core, p2);
  throw new Refusal(status.execution, 'GPIO exists on single-wire parts only');
}

function keyValid(core: Core, slot: number): boolean {
  const key = core.config.key(slot);
  if (key.isPrivate) return core.eeprom.keyValid[slot] ?? false;
  if (key.keyType !== keyTypes.p256) return false;
  return !key.pubInfo || core.validated(slot) || !core.holds('info.key-valid-needs-validation');
}

function state(core: Core): Uint8Array {
  const { tempKey, authKeyId, authValid, rngUsed, seedUpdated } = core.sram;
  const flag = (on: boolean, bit: number): number => (on ? 1 << bit : 0);
  return Uint8Array.of(
    tempKeyFlags(core),
    flag(tempKey.valid, 7) | (authKeyId << 3) | flag(authValid, 2) | flag(rngUsed, 1) | flag(seedUpdated, 0),
    0,
    0,
  );
}

/** Byte 0 of Info State, and the flags byte of internal signatures: the two are laid out alike. */
export function tempKeyFlags(core: Core): number {
  const { noMac, genKeyData, genDigData, sourceFlag, keyId } = core.sram.tempKey;
  const flag = (on: boolean, bit: number): number => (on ? 1 << bit : 0);
  return flag(noMac, 7) | flag(genKeyData, 6) | flag(genDigData, 5) | flag(sourceFlag === 1, 4) | (keyId & 15);
}

function latch(core: Core, p2: number): Uint8Array {
  if ((p2 & 2) !== 0) {
    const permission = at(core.eeprom.config, where.volatileKeyPermission);
    if (core.switches.volatileKeyPermission === 'enforced' && (permission & 0x80) !== 0) {
      const authorised = core.sram.authValid && core.sram.authKeyId === (permission & 15);
      if (!authorised) throw new Refusal(status.execution, 'latch needs an authorisation');
      core.sram.authValid = false;
    }
    core.sram.latch = (p2 & 1) !== 0;
  }
  return Uint8Array.of(core.sram.latch ? 1 : 0, 0, 0, 0);
}

/** Counter (24): read or count up (atecc-device.md 7.18). */
export function counter(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  core.malformed('counter.parse', p1 > 1 || p2 > 1 || data.length !== 0);
  const bytes = core.eeprom.config.subarray(where.counters + 8 * p2, where.counters + 8 * p2 + 8);
  const count = decodeCounter(bytes);
  if (p1 === 0) return le32(count);
  if (!core.config.configLocked && core.switches.counterBeforeConfigLock === 'refused') {
    throw new Refusal(status.execution, 'counter before config lock');
  }
  core.refuse('counter.maximum', count >= COUNTER_MAX);
  const next = Math.min(count + 1, 0xffff * 32 + 31);
  stageCounter(core, p2, next);
  return le32(next);
}

/** Pause (01), 508A: the chip goes to idle, silently, unless its Selector is P1 (atecc-device.md 7.20). */
export function pause(core: Core, request: Request): Uint8Array | undefined {
  core.malformed('pause.parse', request.p2 !== 0 || request.data.length !== 0);
  const other = at(core.eeprom.config, where.selector) !== request.p1;
  return other && core.holds('pause.other-selector-idles') ? undefined : done;
}

/** UpdateExtra (20): bytes 84 and 85, or one use of a limited-use key (atecc-device.md 7.17). */
export function updateExtra(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  core.malformed('update-extra.parse', p1 > 2 || data.length !== 0);
  core.malformed('update-extra.parse', p1 < 2 ? p2 > 0xff : p2 > 15);
  const { updateExtra: timing } = core.switches;
  const early = timing === 'config-locked' ? !core.config.configLocked : !core.config.dataLocked;
  if (timing !== 'always' && early) throw new Refusal(status.execution, 'too early for UpdateExtra');
  if (p1 === 2) {
    core.refuse('update-extra.limited-use-slot', !core.config.slot(p2).limitedUse);
    spendUse(core, p2);
    return done;
  }
  const offset = p1 === 0 ? where.userExtra : where.selector;
  const old = at(core.eeprom.config, offset);
  if (p1 === 0) core.refuse('update-extra.84-once', old !== 0);
  else if (core.is608) core.refuse('update-extra.85-once-608', old !== 0);
  else if ((core.config.chipMode & 1) !== 0) {
    core.refuse('update-extra.85-selector-mode', (old !== 0) === (core.switches.selector === 'while-zero'));
  }
  core.eeprom.stage({ zone: 'config', offset, bytes: le16(p2).slice(0, 1) });
  return done;
}
