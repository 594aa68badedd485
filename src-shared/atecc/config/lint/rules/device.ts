import { byteAt, sliceExact, toHex } from '../../../../base/bytes.ts';
import { executionTime } from '../../../timing.ts';
import { hex8 } from '../../bits.ts';
import { clockDivider, isSlotLocked, keyConfigOffset } from '../../model.ts';
import type { Report } from '../finding.ts';
import { type Subject, slotLockedByte } from '../subject.ts';

/** The chip as a whole: its address, its pace, its locks, its counters (config-zone.md 1 and 4). */
export function device(subject: Subject, report: Report): void {
  address(subject, report);
  pace(subject, report);
  reservedBits(subject, report);
  locks(subject, report);
  counters(subject, report);
  const { config, image, context } = subject;
  if (context.chipByte14 !== undefined && (context.chipByte14 & 1) === 0) report('single-wire-part', { bytes: [14] });
  if (config.part === 'ATECC508A' && config.otpMode === 0x55) {
    report('otp-consumption', { bytes: [18], remedy: { kind: 'set-bytes', changes: [{ offset: 18, value: 0xaa }] } });
  }
  for (const [index, format] of config.x509Formats.entries()) {
    if (format.templateLength === 0 && format.publicPosition === 0) continue;
    report('x509-format', { bytes: [92 + index], values: { index, value: hex8(byteAt(image, 92 + index)) } });
  }
}

function address(subject: Subject, report: Report): void {
  const { config, context } = subject;
  const inUse = context.addressInUse === undefined ? undefined : context.addressInUse & 0xfe;
  // Byte 85 moves a 608 only by UpdateExtra, but an image that names one wants it there (config-zone.md 1 and 4).
  const extra = config.part === 'ATECC608' && config.chipMode.extraAddress ? config.userExtraAddress & 0xfe : 0;
  const addresses = [
    { offsets: [16], to: config.i2cAddress & 0xfe },
    ...(extra === 0 ? [] : [{ offsets: [19, 85], to: extra }]),
  ];
  for (const { offsets, to } of addresses) {
    if (to < 0x10 || to >= 0xf0) {
      report('address-unusable', { bytes: offsets, values: { to: hex8(to) } });
    } else if (inUse !== undefined && to !== inUse) {
      const followed = context.kit?.followsAddress === true;
      report(followed ? 'address-change-followed' : 'address-change', {
        bytes: offsets,
        values: { from: hex8(inUse), to: hex8(to) },
        ...(followed || offsets[0] !== 16
          ? {}
          : { remedy: { kind: 'set-bytes', changes: [{ offset: 16, value: inUse }] } }),
      });
    }
  }
}

function pace(subject: Subject, report: Report): void {
  const { config, context, image } = subject;
  const divider = clockDivider(config);
  if (config.part === 'ATECC508A' || divider === 'M0' || divider === undefined) return;
  const values = {
    value: hex8(config.chipMode.clockDivider),
    time: executionTime('GenKey', 'ATECC608', divider).maximumMs,
  };
  report(context.kit?.dialect === 'legacy' ? 'clock-divider-kit' : 'clock-divider-slow', {
    bytes: [19],
    values,
    remedy: { kind: 'set-bytes', changes: [{ offset: 19, value: byteAt(image, 19) & 0x07 }] },
  });
}

function reservedBits(subject: Subject, report: Report): void {
  const { config, image } = subject;
  if (config.reserved17 !== 0) {
    report('reserved-bits', {
      bytes: [17],
      values: { field: 'Byte 17' },
      remedy: { kind: 'set-bytes', changes: [{ offset: 17, value: 0 }] },
    });
  }
  if (config.part === 'ATECC608' && config.chipOptions.reserved !== 0) {
    report('reserved-bits', {
      bytes: [90],
      values: { field: 'ChipOptions' },
      remedy: { kind: 'set-bytes', changes: [{ offset: 90, value: byteAt(image, 90) & 0x0f }] },
    });
  }
  for (const { number, keyConfig } of config.slots) {
    if (!keyConfig.reserved13) continue;
    const offset = keyConfigOffset(number) + 1;
    report('reserved-bits', {
      bytes: [offset],
      slot: number,
      values: { field: `KeyConfig[${number}]` },
      remedy: { kind: 'set-bytes', changes: [{ offset, value: byteAt(image, offset) & 0xdf }] },
    });
  }
}

function locks(subject: Subject, report: Report): void {
  const { config, image } = subject;
  if (config.lockValue !== 0x55 || config.lockConfig !== 0x55) {
    report('lock-bytes', { bytes: [86, 87], values: { value: toHex(sliceExact(image, 86, 2)) } });
  }
  if (byteAt(image, 84) !== 0 || byteAt(image, 85) !== 0) {
    report('extra-bytes', { bytes: [84, 85], values: { value: toHex(sliceExact(image, 84, 2)) } });
  }
  for (const slot of config.slots) {
    if (!isSlotLocked(config, slot.number)) continue;
    const offset = slotLockedByte(slot.number);
    report(mustBeWritten(subject, slot.number, slot.keyConfig.private) ? 'slot-locked-by-image' : 'slot-locked-empty', {
      bytes: [offset],
      slot: slot.number,
      remedy: { kind: 'set-bytes', changes: [{ offset, value: byteAt(image, offset) | (1 << (slot.number % 8)) }] },
    });
  }
}

function mustBeWritten(subject: Subject, slot: number, holdsPrivateKey: boolean): boolean {
  const { context, certificateSlots, planned, noCrc } = subject;
  if (slot === context.deviceKeySlot || certificateSlots.has(slot) || planned?.has(slot) === true) return true;
  return !holdsPrivateKey && !noCrc;
}

function counters(subject: Subject, report: Report): void {
  for (const [counter, field] of subject.config.counters.entries()) {
    const bytes = Array.from({ length: 8 }, (_, i) => 52 + 8 * counter + i);
    if (field.kind === 'raw') report('counter-encoding', { bytes, values: { counter } });
    else if (field.value !== 0) report('counter-advanced', { bytes, values: { counter, value: field.value } });
  }
}
