import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareReadBack,
  diffConfig,
  presetImage,
  readBackBytes,
  writableBytes,
} from '../../../src-shared/atecc/config/index.ts';
import { defaultWith, patched } from './patch.ts';

const image = presetImage('provisioning-2015');
/** What a fresh chip holds after stage 1: its own identity, the image, open locks. */
const written = patched(image, { 0: 0x01, 1: 0x23, 2: 0x6c, 8: 0xd9, 12: 0xee, 13: 0x61, 14: 0x01, 85: 0x00 });

describe('differences', () => {
  it('the same bytes have none', () => {
    expect(diffConfig(image, image, 'ATECC508A')).toEqual([]);
  });

  it('a difference names the field, its bytes and both meanings', () => {
    const differences = diffConfig(image, defaultWith('ATECC508A', { 29: 0x8f, 18: 0x55, 104: 0x1c }), 'ATECC508A');
    expect(differences).toEqual([
      {
        field: 'OTPmode',
        offset: 18,
        length: 1,
        bytes: [18],
        left: { hex: 'AA', meaning: 'OTP read-only' },
        right: { hex: '55', meaning: 'OTP consumption: bits can be cleared' },
      },
      {
        field: 'SlotConfig[4]',
        offset: 28,
        length: 2,
        slot: 4,
        bytes: [29],
        left: { hex: '8F0F', meaning: 'secret, never read; write: always' },
        right: { hex: '8F8F', meaning: 'secret, never read; write: never' },
      },
      {
        field: 'KeyConfig[4]',
        offset: 104,
        length: 2,
        slot: 4,
        bytes: [104],
        left: { hex: '3C00', meaning: 'data or SHA key; lockable' },
        right: { hex: '1C00', meaning: 'data or SHA key' },
      },
    ]);
  });

  it('every byte that differs is in exactly one difference', () => {
    const zone = fc.uint8Array({ minLength: 128, maxLength: 128 });
    fc.assert(
      fc.property(zone, zone, fc.constantFrom('ATECC508A' as const, 'ATECC608' as const), (left, right, part) => {
        const differing = Array.from({ length: 128 }, (_, i) => i).filter((i) => left[i] !== right[i]);
        expect(diffConfig(left, right, part).flatMap((difference) => difference.bytes)).toEqual(differing);
      }),
    );
  });
});

describe('read-back', () => {
  it('bytes compared: 16 to 51 and 90 to 127, on the 608 also 68 to 83 (config-zone.md 4)', () => {
    for (let offset = 0; offset < 128; offset += 1) {
      const both = (offset >= 16 && offset <= 51) || offset >= 90;
      expect(readBackBytes('ATECC508A').includes(offset)).toBe(both);
      expect(readBackBytes('ATECC608').includes(offset)).toBe(both || (offset >= 68 && offset <= 83));
      expect(writableBytes.includes(offset)).toBe((offset >= 16 && offset <= 83) || offset >= 88);
    }
  });

  it('identity, counters, single uses and lock bytes are no difference', () => {
    const used = patched(written, { 52: 0x7f, 68: 0x7f, 84: 0x01, 86: 0x00, 87: 0x00 });
    expect(compareReadBack(image, used, 'ATECC508A', 'before-config-lock')).toEqual({ same: true, differences: [] });
  });

  it('each compared byte counts', () => {
    for (const part of ['ATECC508A', 'ATECC608'] as const) {
      for (const offset of readBackBytes(part)) {
        const chip = patched(written, { [offset]: (written[offset] ?? 0) ^ 0x01 });
        const { same, differences } = compareReadBack(image, chip, part, 'after-config-lock');
        expect(same).toBe(false);
        expect(differences.flatMap((difference) => difference.bytes)).toEqual([offset]);
      }
    }
  });

  it('before the config lock a slot that is locked without the image asking for it is a difference', () => {
    const chip = patched(written, { 89: 0xfb });
    const { same, differences } = compareReadBack(image, chip, 'ATECC508A', 'before-config-lock');
    expect(same).toBe(false);
    expect(differences.map((difference) => difference.field)).toEqual(['SlotLocked']);
    expect(differences[0]?.right.meaning).toBe('locked: 10');
    expect(compareReadBack(image, chip, 'ATECC508A', 'after-config-lock').same).toBe(true);
  });

  it('a slot that the image locks on purpose must be locked, before and after', () => {
    const locking = patched(image, { 88: 0xdf });
    expect(compareReadBack(locking, patched(written, { 88: 0xdf }), 'ATECC508A', 'before-config-lock').same).toBe(true);
    expect(compareReadBack(locking, patched(written, { 88: 0x5f }), 'ATECC508A', 'after-config-lock').same).toBe(true);
    expect(compareReadBack(locking, written, 'ATECC508A', 'before-config-lock').same).toBe(false);
    expect(compareReadBack(locking, written, 'ATECC508A', 'after-config-lock').same).toBe(false);
  });

  it('differences come in the order of their bytes', () => {
    const chip = patched(written, { 18: 0x55, 88: 0xfe, 127: 0x10 });
    const { differences } = compareReadBack(image, chip, 'ATECC508A', 'before-config-lock');
    expect(differences.map((difference) => difference.field)).toEqual(['OTPmode', 'SlotLocked', 'KeyConfig[15]']);
  });
});
