import { byteAt, sliceExact, toHex } from '../../../../base/bytes.ts';
import { hex8, hex16 } from '../../bits.ts';
import type { Atecc508Config, Atecc608Config } from '../../model.ts';
import { clockDivider } from '../../model.ts';
import { keyTypes } from '../../slot.ts';
import type { Report } from '../finding.ts';
import { keyConfigBytes, type Subject } from '../subject.ts';

const lastKeyUseValues: ReadonlySet<number> = new Set([0xff, 0x7f, 0x3f, 0x1f, 0x0f, 0x07, 0x03, 0x01, 0x00]);

/** Rules F1 to F9 (config-zone.md 7.9): does the image fit the part? */
export function partFit(subject: Subject, report: Report): void {
  const { config, image } = subject;
  if (config.part === 'ATECC508A') fit508(config, image, report);
  else fit608(config, subject, report);
  for (const { number, keyConfig } of config.slots) {
    const { keyType } = keyConfig;
    const known =
      keyType === keyTypes.p256 ||
      keyType === keyTypes.data ||
      (keyType === keyTypes.aes && config.part === 'ATECC608');
    if (!known) report('F9-key-type', { bytes: keyConfigBytes(number), slot: number, values: { value: keyType } });
  }
}

function fit508(config: Atecc508Config, image: Uint8Array, report: Report): void {
  if (config.otpMode !== 0xaa && config.otpMode !== 0x55) {
    report('F1-otp-mode', { bytes: [18], values: { value: hex8(config.otpMode) } });
  }
  if (config.chipMode.reserved !== 0)
    report('F2-chip-mode', { bytes: [19], values: { value: hex8(byteAt(image, 19)) } });
  if (config.chipMode.selectorOnce) report('F2-selector-once', { bytes: [19] });
  const impossible = offsets(68, 83).filter((offset) => !lastKeyUseValues.has(byteAt(image, offset)));
  if (impossible.length > 0) report('F7-last-key-use', { bytes: impossible });
  const limited = config.slots[15]?.slotConfig.limitedUse === true;
  const spent = offsets(68, 83).filter((offset) => byteAt(image, offset) !== 0xff);
  if (impossible.length === 0 && limited && spent.length > 0) {
    report('F7-uses-spent', { bytes: [...spent, 50], slot: 15, values: { count: usesLeft(config) } });
  }
  if (config.reserved90 !== 0) report('F8-reserved', { bytes: [90, 91] });
}

/** Single uses of slot 15 that LastKeyUse still grants, 0..128; each legal byte has its ones at the low end. */
export function usesLeft(config: Atecc508Config): number {
  return [...config.lastKeyUse].reduce((sum, byte) => sum + (32 - Math.clz32(byte)), 0);
}

function fit608(config: Atecc608Config, subject: Subject, report: Report): void {
  const { image, context } = subject;
  const { countMatch, chipMode, useLock, volatileKeyPermission, secureBoot, chipOptions } = config;
  if (countMatch.reserved !== 0) {
    report('F1-count-match-reserved', { bytes: [18], values: { value: hex8(byteAt(image, 18)) } });
  } else if (countMatch.enabled && subject.planned?.has(countMatch.slot) !== true) {
    report('F1-count-match-no-value', {
      bytes: [18],
      slot: countMatch.slot,
      remedy: { kind: 'plan-data', slots: [countMatch.slot] },
    });
  }
  if (clockDivider(config) === undefined) {
    report('F2-clock-divider', { bytes: [19], values: { value: hex8(chipMode.clockDivider) } });
  }
  if (chipMode.extraAddress) {
    report('F2-extra-address', { bytes: [19, 85], values: { value: hex8(config.userExtraAddress) } });
  }

  const filled = offsets(75, 83).filter((offset) => byteAt(image, offset) !== 0);
  const byte68 = byteAt(image, 68);
  if (byte68 === 0xff && filled.length > 0) report('F3-use-lock-filler', { bytes: [68] });
  else if (byte68 !== 0) {
    report('F3-use-lock', { bytes: [68], slot: useLock.slot, values: { value: hex8(byte68), mode: useLock.mode } });
  }
  if (volatileKeyPermission.reserved !== 0) {
    report('F4-volatile-reserved', { bytes: [69], values: { value: hex8(byteAt(image, 69)) } });
  } else if (volatileKeyPermission.enabled) {
    report('F4-volatile-key', { bytes: [69], slot: volatileKeyPermission.slot });
  }
  if (secureBoot.reserved !== 0) {
    const value = hex16(byteAt(image, 70) | (byteAt(image, 71) << 8));
    report('F5-secure-boot-reserved', { bytes: [70, 71], values: { value } });
  } else if (secureBoot.mode !== 0) {
    report('F5-secure-boot', {
      bytes: [70, 71],
      slot: secureBoot.signatureSlot,
      values: { mode: secureBoot.mode, other: secureBoot.publicKeySlot },
    });
  }
  const kdfIv = toHex(sliceExact(image, 72, 3));
  if (kdfIv === 'FFFFFF') report('F6-kdf-iv-filler', { bytes: [72, 73, 74] });
  else if (kdfIv !== '000000') report('F6-kdf-iv', { bytes: [72, 73, 74], values: { value: kdfIv } });
  if (filled.length > 0) report('F7-reserved', { bytes: filled });

  if (chipOptions.ioProtectionKey || chipOptions.ecdhProtection !== 0 || chipOptions.kdfProtection !== 0) {
    report('F8-output-protection', { bytes: [90, 91], slot: chipOptions.ioKeySlot });
  }
  if (chipOptions.powerOnSelfTest) {
    report(context.kit?.fixedWakeCheck === true ? 'F8-self-test-kit' : 'F8-self-test', {
      bytes: [90],
      remedy: { kind: 'set-bytes', changes: [{ offset: 90, value: byteAt(image, 90) & 0xfe }] },
    });
  }
}

function offsets(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
