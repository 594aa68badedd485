import { describe, expect, it } from 'vitest';
import {
  configPreset,
  configPresets,
  defaultImage,
  defaultPresets,
  diffConfig,
  fittingParts,
  type PresetId,
  presetImage,
} from '../../../src-shared/atecc/config/index.ts';
import { crc16 } from '../../../src-shared/atecc/crc.ts';
import { type Patch, patched } from './patch.ts';

const openLocks = { 84: 0, 85: 0, 86: 0x55, 87: 0x55 };

describe('published images', () => {
  it.each(configPresets)('$id has 128 bytes, a source, and fits its part only', ({ id, part, source, name }) => {
    expect(presetImage(id)).toHaveLength(128);
    expect(fittingParts(presetImage(id))).toEqual([part]);
    expect(source).toMatch(/(config-zone|signer-and-server)\.md \d/);
    expect(name).not.toBe('');
  });

  it('their lock CRCs are the published ones (config-zone.md 6 and 7.6)', () => {
    const crc = (id: PresetId, patch: Patch = {}): number => crc16(patched(presetImage(id), patch));
    expect(crc('library-test-508', openLocks)).toBe(0x02d0);
    expect(crc('library-test-608', openLocks)).toBe(0x06b7);
    expect(crc('standard-tls-508', openLocks)).toBe(0x1501);
    expect(crc('standard-tls-608', openLocks)).toBe(0x2958);
    expect(crc('arduino-eccx08')).toBe(0x063e);
    expect(crc('factory-608b')).toBe(0x8443);
  });

  it('the default of each part is for that part', () => {
    for (const part of ['ATECC508A', 'ATECC608'] as const) {
      expect(configPreset(defaultPresets[part])?.part).toBe(part);
      expect(fittingParts(defaultImage(part))).toEqual([part]);
    }
    expect(defaultPresets).toEqual({ ATECC508A: 'provisioning-2015', ATECC608: 'standard-tls-608' });
  });

  it('relatives differ from the default of the 508A in what the page says', () => {
    const fields = (id: PresetId): string[] =>
      diffConfig(defaultImage('ATECC508A'), presetImage(id), 'ATECC508A').map((entry) => entry.field);
    expect(fields('w25-example')).toEqual([
      'OTPmode',
      'SlotConfig[7]',
      'KeyConfig[1]',
      'KeyConfig[3]',
      'KeyConfig[14]',
    ]);
    expect(fields('w25-test')).toEqual([
      'OTPmode',
      'SlotConfig[0]',
      'SlotConfig[7]',
      'KeyConfig[1]',
      'KeyConfig[3]',
      'KeyConfig[14]',
    ]);
    const tflx = diffConfig(presetImage('tng-tls'), presetImage('tflx-tls'), 'ATECC608').map((entry) => entry.field);
    expect(tflx).toEqual([
      'I2C_Address',
      'SlotConfig[10]',
      'SlotConfig[11]',
      'SlotConfig[12]',
      'KeyConfig[10]',
      'KeyConfig[11]',
      'KeyConfig[12]',
    ]);
  });

  it('an image is a fresh copy every time, and an unknown id is none', () => {
    presetImage('asd1-signer').fill(0);
    expect(presetImage('asd1-signer')[16]).toBe(0xc0);
    expect(configPreset('toString')).toBeUndefined();
    expect(configPreset('nothing')).toBeUndefined();
  });
});
