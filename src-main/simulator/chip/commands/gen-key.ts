import { join, le16, take } from '../bytes.ts';
import { keyTypes, writeBits } from '../config-view.ts';
import type { Core, Request } from '../core.ts';
import { genKeyDigest } from '../digests.ts';
import { claimKey } from '../key-use.ts';
import { drawPrivateKey, publicKeyInSlot } from '../p256.ts';
import { tempKeyOf } from '../sram.ts';
import { done } from '../status.ts';

const TEMP_KEY_TARGET = 0xffff;

/** GenKey (40): make a private key, compute a public key, digest of a public key (atecc-device.md 7.7). */
export function genKey(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  core.malformed('gen-key.parse', ![0, 4, 8, 12, 16].includes(p1));
  const toTempKey = core.is608 && p2 === TEMP_KEY_TARGET && p1 === 4;
  core.malformed('gen-key.parse', p2 > 15 && !toTempKey);
  core.malformed('gen-key.parse', data.length !== (p1 === 16 ? 3 : 0));
  core.refuse('gen-key.needs-config-lock', !core.config.configLocked);
  if (toTempKey) return createInTempKey(core);
  if (p1 === 16) return digestStored(core, request);
  const digest = (p1 & 8) !== 0;
  core.refuse('gen-key.digest-needs-temp-key', digest && !core.sram.tempKey.valid);
  const key = core.config.key(p2);
  core.refuse('gen-key.private-slot', !key.isPrivate || key.keyType !== keyTypes.p256);
  const create = (p1 & 4) !== 0;
  if (create) mayCreate(core, p2);
  claimKey(core, p2, { reqRandom: digest, spends: false });
  if (!create) {
    core.refuse('gen-key.public-needs-key', !core.eeprom.keyValid[p2]);
    core.refuse('gen-key.pub-info', core.config.dataLocked && !key.pubInfo);
  }
  core.eccFault();
  const point = create ? makeKey(core, p2) : core.publicKeyOf(core.eeprom.privateKey(p2));
  if (digest) loadDigest(core, request, Uint8Array.of(p1, ...le16(p2)), point);
  else if (core.switches.genKeyLeavesTempKey) core.tempKeyFate = 'keep';
  return point;
}

function mayCreate(core: Core, slot: number): void {
  core.refuse('gen-key.is-secret', !core.config.slot(slot).isSecret);
  core.refuse('gen-key.slot-locked', core.config.slotLocked(slot));
  const allowed = (core.config.slot(slot).writeConfig & writeBits.genKeyOrDerive) !== 0;
  core.refuse('gen-key.write-config', core.config.dataLocked && !allowed);
}

function makeKey(core: Core, slot: number): Uint8Array {
  core.touchRng(true);
  const key = drawPrivateKey(core.random);
  const publicKey = core.publicKeyOf(key);
  core.eeprom.stage({ zone: 'key', slot, key });
  core.tally.genKeys += 1;
  core.events.push({ kind: 'key-made', slot, publicKey });
  return publicKey;
}

function createInTempKey(core: Core): Uint8Array {
  core.eccFault();
  core.touchRng(true);
  const key = drawPrivateKey(core.random);
  core.loadTempKey(tempKeyOf(key, { isPrivateKey: true }));
  core.tally.genKeys += 1;
  return core.publicKeyOf(key);
}

function digestStored(core: Core, request: Request): Uint8Array {
  const { p2, data } = request;
  const key = core.config.key(p2);
  core.refuse('gen-key.stored-public-slot', key.isPrivate || key.keyType !== keyTypes.p256 || p2 < 8);
  core.refuse('gen-key.digest-needs-temp-key', !core.sram.tempKey.valid);
  claimKey(core, p2, { reqRandom: true, spends: false });
  loadDigest(core, request, data, publicKeyInSlot(core.eeprom.slot(p2)));
  return done;
}

function loadDigest(core: Core, request: Request, facts: Uint8Array, point: Uint8Array): void {
  const { sourceFlag, noMac } = core.sram.tempKey;
  const value = genKeyDigest(core.tempKey32, facts, core.sn, point);
  core.loadTempKey(
    tempKeyOf(join(value, take(core.sram.tempKey.value, 32, 32)), {
      genKeyData: true,
      keyId: request.p2,
      sourceFlag,
      noMac,
    }),
  );
}
