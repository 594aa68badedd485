import { sameBytes } from '../../octets.ts';
import { join, le32, take } from '../bytes.ts';
import { where, writeBits } from '../config-view.ts';
import { type Core, head, type Request } from '../core.ts';
import { decodeCounter } from '../counter-code.ts';
import {
  deriveKeyDigest,
  deriveKeyMac,
  genDigCounter,
  genDigDigest,
  genDigKeyConfig,
  genDigShared,
} from '../digests.ts';
import { claimKey } from '../key-use.ts';
import { type TempKey, tempKeyOf } from '../sram.ts';
import { done, Refusal, status } from '../status.ts';

const FIRST_TRANSPORT_KEY = 0x8000;

/** GenDig (15): TempKey becomes a digest of itself and something the chip stores (atecc-device.md 7.13). */
export function genDig(core: Core, request: Request): Uint8Array {
  const { p1: zone, p2, data } = request;
  core.malformed('gen-dig.parse', zone > 5 || !addressFits(zone, p2));
  core.malformed(
    'gen-dig.parse',
    zone === 3 ? data.length !== 32 : data.length !== 0 && !(zone === 2 && data.length === 4),
  );
  core.refuse('gen-dig.needs-config-lock', !core.config.configLocked);
  core.refuse('gen-dig.needs-temp-key', !core.sram.tempKey.valid);
  if (zone === 2) {
    fromSlot(core, request);
    return done;
  }
  const { eeprom, sn } = core;
  const four = head(request);
  const key = core.tempKey32;
  let value: Uint8Array;
  if (zone <= 1) {
    const stored = zone === 0 ? eeprom.config : eeprom.otp;
    value = genDigDigest(take(stored, 32 * p2, 32), four, sn, key);
  } else if (zone === 3) {
    const swapped = (p2 & 0x8000) !== 0;
    value = genDigShared(swapped ? key : data, four, sn, swapped ? data : key);
  } else if (zone === 4) {
    const count = decodeCounter(take(eeprom.config, where.counters + 8 * p2, 8));
    value = genDigCounter(four, sn, le32(count), key);
  } else {
    const slotConfig = core.config.slot(p2).raw;
    const keyConfig = core.config.key(p2).raw;
    value = genDigKeyConfig(four, sn, { slotConfig, keyConfig, unlocked: !core.config.slotLocked(p2) }, key);
  }
  load(core, value, {});
  return done;
}

function addressFits(zone: number, p2: number): boolean {
  const last = [3, 1, 15, 0xffff, 1, 15][zone] ?? 0;
  return p2 <= last || (zone === 2 && p2 >= FIRST_TRANSPORT_KEY);
}

function fromSlot(core: Core, request: Request): void {
  const { p2: slot, data } = request;
  if (slot >= FIRST_TRANSPORT_KEY) throw new Refusal(status.execution, 'transport keys are not public');
  core.refuse('gen-dig.private-slot', core.config.key(slot).isPrivate);
  const { noMac } = core.config.slot(slot);
  core.refuse('gen-dig.no-mac-other-data', noMac && data.length !== 4);
  claimKey(core, slot, { reqRandom: true, spends: true });
  const facts = noMac && core.holds('gen-dig.no-mac-hashes-other-data') ? take(data, 0, 4) : head(request);
  const value = genDigDigest(core.secret(slot), facts, core.sn, core.tempKey32);
  const marked = noMac && core.holds('gen-dig.no-mac-flag');
  load(core, value, { genDigData: true, keyId: slot, noMac: core.sram.tempKey.noMac || marked });
}

function load(core: Core, value: Uint8Array, flags: Partial<TempKey>): void {
  const { sourceFlag, noMac } = core.sram.tempKey;
  core.loadTempKey(tempKeyOf(join(value, take(core.sram.tempKey.value, 32, 32)), { sourceFlag, noMac, ...flags }));
}

/** DeriveKey (1C): a new key from an old one and TempKey (atecc-device.md 7.14). */
export function deriveKey(core: Core, request: Request): Uint8Array {
  const { p1, p2: target, data } = request;
  core.malformed('derive-key.parse', (p1 & ~4) !== 0 || target > 15 || (data.length !== 0 && data.length !== 32));
  core.refuse('derive-key.needs-config-lock', !core.config.configLocked);
  const config = core.config.slot(target);
  core.refuse('derive-key.write-config', (config.writeConfig & writeBits.genKeyOrDerive) === 0);
  core.refuse('derive-key.private-slot', core.config.key(target).isPrivate);
  core.refuse('derive-key.slot-locked', core.config.slotLocked(target));
  const create = (config.writeConfig & writeBits.create) !== 0;
  const source = create && core.holds('derive-key.create-from-parent') ? config.writeKey : target;
  core.refuse('derive-key.private-slot', core.config.key(source).isPrivate);
  claimKey(core, source, { reqRandom: true, spends: true });
  const { tempKey } = core.sram;
  core.refuse('derive-key.needs-temp-key', !tempKey.valid);
  core.refuse('derive-key.source-flag', tempKey.sourceFlag !== ((p1 >> 2) & 1));
  const secret = core.secret(source);
  const macFits = data.length === 32 && sameBytes(deriveKeyMac(secret, head(request), core.sn), data);
  core.refuse('derive-key.mac', (config.writeConfig & writeBits.macRequired) !== 0 && !macFits);
  const key = deriveKeyDigest(secret, head(request), core.sn, core.tempKey32);
  core.eeprom.stage({ zone: 'data', slot: target, offset: 0, bytes: key });
  return done;
}
