import { createCipheriv, createDecipheriv } from 'node:crypto';
import { at, take } from '../bytes.ts';
import { keyTypes } from '../config-view.ts';
import type { Core, Request } from '../core.ts';
import { slotSize } from '../geometry.ts';
import { claimKey } from '../key-use.ts';

const TEMP_KEY = 0xffff;
const modes = { encrypt: 0, decrypt: 1, multiply: 3 };

/** AES (51), 608: one block of AES-128, or one multiplication in GCM's field (atecc-device.md 7.19). */
export function aes(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const mode = p1 & 0x3f;
  core.malformed('aes.parse', ![modes.encrypt, modes.decrypt, modes.multiply].includes(mode));
  core.malformed('aes.parse', data.length !== (mode === modes.multiply ? 32 : 16));
  core.malformed('aes.parse', p2 > 15 && p2 !== TEMP_KEY);
  core.refuse('aes.enabled', (at(core.eeprom.config, 13) & 1) === 0);
  if (mode === modes.multiply) return multiply(take(data, 0, 16), take(data, 16, 16));
  core.refuse('aes.needs-config-lock', !core.config.configLocked);
  const key = keyAt(core, p2, p1 >> 6);
  return aesBlock(key, data, mode === modes.encrypt);
}

function keyAt(core: Core, slot: number, block: number): Uint8Array {
  if (slot === TEMP_KEY) {
    const { tempKey } = core.sram;
    core.refuse('aes.temp-key', !tempKey.valid || (block > 1 && !tempKey.is64));
    if (core.switches.aesKeepsTempKey) core.tempKeyFate = 'keep';
    return take(tempKey.value, 16 * block, 16);
  }
  core.refuse('aes.key-type', core.config.key(slot).keyType !== keyTypes.aes);
  core.refuse('aes.key-block', 16 * block + 16 > slotSize(slot));
  claimKey(core, slot, { reqRandom: false, spends: true });
  return take(core.eeprom.slot(slot), 16 * block, 16);
}

/** One block of AES-128. */
export function aesBlock(key: Uint8Array, block: Uint8Array, encrypt: boolean): Uint8Array {
  const cipher = encrypt ? createCipheriv('aes-128-ecb', key, null) : createDecipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return new Uint8Array(Buffer.concat([cipher.update(block), cipher.final()]));
}

/** Product in GF(2^128) as GCM defines it: bit 0 is the highest bit of byte 0. */
function multiply(h: Uint8Array, input: Uint8Array): Uint8Array {
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const x = number(input);
  let v = number(h);
  let z = 0n;
  for (let bit = 127n; bit >= 0n; bit -= 1n) {
    if (((x >> bit) & 1n) === 1n) z ^= v;
    v = (v & 1n) === 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
  }
  return new Uint8Array(Buffer.from(z.toString(16).padStart(32, '0'), 'hex'));
}
