import { describe, expect, it } from 'vitest';
import {
  configFields,
  configTable,
  decodeConfig,
  presetImage,
  renderConfig,
} from '../../../src-shared/atecc/config/index.ts';
import { toHex } from '../../../src-shared/base/bytes.ts';
import { defaultWith } from './patch.ts';

describe('tables', () => {
  it.each(['ATECC508A', 'ATECC608'] as const)('the fields of the %s are its 128 bytes, none twice', (part) => {
    let next = 0;
    for (const field of configFields(part)) {
      expect(field.offset).toBe(next);
      next = field.offset + field.length;
    }
    expect(next).toBe(128);
  });

  it('who may change which bytes', () => {
    const bytes = (access: string): number[] =>
      configFields('ATECC608')
        .filter((field) => field.access === access)
        .flatMap((field) => Array.from({ length: field.length }, (_, i) => field.offset + i));
    expect(bytes('factory')).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(bytes('update-extra')).toEqual([84, 85]);
    expect(bytes('lock')).toEqual([86, 87, 88, 89]);
  });

  it('a row holds the bytes of its field and what they mean on this part', () => {
    const image = presetImage('library-test-608');
    const row = (part: 'ATECC508A' | 'ATECC608', name: string) =>
      configTable(decodeConfig(image, part)).fields.find((entry) => entry.name === name);
    expect(row('ATECC608', 'CountMatch')).toMatchObject({
      offset: 18,
      length: 1,
      hex: 'A1',
      meaning: 'counter 0 limited by the value in slot 10',
    });
    expect(row('ATECC508A', 'OTPmode')).toMatchObject({ offset: 18, hex: 'A1', meaning: 'reserved value' });
    expect(row('ATECC508A', 'CountMatch')).toBeUndefined();
    expect(row('ATECC608', 'SecureBoot')?.meaning).toBe(
      'mode 3, signature or digest in slot 12, public key in slot 11',
    );
    expect(row('ATECC608', 'RevNum')?.meaning).toBe('ATECC608');
    const all = configTable(decodeConfig(image, 'ATECC608'));
    const slotHex = all.slots.map((slot) => slot.slotConfig).length;
    expect(all.fields.map((entry) => entry.hex).join('').length / 2 + 4 * slotHex).toBe(128);
  });

  it('bytes that are not what a field may hold are shown as such', () => {
    const words = (
      patch: Record<number, number>,
      name: string,
      part: 'ATECC508A' | 'ATECC608' = 'ATECC508A',
    ): string | undefined =>
      configTable(decodeConfig(defaultWith(part, patch), part)).fields.find((entry) => entry.name === name)?.meaning;
    expect(words({ 52: 0xfe }, 'Counter[0]')).toBe('not a count');
    expect(words({ 60: 0x7f }, 'Counter[1]')).toBe('count 1');
    expect(words({ 87: 0x12 }, 'LockConfig')).toBe('configuration 12 is neither 55 nor 00');
    expect(words({ 88: 0xfb }, 'SlotLocked')).toBe('locked: 2');
    expect(words({ 68: 0x3f }, 'LastKeyUse')).toBe('126 single uses of slot 15 left');
    expect(words({ 92: 0x21 }, 'X509format[0]')).toBe('template of 2 SHA blocks, public key in block 1');
    expect(words({ 19: 0x31 }, 'ChipMode', 'ATECC608')).toContain('clock divider 06 (unknown)');
    expect(words({ 16: 0xb1 }, 'I2C_Address')).toBe('answers at B0');
  });

  it('the text of the default image', () => {
    const lines = renderConfig(presetImage('provisioning-2015'), 'ATECC508A').split('\n');
    expect(lines[0]).toBe('ATECC508A configuration zone');
    expect(lines).toContain('16     I2C_Address    C0                                answers at C0');
    expect(lines).toContain('18     OTPmode        AA                                OTP read-only');
    expect(lines.find((line) => /^slot /.test(line))).toMatch(
      /^slot {2}SlotConfig {2}KeyConfig {2}holds +use +write after lock +flags$/,
    );
    expect(lines.find((line) => /^0 {5}208F/.test(line))).toMatch(
      /^0 {5}208F {8}0033 {7}private key P-256 +sign external, sign internal, ECDH into slot 1; public key readable +GenKey +lockable$/,
    );
    expect(lines.find((line) => /^1 {5}44C4/.test(line))).toMatch(
      /data or SHA key +secret, read encrypted under slot 4 +encrypted under slot 4 +random nonce required$/,
    );
    expect(lines.every((line) => line === line.trimEnd())).toBe(true);
  });

  it('every slot line carries its two words', () => {
    const image = presetImage('tng-tls');
    const text = renderConfig(image, 'ATECC608');
    for (let slot = 0; slot < 16; slot += 1) {
      const word = (offset: number): string => toHex(image.slice(offset, offset + 2).reverse());
      expect(text).toMatch(new RegExp(`\n${slot} +${word(20 + 2 * slot)} +${word(96 + 2 * slot)} `));
    }
  });
});
