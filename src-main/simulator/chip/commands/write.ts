import { sameBytes } from '../../octets.ts';
import { at, take, xor } from '../bytes.ts';
import { keyTypes, where, writeBits } from '../config-view.ts';
import { type Core, head, type Request } from '../core.ts';
import { privWriteMac, privWriteMask, writeMac } from '../digests.ts';
import { type Place, placeOf } from '../geometry.ts';
import { isPrivateKey } from '../p256.ts';
import { done, Refusal, status } from '../status.ts';

interface WriteRequest {
  readonly request: Request;
  readonly place: Place;
  /** 32-byte access. */
  readonly whole: boolean;
  /** P1 bit 6. */
  readonly bit6: boolean;
}

/** Write (12): 4 or 32 bytes, plain or encrypted (atecc-device.md 4 and 7.5). */
export function write(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const whole = (p1 & 0x80) !== 0;
  const bit6 = (p1 & 0x40) !== 0;
  const size = whole ? 32 : 4;
  const place = placeOf(p1 & 3, p2, whole);
  core.malformed('write.parse', (p1 & 0x3c) !== 0);
  core.malformed('write.length', data.length !== size && data.length !== size + 32);
  if (place === undefined) {
    core.malformed('write.address', true);
    throw new Refusal(status.execution, 'no such place');
  }
  // Before the data lock bit 6 says what comes; afterwards the slot does (WriteConfig bit 14), and the MAC is in the length.
  core.malformed('write.length', !core.config.dataLocked && bit6 !== (data.length === size + 32));
  const asked: WriteRequest = { request, place, whole, bit6 };
  if (place.zone === 'config') writeConfig(core, asked);
  else if (place.zone === 'otp') writeOtp(core, asked);
  else writeSlot(core, asked);
  return done;
}

function writeConfig(core: Core, asked: WriteRequest): void {
  const { place, request, bit6 } = asked;
  core.refuse('write.config-encrypted', bit6);
  core.refuse('write.config-locked', core.config.configLocked);
  const touches = (from: number, to: number): boolean => place.offset < to && place.offset + place.length > from;
  core.refuse('write.config-identity', touches(0, 16));
  core.refuse('write.config-lock-bytes', touches(where.userExtra, where.slotLocked));
  core.eeprom.stage({ zone: 'config', offset: place.offset, bytes: take(request.data, 0, place.length) });
}

function writeOtp(core: Core, asked: WriteRequest): void {
  const { place, request, whole, bit6 } = asked;
  core.refuse('write.otp-needs-config-lock', !core.config.configLocked);
  if (!core.config.dataLocked) {
    core.refuse('write.unlocked-32-only', !whole);
    const bytes = bit6 ? decrypt(core, request) : request.data;
    core.eeprom.stage({ zone: 'otp', offset: place.offset, bytes: take(bytes, 0, place.length) });
    return;
  }
  const consumption = !core.is608 && at(core.eeprom.config, where.otpMode) === 0x55;
  core.refuse('write.otp-read-only', !consumption);
  core.refuse('write.otp-locked-plain', request.data.length > place.length);
  const asked32 = take(request.data, 0, place.length);
  const bytes = core.holds('write.otp-consumption')
    ? asked32.map((byte, i) => byte & at(core.eeprom.otp, place.offset + i))
    : asked32;
  core.eeprom.stage({ zone: 'otp', offset: place.offset, bytes });
}

function writeSlot(core: Core, asked: WriteRequest): void {
  const { place, request, whole, bit6 } = asked;
  const { slot } = place;
  core.refuse('write.data-needs-config-lock', !core.config.configLocked);
  core.refuse('write.private-slot', core.config.key(slot).isPrivate);
  core.refuse('write.slot-locked', core.config.slotLocked(slot));
  let bytes = request.data;
  if (!core.config.dataLocked) {
    core.refuse('write.unlocked-32-only', !whole);
    if (bit6) bytes = decrypt(core, request);
  } else {
    bytes = lockedWrite(core, asked);
  }
  const stored = take(bytes, 0, place.length);
  if (core.config.needsValidation(slot) && core.holds('write.invalidates-public-key')) {
    if (place.offset === 0) stored[0] = (at(stored, 0) & 0x0f) | 0xa0;
    else stageValidity(core, slot, 0xa0);
  }
  core.eeprom.stage({ zone: 'data', slot, offset: place.offset, bytes: stored });
}

/** WriteConfig after the data lock (config-zone.md 2): plain bytes that may be stored. */
function lockedWrite(core: Core, asked: WriteRequest): Uint8Array {
  const { place, request, whole } = asked;
  const { slot } = place;
  const config = core.config.slot(slot);
  const mode = config.writeConfig;
  if ((mode & writeBits.encrypt) !== 0) {
    if (request.data.length !== 64) {
      core.refuse('write.encrypted-only', true);
      return request.data;
    }
    const keyId = core.sram.tempKey.keyId;
    core.refuse('write.encrypted-key-id', keyId !== config.writeKey);
    return decrypt(core, request);
  }
  core.refuse('write.never', (mode & 0b1010) !== 0);
  core.refuse('write.pub-invalid', mode === 1 && core.validated(slot));
  core.refuse('write.locked-4-only-clear', !whole && (config.isSecret || mode !== 0));
  core.refuse('write.plain-without-mac', request.data.length > (whole ? 32 : 4));
  return request.data;
}

/** The plain 32 bytes of an encrypted write, after the MAC was compared; the MAC covers P1 as sent (atecc-device.md 7.5). */
function decrypt(core: Core, request: Request): Uint8Array {
  const { tempKey } = core.sram;
  core.refuse('write.encrypted-temp-key', !tempKey.valid || !tempKey.genDigData);
  const plain = xor(take(request.data, 0, 32), core.tempKey32);
  const mac = writeMac(core.tempKey32, head(request), core.sn, plain);
  core.refuse('write.encrypted-mac', !sameBytes(mac, take(request.data, 32, 32)));
  return plain;
}

/** Notes the validity nibble of a public-key slot. */
export function stageValidity(core: Core, slot: number, nibble: 0x50 | 0xa0): void {
  const byte = (at(core.eeprom.slot(slot), 0) & 0x0f) | nibble;
  core.eeprom.stage({ zone: 'data', slot, offset: 0, bytes: Uint8Array.of(byte) });
}

/** PrivWrite (46): a private key from outside (atecc-device.md 7.15). */
export function privWrite(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  core.malformed('priv-write.parse', (p1 !== 0 && p1 !== 0x40) || p2 > 15);
  // The vendor library sends 32 zero bytes behind a plain key; they are not looked at.
  core.malformed('priv-write.parse', data.length !== 68 && !(p1 === 0 && data.length === 36));
  core.refuse('priv-write.needs-config-lock', !core.config.configLocked);
  const config = core.config.slot(p2);
  const key = core.config.key(p2);
  core.refuse('priv-write.private-slot', !key.isPrivate || key.keyType !== keyTypes.p256);
  core.refuse('priv-write.is-secret', !config.isSecret);
  core.refuse('priv-write.slot-locked', core.config.slotLocked(p2));
  if (core.config.dataLocked) {
    core.refuse('priv-write.write-config', (config.writeConfig & writeBits.encrypt) === 0);
    core.refuse('priv-write.encrypted-only', p1 === 0);
  }
  const plain = p1 === 0 ? data : privDecrypt(core, request);
  const scalar = take(plain, 4, 32);
  core.refuse('priv-write.scalar', !isPrivateKey(scalar));
  core.eeprom.stage({ zone: 'key', slot: p2, key: scalar });
  return done;
}

function privDecrypt(core: Core, request: Request): Uint8Array {
  const { tempKey } = core.sram;
  core.refuse('priv-write.temp-key', !tempKey.valid);
  if (core.config.dataLocked) {
    const fits = tempKey.genDigData && tempKey.keyId === core.config.slot(request.p2).writeKey;
    core.refuse('priv-write.key-id', !fits);
  }
  const plain = xor(take(request.data, 0, 36), privWriteMask(core.tempKey32));
  const mac = privWriteMac(core.tempKey32, head(request), core.sn, plain);
  core.refuse('priv-write.mac', !sameBytes(mac, take(request.data, 36, 32)));
  return plain;
}
