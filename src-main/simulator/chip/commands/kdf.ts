import { join, readLe32, take, zeros } from '../bytes.ts';
import type { Core, Request } from '../core.ts';
import { hmacSha256 } from '../digests.ts';
import { slotSize } from '../geometry.ts';
import { claimKey } from '../key-use.ts';
import { tempKeyOf } from '../sram.ts';
import { done, Refusal, status } from '../status.ts';
import { aesBlock } from './aes.ts';
import { output } from './ecdh.ts';

const algorithms = { prf: 0, aes: 1, hkdf: 2 };
const targets = { tempKey: 0, tempKeyUpper: 1, slot: 2, altKeyBuf: 3, output: 4, encrypted: 5 };

interface KdfRequest {
  readonly request: Request;
  readonly algorithm: number;
  readonly details: number;
  readonly message: Uint8Array;
}

/** KDF (56), 608: TLS PRF, AES or HKDF (atecc-device.md 7.19, as far as it goes; AEAD and IV forms answer 0F). */
export function kdf(core: Core, request: Request): Uint8Array {
  const { p1, data } = request;
  const algorithm = (p1 >> 5) & 3;
  const target = (p1 >> 2) & 7;
  core.malformed('kdf.parse', (p1 & 0x80) !== 0 || algorithm === 3 || target > targets.encrypted || data.length < 4);
  const asked: KdfRequest = { request, algorithm, details: readLe32(data, 0), message: data.slice(4) };
  const stated = algorithm === algorithms.aes ? 16 : asked.details >>> 24;
  core.malformed('kdf.parse', asked.message.length !== stated);
  core.refuse('kdf.needs-config-lock', !core.config.configLocked);
  core.refuse('kdf.aes-enabled', algorithm === algorithms.aes && (core.config.chipOptions & 4) === 0);
  return deliver(core, request, target, derive(core, asked));
}

function derive(core: Core, asked: KdfRequest): Uint8Array {
  const { algorithm, details, message } = asked;
  if (algorithm === algorithms.prf) {
    if (((details >> 9) & 3) !== 0) throw new Refusal(status.execution, 'AEAD forms are not published');
    const key = sourceKey(core, asked.request, 0, 16 * ((details & 3) + 1));
    return prf(key, message, (details & 0x100) !== 0 ? 64 : 32);
  }
  if (algorithm === algorithms.aes) {
    const key = sourceKey(core, asked.request, 16 * (details & 3), 16);
    return join(aesBlock(key, message, true), zeros(16));
  }
  const zeroKey = (details & 4) !== 0;
  const key = zeroKey ? zeros(32) : sourceKey(core, asked.request, 0, 32);
  return hmacSha256(key, hkdfMessage(core, asked));
}

function hkdfMessage(core: Core, asked: KdfRequest): Uint8Array {
  const place = asked.details & 3;
  if (place === 2) return asked.message;
  if (place === 1) return core.tempKey32;
  throw new Refusal(status.execution, 'message from slot and IV forms are not published');
}

/** TLS 1.2's P_SHA256 with the message as label and seed. */
function prf(key: Uint8Array, seed: Uint8Array, length: number): Uint8Array {
  let a = seed;
  let out = new Uint8Array(0);
  while (out.length < length) {
    a = hmacSha256(key, a);
    out = new Uint8Array(join(out, hmacSha256(key, join(a, seed))));
  }
  return out.slice(0, length);
}

function sourceKey(core: Core, request: Request, from: number, length: number): Uint8Array {
  const source = request.p1 & 3;
  const { tempKey, altKeyBuf } = core.sram;
  if (source === 2) {
    const slot = request.p2 & 15;
    core.refuse('kdf.private-slot', core.config.key(slot).isPrivate);
    core.refuse('kdf.key-length', from + length > slotSize(slot));
    claimKey(core, slot, { reqRandom: true, spends: true });
    return take(core.eeprom.slot(slot), from, length);
  }
  if (source === 3) {
    core.refuse('kdf.needs-alt-key', !altKeyBuf.valid);
    return take(altKeyBuf.value, from, length);
  }
  core.refuse('kdf.needs-temp-key', !tempKey.valid || (source === 1 && !tempKey.is64));
  return take(tempKey.value, from + 32 * source, length);
}

function deliver(core: Core, request: Request, target: number, derived: Uint8Array): Uint8Array {
  if (target >= targets.output)
    return output(core, derived, target === targets.encrypted, core.config.chipOptions >> 10);
  const { tempKey } = core.sram;
  if (target === targets.tempKey) core.loadTempKey(tempKeyOf(derived, { sourceFlag: 1, is64: derived.length === 64 }));
  else if (target === targets.tempKeyUpper) {
    const value = join(take(tempKey.value, 0, 32), take(derived, 0, 32));
    core.loadTempKey(tempKeyOf(value, { ...tempKey, value, valid: true, is64: true }));
  } else if (target === targets.altKeyBuf) core.sram.altKeyBuf = { value: take(derived, 0, 32), valid: true };
  else storeInSlot(core, (request.p2 >> 8) & 15, derived);
  return done;
}

function storeInSlot(core: Core, slot: number, derived: Uint8Array): void {
  core.refuse('kdf.target-slot', core.config.key(slot).isPrivate || core.config.slotLocked(slot));
  core.eeprom.stage({
    zone: 'data',
    slot,
    offset: 0,
    bytes: take(derived, 0, Math.min(derived.length, slotSize(slot))),
  });
}
