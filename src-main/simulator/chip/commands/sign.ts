import { take } from '../bytes.ts';
import { keyTypes } from '../config-view.ts';
import { type Core, head, type Request } from '../core.ts';
import { sha256, signInternalMessage } from '../digests.ts';
import { claimKey, type KeyUsed } from '../key-use.ts';
import { isPrivateKey, signDigest } from '../p256.ts';
import { Refusal, status } from '../status.ts';
import { tempKeyFlags } from './info.ts';

/** Sign (41): over a digest from outside, or over what the chip itself holds (atecc-device.md 7.8). */
export function sign(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const external = (p1 & 0x80) !== 0;
  const fromBuffer = (p1 & 0x20) !== 0;
  core.malformed('sign.parse', (p1 & (core.is608 ? 0x1e : 0x3e)) !== 0 || p2 > 15 || data.length !== 0);
  core.refuse('sign.needs-config-lock', !core.config.configLocked);
  core.refuse('sign.internal-needs-data-lock', !external && !core.config.dataLocked);
  const key = core.config.key(p2);
  core.refuse('sign.private-slot', !key.isPrivate || key.keyType !== keyTypes.p256);
  if (external && !core.config.dataLocked && core.switches.conservative) {
    throw new Refusal(status.execution, 'conservative: no external Sign before data lock');
  }
  const used = claimKey(core, p2, { reqRandom: !core.holds('sign.ignores-req-random'), spends: true });
  core.refuse('sign.needs-key', !core.eeprom.keyValid[p2]);
  const readKey = core.config.slot(p2).readKey;
  const checked = core.config.dataLocked || core.switches.signReadKeyBeforeDataLock === 'checked';
  if (external) core.refuse('sign.external-bit', checked && (readKey & 1) === 0);
  else core.refuse('sign.internal-bit', (readKey & 2) === 0);
  return give(core, p2, external ? externalDigest(core, fromBuffer) : internalDigest(core, request), used);
}

function externalDigest(core: Core, fromBuffer: boolean): Uint8Array {
  if (fromBuffer) {
    core.refuse('sign.needs-msg-dig-buf', core.sram.msgDigBuf.length === 0);
    return take(core.sram.msgDigBuf.value, 0, 32);
  }
  core.refuse('sign.needs-temp-key', !core.sram.tempKey.valid);
  return core.tempKey32;
}

function internalDigest(core: Core, request: Request): Uint8Array {
  const { tempKey } = core.sram;
  core.refuse('sign.needs-temp-key', !tempKey.valid);
  core.refuse('sign.internal-temp-key', !tempKey.genDigData && !tempKey.genKeyData);
  const message = signInternalMessage(head(request), core.sn, {
    tempKey: core.tempKey32,
    flags: tempKeyFlags(core),
    slotConfig: core.config.slot(tempKey.keyId).raw,
    keyConfig: core.config.key(tempKey.keyId).raw,
    unlocked: !core.config.slotLocked(tempKey.keyId),
  });
  return sha256(message);
}

function give(core: Core, slot: number, digest: Uint8Array, used: KeyUsed): Uint8Array {
  core.eccFault();
  const key = core.eeprom.privateKey(slot);
  if (!isPrivateKey(key)) throw new Refusal(status.eccFault, 'no private key there');
  const signature = signDigest(key, digest, core.random);
  if (core.defect === 'wrong-signature') signature[63] = (signature[63] ?? 0) ^ 1;
  core.tally.signatures += 1;
  if (used.authorisedByCheckMac) core.tally.authorisedSignPairs += 1;
  core.events.push({ kind: 'signature', slot, digest, authorised: used.authorisedByCheckMac });
  return signature;
}
