import { at, join, take, xor } from '../bytes.ts';
import { where } from '../config-view.ts';
import type { Core, Request } from '../core.ts';
import { type Place, placeOf } from '../geometry.ts';

/** Read (02): 4 or 32 bytes of a zone (atecc-device.md 4 and 7.4). */
export function read(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const whole = (p1 & 0x80) !== 0;
  const place = placeOf(p1 & 3, p2, whole);
  core.malformed('read.parse', (p1 & 0x7c) !== 0 || data.length !== 0);
  if (place === undefined) {
    core.malformed('read.address', true);
    return take(core.eeprom.config, 0, whole ? 32 : 4);
  }
  const size = whole ? 32 : 4;
  if (place.zone === 'config') return take(core.eeprom.config, place.offset, size);
  core.refuse('read.needs-data-lock', !core.config.dataLocked);
  if (place.zone === 'otp') return readOtp(core, place, size);
  return readSlot(core, place, size);
}

function readOtp(core: Core, place: Place, size: number): Uint8Array {
  if (!core.is608) {
    const mode = at(core.eeprom.config, where.otpMode);
    core.refuse('read.otp-reserved-mode', mode !== 0xaa && mode !== 0x55);
    const hides = core.switches.otpMode === 'read-section' && mode !== 0 && place.offset < 8;
    core.refuse('read.otp-hidden-words', hides);
  }
  return take(core.eeprom.otp, place.offset, size);
}

function readSlot(core: Core, place: Place, size: number): Uint8Array {
  const { slot } = place;
  const config = core.config.slot(slot);
  core.refuse('read.private-never', core.config.key(slot).isPrivate);
  core.refuse('read.secret-never', config.isSecret && !config.encryptRead);
  core.refuse('read.prohibited-combination', !config.isSecret && config.encryptRead);
  const stored = core.eeprom.slot(slot).subarray(place.offset, place.offset + place.length);
  const plain = join(stored, new Uint8Array(size - stored.length));
  if (!config.isSecret || !config.encryptRead) return plain;
  core.refuse('read.secret-32-only', size !== 32);
  const { tempKey } = core.sram;
  core.refuse('read.encrypted-temp-key', !tempKey.valid || !tempKey.genDigData);
  core.refuse('read.encrypted-key-id', tempKey.keyId !== config.readKey);
  core.refuse('read.encrypted-random', tempKey.sourceFlag !== 0);
  return xor(plain, core.tempKey32);
}
