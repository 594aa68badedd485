import { sameBytes } from '../../octets.ts';
import { take, zeros } from '../bytes.ts';
import { type Core, head, type Request } from '../core.ts';
import { checkMacDigest, hmacDigest, macDigest } from '../digests.ts';
import { claimKey } from '../key-use.ts';
import { tempKeyOf } from '../sram.ts';
import { done, Refusal, status } from '../status.ts';

/** MAC (08): SHA-256 over key and challenge, TempKey in place of either (atecc-device.md 7.11). */
export function mac(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const block2FromTempKey = (p1 & 1) !== 0;
  const block1FromTempKey = (p1 & 2) !== 0;
  core.malformed('mac.parse', (p1 & 0xb8) !== 0 || p2 > 15 || data.length !== (block2FromTempKey ? 0 : 32));
  core.refuse('mac.needs-config-lock', !core.config.configLocked);
  const usesTempKey = block1FromTempKey || block2FromTempKey;
  if (!block1FromTempKey) {
    core.refuse('mac.private-slot', core.config.key(p2).isPrivate);
    core.refuse('mac.no-mac', core.config.slot(p2).noMac);
    claimMacKey(core, p2, usesTempKey);
  }
  if (usesTempKey) needTempKey(core, p1);
  const block1 = block1FromTempKey ? core.tempKey32 : core.secret(p2);
  return macDigest(block1, block2FromTempKey ? core.tempKey32 : data, head(request), core.sn);
}

/** A ReqRandom key cannot be used by a command that takes no TempKey at all. */
function claimMacKey(core: Core, slot: number, usesTempKey: boolean): void {
  const reqRandom = core.config.dataLocked && core.config.key(slot).reqRandom && !usesTempKey;
  claimKey(core, slot, { reqRandom: true, spends: true });
  core.refuse('key.req-random', reqRandom);
}

function needTempKey(core: Core, p1: number): void {
  const { tempKey } = core.sram;
  core.refuse('mac.needs-temp-key', !tempKey.valid);
  core.refuse('mac.source-flag', tempKey.sourceFlag !== ((p1 >> 2) & 1));
  core.refuse('mac.no-mac-temp-key', tempKey.noMac);
}

/** HMAC (11), 508A: HMAC-SHA-256 of TempKey with a slot's key (atecc-device.md 7.20). */
export function hmac(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  core.malformed('hmac.parse', (p1 & 0xbb) !== 0 || p2 > 15 || data.length !== 0);
  core.refuse('hmac.needs-config-lock', !core.config.configLocked);
  core.refuse('hmac.private-slot', core.config.key(p2).isPrivate);
  core.refuse('hmac.no-mac', core.config.slot(p2).noMac);
  claimKey(core, p2, { reqRandom: true, spends: true });
  const { tempKey } = core.sram;
  core.refuse('hmac.needs-temp-key', !tempKey.valid);
  core.refuse('hmac.source-flag', tempKey.sourceFlag !== ((p1 >> 2) & 1));
  core.refuse('hmac.no-mac-temp-key', tempKey.noMac);
  return hmacDigest(core.secret(p2), core.tempKey32, head(request), core.sn);
}

/** CheckMac (28): the host proves that it knows a slot's secret (atecc-device.md 7.12 and 8). */
export function checkMac(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const block2FromTempKey = (p1 & 1) !== 0;
  const block1FromTempKey = (p1 & 2) !== 0;
  core.malformed('check-mac.parse', (p1 & (core.is608 ? 0xd8 : 0xf8)) !== 0 || p2 > 15 || data.length !== 77);
  core.refuse('check-mac.needs-config-lock', !core.config.configLocked);
  if (!core.config.dataLocked && core.switches.conservative) {
    throw new Refusal(status.execution, 'conservative: no CheckMac before data lock');
  }
  if (!block1FromTempKey) {
    core.refuse('check-mac.private-slot', core.config.key(p2).isPrivate);
    if (core.config.slot(p2).noMac && !core.holds('check-mac.ignores-no-mac')) {
      throw new Refusal(status.execution, 'NoMac, with the rule that spares CheckMac off');
    }
    claimMacKey(core, p2, block1FromTempKey || block2FromTempKey);
  }
  if (block1FromTempKey || block2FromTempKey) {
    const { tempKey } = core.sram;
    core.refuse('check-mac.needs-temp-key', !tempKey.valid);
    core.refuse('check-mac.source-flag', tempKey.sourceFlag !== ((p1 >> 2) & 1));
  }
  const block1 = block1FromTempKey ? core.tempKey32 : core.secret(p2);
  const block2 = block2FromTempKey ? core.tempKey32 : take(data, 0, 32);
  const otp = (p1 & 0x20) !== 0 ? take(core.eeprom.otp, 0, 8) : zeros(8);
  const expected = checkMacDigest(block1, block2, take(data, 64, 13), core.sn, otp);
  core.tally.checkMacs += 1;
  if (!sameBytes(expected, take(data, 32, 32)) && core.holds('check-mac.compares')) return mismatch(core);
  core.tally.checkMacMatches += 1;
  authorise(core, request);
  copyTarget(core, request);
  return done;
}

function mismatch(core: Core): Uint8Array {
  if (!core.holds('auth.mismatch-leaves')) core.sram.authValid = false;
  return Uint8Array.of(status.mismatch);
}

function authorise(core: Core, request: Request): void {
  const { checkMacAuthorises, checkMacNeedsNonce } = core.switches;
  const tempKeyFirst = (request.p1 & 2) !== 0;
  const slotFirst = checkMacAuthorises === 'slot-first';
  if (checkMacAuthorises !== 'any' && tempKeyFirst === slotFirst) return;
  if (checkMacNeedsNonce && (request.p1 & 3) === 0) return;
  if (!core.holds('auth.check-mac-sets')) return;
  core.sram.authValid = true;
  core.sram.authKeyId = request.p2;
  core.sram.authBy = 'CheckMac';
}

/** A match with P1 01 or 05 copies the target slot into TempKey when its ReadKey is 0 (atecc-device.md 7.12). */
function copyTarget(core: Core, request: Request): void {
  const { p1, p2 } = request;
  const target = p2 % 2 === 0 ? p2 + 1 : p2;
  const readKeyFits = core.config.slot(target).readKey === 0 || !core.holds('check-mac.copy-read-key');
  if ((p1 !== 1 && p1 !== 5) || !readKeyFits || core.config.key(target).isPrivate) return;
  if (core.holds('check-mac.copy')) core.loadTempKey(tempKeyOf(core.secret(target), { sourceFlag: 1, keyId: target }));
}
