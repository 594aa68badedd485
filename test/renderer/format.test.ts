import { describe, expect, it } from 'vitest';
import {
  distinctPairs,
  formatClock,
  formatCountdown,
  formatDate,
  formatDay,
  formatDuration,
  formatElapsed,
  formatNumber,
  formatShare,
  formatStamp,
  hexPairs,
} from '../../src-renderer/parts/format.ts';

const gap = '\u202f';

describe('numbers', () => {
  it('group from five digits on, with a narrow gap in both languages', () => {
    expect(formatNumber(1684, 'en')).toBe('1684');
    expect(formatNumber(18442, 'en')).toBe(`18${gap}442`);
    expect(formatNumber(1048912, 'de')).toBe(`1${gap}048${gap}912`);
    expect(formatNumber(-12345.678, 'de', 2)).toBe(`−12${gap}345,68`);
    expect(formatNumber(1.005, 'en', 1)).toBe('1.0');
  });

  it('shares of nothing are not a number', () => {
    expect(formatShare(0, 0, 'en')).toBe('–');
    expect(formatShare(1661, 1684, 'en')).toBe('98.6 %');
    expect(formatShare(1661, 1684, 'de')).toBe('98,6 %');
  });
});

describe('durations', () => {
  it('are milliseconds, seconds or minutes, and never 60 seconds', () => {
    expect(formatDuration(251.6, 'en')).toBe('252 ms');
    expect(formatDuration(999.6, 'en')).toBe('1.00 s');
    expect(formatDuration(1893, 'de')).toBe('1,89 s');
    expect(formatDuration(59_994, 'en')).toBe('59.99 s');
    expect(formatDuration(59_999, 'en')).toBe('1:00 min');
    expect(formatDuration(125_000, 'en')).toBe('2:05 min');
  });

  it('a running time is cut, not rounded: it never shows what has not passed', () => {
    expect(formatElapsed(649, 'en')).toBe('0.6 s');
    expect(formatElapsed(699.9, 'de')).toBe('0,6 s');
    expect(formatElapsed(-5, 'en')).toBe('0.0 s');
  });

  it('a delay counts down to 0:00 and is rounded up', () => {
    expect(formatCountdown(18_000)).toBe('0:18');
    expect(formatCountdown(17_001)).toBe('0:18');
    expect(formatCountdown(61_000)).toBe('1:01');
    expect(formatCountdown(-1)).toBe('0:00');
  });
});

describe('times', () => {
  const when = new Date(2026, 10, 20, 14, 31, 58).toISOString();

  it('stand in the station’s own zone', () => {
    expect(formatClock(when)).toBe('14:31:58');
    expect(formatStamp(when)).toBe('2026-11-20 14:31:58');
    expect(formatDay(when, 'en')).toBe('Fri 20 Nov 2026');
    expect(formatDay(when, 'de')).toContain('20. Nov');
  });

  it('a certificate without an end has no date; what is no time stays as it is', () => {
    expect(formatDate('9999-12-31T23:59:59.000Z', 'en')).toBeUndefined();
    expect(formatDate('', 'en')).toBeUndefined();
    expect(formatDate('2031-12-31T12:00:00.000Z', 'en')).toBe('31 Dec 2031');
    expect(formatDate('2031-12-31T12:00:00.000Z', 'de')).toBe('31.12.2031');
    expect(formatStamp('soon')).toBe('soon');
    expect(formatClock('soon')).toBe('soon');
  });
});

describe('serial numbers', () => {
  it('are pairs; tiles show the six bytes that differ', () => {
    expect(hexPairs('01234038D92CA571EE')).toHaveLength(9);
    expect(distinctPairs('01234038D92CA571EE').join(' ')).toBe('40 38 D9 2C A5 71');
    expect(distinctPairs('ABCD')).toEqual(['AB', 'CD']);
    expect(hexPairs('')).toEqual([]);
  });
});
