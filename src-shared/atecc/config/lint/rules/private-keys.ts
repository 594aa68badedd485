import { byteAt } from '../../../../base/bytes.ts';
import { keyConfigOffset, slotConfigOffset, slotOf } from '../../model.ts';
import { keyTypes, slotUse } from '../../slot.ts';
import type { Report } from '../finding.ts';
import { keyConfigBytes, privateSlots, type Subject, slotBytes, slotConfigBytes } from '../subject.ts';

/** Slots with an ECC private key: can it be made, used, replaced (config-zone.md 2 and 3, atecc-device.md 7.7, 7.15, 7.16). */
export function privateKeys(subject: Subject, report: Report): void {
  const { context, image } = subject;
  for (const { slot, use } of privateSlots(subject)) {
    const { number, slotConfig, keyConfig } = slot;
    const low = slotConfigOffset(number);
    if (!slotConfig.isSecret) {
      report('private-not-secret', {
        bytes: [low, keyConfigOffset(number)],
        slot: number,
        remedy: { kind: 'set-bytes', changes: [{ offset: low, value: byteAt(image, low) | 0x80 }] },
      });
    }
    if (keyConfig.keyType === keyTypes.aes || keyConfig.keyType === keyTypes.data) {
      report('private-not-p256', { bytes: keyConfigBytes(number), slot: number, values: { value: keyConfig.keyType } });
    }
    if (!use.signExternal && !use.signInternal && use.ecdh === 'off') {
      report('private-useless', { bytes: [low, keyConfigOffset(number)], slot: number });
    }
    if (!use.genKeyAfterLock) report('genkey-after-lock-off', { bytes: [low + 1], slot: number });
    const isDeviceKey = number === context.deviceKeySlot;
    if (use.privWriteAfterLock && !isDeviceKey) {
      report('privwrite-after-lock', { bytes: [low + 1], slot: number, values: { other: slotConfig.writeKey } });
    }
    if (!use.publicKeyReadable && !isDeviceKey) {
      report('public-key-hidden', { bytes: [keyConfigOffset(number)], slot: number });
    }
    if (use.ecdh === 'to-slot') ecdhTarget(subject, number, report);
  }
  if (context.deviceKeySlot !== undefined) deviceKey(subject, context.deviceKeySlot, report);
}

function ecdhTarget(subject: Subject, number: number, report: Report): void {
  const target = number | 1;
  if (target === number) {
    report('ecdh-odd-slot', { bytes: [slotConfigOffset(number)], slot: number });
    return;
  }
  const use = slotUse(slotOf(subject.config, target));
  const facts = { slot: number, values: { other: target } };
  if (use.kind === 'private-key') {
    report('ecdh-into-private', { ...facts, bytes: [slotConfigOffset(number), keyConfigOffset(target)] });
  } else if (use.read === 'clear' || use.read === 'prohibited') {
    report('ecdh-secret-readable', { ...facts, bytes: [slotConfigOffset(number), slotConfigOffset(target)] });
  }
}

/** The key that gets the certificate: what the run and the server will demand of it (signer-and-server.md 7.2). */
function deviceKey(subject: Subject, number: number, report: Report): void {
  const { config, image } = subject;
  const slot = slotOf(config, number);
  const use = slotUse(slot);
  if (use.kind !== 'private-key') {
    report('device-key-not-private', { bytes: slotBytes(number), slot: number });
    return;
  }
  const low = slotConfigOffset(number);
  const key = keyConfigOffset(number);
  if (!use.signExternal) {
    report('device-key-cannot-sign', {
      bytes: [low],
      slot: number,
      remedy: { kind: 'set-bytes', changes: [{ offset: low, value: byteAt(image, low) | 0x01 }] },
    });
  }
  if (!use.publicKeyReadable) {
    report('device-key-hidden', {
      bytes: [key],
      slot: number,
      remedy: { kind: 'set-bytes', changes: [{ offset: key, value: byteAt(image, key) | 0x02 }] },
    });
  }
  if (use.privWriteAfterLock) {
    report('device-key-writable', {
      bytes: [low + 1],
      slot: number,
      remedy: { kind: 'set-bytes', changes: [{ offset: low + 1, value: byteAt(image, low + 1) & 0xbf }] },
    });
  }
  if (slot.keyConfig.reqAuth) report('device-key-authorised', { bytes: keyConfigBytes(number), slot: number });
  if (slot.slotConfig.limitedUse) report('device-key-limited', { bytes: slotConfigBytes(number), slot: number });
  if (slot.keyConfig.latch) report('device-key-latched', { bytes: keyConfigBytes(number), slot: number });
}
