import { describe, expect, it } from 'vitest';
import {
  type CommandName,
  clockDividerOf,
  executionTime,
  hasLongWatchdog,
  isCommandName,
  opcodes,
  type Part,
  partHasCommand,
  timing508,
  watchdogTime,
} from '../../src-shared/atecc/index.ts';

const names = Object.keys(opcodes).filter(isCommandName);
const parts: readonly Part[] = ['ATECC508A', 'ATECC608'];

describe('execution times (atecc-device.md 3)', () => {
  it.each([
    ['GenKey', 'ATECC508A', 'M0', 11, 115],
    ['Sign', 'ATECC508A', 'M0', 42, 60],
    ['Nonce', 'ATECC508A', 'M0', 0.1, 29],
    ['Info', 'ATECC508A', 'M0', 0.1, 2],
    ['Lock', 'ATECC508A', 'M0', 8, 32],
    ['GenKey', 'ATECC608', 'M0', 115, 115],
    ['GenKey', 'ATECC608', 'M1', 215, 215],
    ['GenKey', 'ATECC608', 'M2', 653, 653],
    ['SelfTest', 'ATECC608', 'M2', 2324, 2324],
    ['GenDig', 'ATECC608', 'M1', 35, 35],
    ['Write', 'ATECC608', 'M2', 45, 45],
  ] as const)('%s on %s at %s: %d and %d ms', (name, part, divider, typicalMs, maximumMs) => {
    expect(executionTime(name, part, divider)).toEqual({ typicalMs, maximumMs });
  });

  it('exist for exactly the commands that the part has', () => {
    for (const part of parts) {
      for (const name of names) {
        const times = (): unknown => executionTime(name, part, 'M0');
        if (partHasCommand(part, name)) expect(times).not.toThrow();
        else expect(times).toThrow(RangeError);
      }
    }
    expect(timing508('KDF')).toBeUndefined();
  });

  it('never promise less at the maximum than typically, nor get faster with a slower clock', () => {
    for (const part of parts) {
      for (const name of names.filter((candidate: CommandName) => partHasCommand(part, candidate))) {
        const [m0, m1, m2] = (['M0', 'M1', 'M2'] as const).map((divider) => executionTime(name, part, divider));
        expect(m0?.maximumMs).toBeGreaterThanOrEqual(m0?.typicalMs ?? 0);
        expect(m1?.maximumMs).toBeGreaterThanOrEqual(m0?.maximumMs ?? 0);
        expect(m2?.maximumMs).toBeGreaterThanOrEqual(m1?.maximumMs ?? 0);
      }
    }
  });
});

describe('ChipMode (config-zone.md 1)', () => {
  it.each([
    [0x00, 'M0', false],
    [0x28, 'M1', false],
    [0x68, 'M2', false],
    [0x2d, 'M1', true],
    [0x04, 'M0', true],
    [0x10, undefined, false],
  ] as const)('%i: divider %s, long watchdog %s', (chipMode, divider, long) => {
    expect(clockDividerOf(chipMode)).toBe(divider);
    expect(hasLongWatchdog(chipMode)).toBe(long);
  });

  it('watchdog budgets: 0.7 s is what a sequence may count on', () => {
    for (const part of parts) {
      expect(watchdogTime(part, false)).toEqual({ shortestMs: 700, nominalMs: 1300 });
      expect(watchdogTime(part, true).nominalMs).toBeGreaterThanOrEqual(10_000);
      expect(watchdogTime(part, true).shortestMs).toBeLessThan(10_000);
    }
  });
});
