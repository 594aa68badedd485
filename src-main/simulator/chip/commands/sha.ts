import { take } from '../bytes.ts';
import { keyTypes } from '../config-view.ts';
import type { Core, Request } from '../core.ts';
import { claimKey } from '../key-use.ts';
import { publicKeyInSlot } from '../p256.ts';
import { HmacSha256, Sha256 } from '../sha256.ts';
import { type ShaContext, tempKeyOf } from '../sram.ts';
import { done, Refusal, status } from '../status.ts';

const modes = { start: 0, update: 1, end: 2, publicKey: 3, hmacStart: 4, hmacEnd: 5, readContext: 6, writeContext: 7 };

/** SHA (47): hash or HMAC in steps (atecc-device.md 7.10). */
export function sha(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const mode = p1 & 7;
  const target = p1 >> 6;
  const known = core.is608 ? [0, 1, 2, 4, 6, 7] : [0, 1, 2, 3, 4, 5];
  core.malformed('sha.parse', (p1 & 0x38) !== 0 || !known.includes(mode));
  core.malformed('sha.parse', target !== 0 && (!core.is608 || mode !== modes.end || target === 2));
  core.malformed('sha.parse', mode === modes.start && (p2 !== 0 || data.length !== 0));
  if (mode === modes.start) {
    core.sram.sha = { kind: 'sha', hash: new Sha256(), publicSlot: undefined };
    return done;
  }
  if (mode === modes.hmacStart) return startHmac(core, request);
  if (mode === modes.writeContext) return writeContext(core, request);
  return proceed(core, request, mode, target);
}

function startHmac(core: Core, request: Request): Uint8Array {
  const { p2: slot, data } = request;
  core.malformed('sha.parse', slot > 15 || data.length !== 0);
  core.refuse('sha.hmac-needs-config-lock', !core.config.configLocked);
  core.refuse('sha.hmac-private-slot', core.config.key(slot).isPrivate);
  core.refuse('sha.hmac-no-mac', core.config.slot(slot).noMac);
  claimKey(core, slot, { reqRandom: true, spends: true });
  core.sram.sha = { kind: 'hmac', hash: new HmacSha256(core.secret(slot)) };
  return done;
}

function proceed(core: Core, request: Request, mode: number, target: number): Uint8Array {
  const { p2, data } = request;
  if (mode === modes.update) core.malformed('sha.update-64', p2 !== 64 || data.length !== 64);
  else if (mode === modes.publicKey) core.malformed('sha.parse', p2 > 15 || data.length !== 0);
  else if (mode === modes.readContext) core.malformed('sha.parse', p2 !== 0 || data.length !== 0);
  else core.malformed('sha.end-length', p2 > 63 || data.length !== p2);
  core.refuse('sha.needs-start', core.sram.sha === undefined);
  core.sram.sha ??= { kind: 'sha', hash: new Sha256(), publicSlot: undefined };
  const context = core.sram.sha;
  if (mode === modes.readContext) {
    if (context.kind !== 'sha') throw new Refusal(status.execution, 'HMAC contexts are not read out');
    return context.hash.export();
  }
  if (mode === modes.publicKey) return absorbPublicKey(core, p2, context);
  if (mode === modes.update) {
    context.hash.update(data);
    return done;
  }
  return end(core, context, request, target);
}

function absorbPublicKey(core: Core, slot: number, context: ShaContext): Uint8Array {
  const key = core.config.key(slot);
  core.refuse('sha.public-slot', context.kind !== 'sha' || key.isPrivate || key.keyType !== keyTypes.p256 || slot < 8);
  context.hash.update(publicKeyInSlot(core.eeprom.slot(slot)));
  if (context.kind === 'sha') context.publicSlot = slot;
  return done;
}

function end(core: Core, context: ShaContext, request: Request, target: number): Uint8Array {
  const mode = request.p1 & 7;
  const wantsHmac = core.is608 ? context.kind === 'hmac' : mode === modes.hmacEnd;
  core.refuse('sha.end-kind', wantsHmac !== (context.kind === 'hmac'));
  const digest = context.hash.update(request.data).digest();
  core.sram.sha = undefined;
  if (target === 1) {
    core.sram.msgDigBuf = { value: take(digest, 0, 64), length: 32 };
    core.msgDigBufFate = 'keep';
  } else if (target === 0 && mode === modes.end && core.holds('sha.end-loads-temp-key')) {
    const shaPublicSlot = context.kind === 'sha' ? context.publicSlot : undefined;
    core.loadTempKey(tempKeyOf(digest, { sourceFlag: 1, shaPublicSlot }));
  }
  return digest;
}

function writeContext(core: Core, request: Request): Uint8Array {
  core.malformed('sha.parse', request.p2 !== request.data.length);
  const hash = Sha256.restore(request.data);
  if (hash === undefined) throw new Refusal(status.execution, 'not a context of this chip');
  core.sram.sha = { kind: 'sha', hash, publicSlot: undefined };
  return done;
}
