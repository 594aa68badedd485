import { crc16 } from '../../octets.ts';
import { join, le16, readLe16 } from '../bytes.ts';
import { where } from '../config-view.ts';
import type { Core, Request } from '../core.ts';
import { SLOTS, slotSize } from '../geometry.ts';
import { done } from '../status.ts';

/** Lock (17): config zone, data and OTP, or one slot; for ever (atecc-device.md 7.6). */
export function lock(core: Core, request: Request): Uint8Array {
  const { p1, p2, data } = request;
  const mode = p1 & 3;
  const slot = (p1 >> 2) & 15;
  core.malformed('lock.parse', mode === 3 || (p1 & 0x40) !== 0 || (mode !== 2 && slot !== 0) || data.length !== 0);
  if (mode === 2) return lockSlot(core, slot);
  const skipCrc = (p1 & 0x80) !== 0;
  if (mode === 0) {
    core.refuse('lock.config-once', core.config.configLocked);
    core.refuse('lock.config-crc', !skipCrc && crc16(core.eeprom.config) !== p2);
    core.eeprom.stage({ zone: 'config', offset: where.lockConfig, bytes: Uint8Array.of(0) });
    return done;
  }
  core.refuse('lock.data-needs-config-lock', !core.config.configLocked);
  core.refuse('lock.data-once', core.config.dataLocked);
  core.refuse('lock.data-crc', !skipCrc && crc16(dataSummary(core)) !== p2);
  core.eeprom.stage({ zone: 'config', offset: where.lockValue, bytes: Uint8Array.of(0) });
  return done;
}

function lockSlot(core: Core, slot: number): Uint8Array {
  core.refuse('lock.slot-needs-config-lock', !core.config.configLocked);
  core.refuse('lock.slot-lockable', !core.config.key(slot).lockable);
  core.refuse('lock.slot-once', core.config.slotLocked(slot));
  const bits = readLe16(core.eeprom.config, where.slotLocked) & ~(1 << slot);
  core.eeprom.stage({ zone: 'config', offset: where.slotLocked, bytes: le16(bits) });
  return done;
}

/** What the data lock's CRC covers: slots 0..15 without private keys, then OTP (config-zone.md 6). */
function dataSummary(core: Core): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let slot = 0; slot < SLOTS; slot += 1) {
    if (core.config.key(slot).isPrivate && core.holds('lock.data-crc-skips-private')) continue;
    const counted = core.switches.dataCrc === 'full' ? slotSize(slot) : slotSize(slot) - (slotSize(slot) % 32);
    parts.push(core.eeprom.slot(slot).subarray(0, counted));
  }
  return join(...parts, core.eeprom.otp);
}
