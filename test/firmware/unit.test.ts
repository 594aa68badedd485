import { describe, expect, test } from 'vitest';
import { make, need } from './build.ts';

describe('make -C firmware', () => {
  test('unit tests under sanitizers pass, and cover the core', { timeout: 300_000 }, () => {
    const output = make('test');
    const last = output.trim().split('\n').at(-1) ?? '';
    expect(last).toMatch(/^\d+ passed, 0 failed$/);
    expect(Number(/^\d+/.exec(last)?.[0])).toBeGreaterThan(100);
    for (const file of ['atecc_chip.c', 'atecc_crc.c', 'atecc_time.c', 'kit_bus.c', 'kit_host.c', 'kit_text.c']) {
      const shares = new RegExp(`^coverage ${file} +lines +([\\d.]+) %.*branches +([\\d.]+) %`, 'm').exec(output);
      expect(Number(shares?.[1]), `${file} lines`).toBeGreaterThanOrEqual(95);
      expect(Number(shares?.[2]), `${file} branches`).toBeGreaterThanOrEqual(95);
    }
  });

  test('all ports build without a warning, and fit', { timeout: 300_000 }, () => {
    need('arm-none-eabi-gcc');
    const output = make('all');
    for (const port of ['microbit', 'samd21']) {
      const [, flash, ram] =
        new RegExp(`^size ${port} +flash +(\\d+) bytes, RAM +(\\d+) bytes`, 'm').exec(output) ?? [];
      expect(Number(flash)).toBeGreaterThan(1000);
      expect(Number(flash)).toBeLessThan(16_384);
      expect(Number(ram)).toBeLessThan(4096);
      const [, depth] = new RegExp(`^stack ${port} +(\\d+) bytes at most`, 'm').exec(output) ?? [];
      expect(Number(depth)).toBeLessThan(2048);
    }
  });
});
