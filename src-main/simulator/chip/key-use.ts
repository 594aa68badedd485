import { at, readLe32 } from './bytes.ts';
import { where } from './config-view.ts';
import type { Core } from './core.ts';
import { COUNTER_MAX, decodeCounter, encodeCounter } from './counter-code.ts';
import { Refusal, status } from './status.ts';

/** How a command uses the key of a slot. */
export interface KeyUse {
  /** The command depends on TempKey, so ReqRandom of the key asks for one from the RNG. Sign and key creation do not (config-zone.md 3). */
  readonly reqRandom: boolean;
  /** The command spends one use of a LimitedUse key. */
  readonly spends: boolean;
}

/** What the use of a key found. */
export interface KeyUsed {
  /** The key needed an authorisation, and had it from a CheckMac. */
  readonly authorisedByCheckMac: boolean;
}

/**
 * Everything that slot and key configuration ask for before a command may use the key of a slot: authorisation, random
 * nonce, latch, remaining uses. KeyConfig restrictions begin with the data lock (atecc-device.md 4).
 */
export function claimKey(core: Core, slot: number, use: KeyUse): KeyUsed {
  const key = core.config.key(slot);
  const inForce = core.config.dataLocked || !core.holds('key.restrictions-from-data-lock');
  const authorisedByCheckMac = inForce && key.reqAuth ? spendAuthorisation(core, slot) : false;
  if (inForce) {
    const latchOpen = core.is608 && key.persistentDisable && !core.sram.latch;
    if (latchOpen && core.switches.persistentDisable === 'enforced') throw new Refusal(status.execution, 'latch open');
    const random = core.sram.tempKey.valid && core.sram.tempKey.sourceFlag === 0;
    core.refuse('key.req-random', use.reqRandom && key.reqRandom && !random);
  }
  if (core.config.dataLocked && use.spends && core.config.slot(slot).limitedUse) spendUse(core, slot);
  return { authorisedByCheckMac };
}

function spendAuthorisation(core: Core, slot: number): boolean {
  const { sram } = core;
  const idFits = sram.authKeyId === core.config.key(slot).authKey || !core.holds('auth.key-id');
  const fits = sram.authValid && idFits;
  const authorised = fits && sram.authBy === 'CheckMac';
  if (core.holds('auth.one-proof-one-use')) sram.authValid = false;
  core.refuse('auth.req-auth', !fits);
  return authorised;
}

/** Spends one use of a LimitedUse key: a step of Counter[0], or on the 508A's slot 15 one bit of LastKeyUse. */
export function spendUse(core: Core, slot: number): void {
  if (slot === 15 && !core.is608 && core.switches.slot15 === 'last-key-use') spendLastKeyUse(core);
  else spendCount(core);
}

function spendCount(core: Core): void {
  const bytes = core.eeprom.config.subarray(where.counters, where.counters + 8);
  const count = decodeCounter(bytes);
  core.refuse('key.limited-use', count >= limit(core));
  stageCounter(core, 0, Math.min(count + 1, COUNTER_MAX));
}

/** Notes the new bytes of a counter. */
export function stageCounter(core: Core, counter: number, count: number): void {
  core.eeprom.stage({ zone: 'config', offset: where.counters + 8 * counter, bytes: encodeCounter(count) });
}

function limit(core: Core): number {
  const countMatch = at(core.eeprom.config, where.otpMode);
  if (!core.is608 || core.switches.countMatch === 'ignored' || (countMatch & 1) === 0) return COUNTER_MAX;
  return Math.min(COUNTER_MAX, readLe32(core.eeprom.slot(countMatch >> 4), 0));
}

function spendLastKeyUse(core: Core): void {
  const uses = core.eeprom.config.subarray(where.lastKeyUse, where.lastKeyUse + 16);
  const first = uses.findIndex((byte) => byte !== 0);
  core.refuse('key.last-key-use', first < 0);
  if (first < 0) return;
  core.eeprom.stage({
    zone: 'config',
    offset: where.lastKeyUse + first,
    bytes: Uint8Array.of(at(uses, first) >> 1),
  });
}
