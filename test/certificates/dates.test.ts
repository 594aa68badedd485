import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src-shared/base/bytes.ts';
import {
  type CertificateDate,
  compareDates,
  type DateFormat,
  dateFromUnixSeconds,
  dateLength,
  dateText,
  daysInMonth,
  formatDate,
  isCalendarDate,
  issueDates,
  maximumDate,
  parseDate,
  unixSeconds,
} from '../../src-shared/certificates/index.ts';
import { calendarDates } from './arbitraries.ts';

function at(text: string): CertificateDate {
  const [, year, month, day, hour, minute, second] = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)Z$/.exec(text) ?? [];
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
  };
}

describe('the five formats (compressed-certificates.md 3)', () => {
  it('read back what they write', () => {
    fc.assert(
      fc.property(fc.constantFrom<DateFormat>(0, 1, 2, 3, 4), calendarDates(1900, 2200), (format, date) => {
        const bytes = formatDate(format, date);
        if (!bytes.ok) {
          expect(bytes.failure.kind).toBe('invalid-date');
          return;
        }
        expect(bytes.value).toHaveLength(dateLength[format]);
        expect(parseDate(format, bytes.value)).toEqual({ ok: true, value: date });
      }),
      { numRuns: 500 },
    );
  });

  it('count seconds as the platform does', () => {
    fc.assert(
      fc.property(calendarDates(1, 9999), (date) => {
        const milliseconds = Date.parse(dateText(date));
        expect(unixSeconds(date)).toBe(milliseconds / 1000);
        expect(dateFromUnixSeconds(milliseconds / 1000)).toEqual(date);
      }),
      { numRuns: 300 },
    );
  });

  it('order dates as seconds do', () => {
    fc.assert(
      fc.property(calendarDates(1990, 2060), calendarDates(1990, 2060), (a, b) => {
        expect(Math.sign(compareDates(a, b))).toBe(Math.sign(unixSeconds(a) - unixSeconds(b)));
      }),
    );
  });

  it('cannot write the last day of a month in POSIX seconds, as the reference library cannot', () => {
    for (let month = 1; month <= 12; month += 1) {
      for (const year of [2023, 2024]) {
        const last = { year, month, day: daysInMonth(year, month), hour: 0, minute: 0, second: 0 };
        expect(formatDate(2, last).ok).toBe(false);
        expect(formatDate(2, { ...last, day: last.day - 1 }).ok).toBe(true);
      }
    }
  });

  it('hold their own maximum, but for POSIX', () => {
    for (const format of [0, 1, 4] as const) expect(formatDate(format, maximumDate(format)).ok).toBe(true);
    for (const format of [2, 3] as const) expect(formatDate(format, maximumDate(format)).ok).toBe(false);
    const last = { ...maximumDate(2), second: 14 };
    expect(formatDate(2, last)).toEqual({ ok: true, value: Uint8Array.of(0xff, 0xff, 0xff, 0xfe) });
  });

  it.each<[DateFormat, string]>([
    [1, '15073100121'],
    [1, '15X731001215Z'],
    [4, '20150731001215z'],
    [0, '2015-07-31T00:12-15Z'],
    [2, 'abc'],
  ])('format %i refuses %s', (format, text) => {
    const parsed = parseDate(format, utf8(text));
    expect(parsed.ok ? '' : parsed.failure.kind).toBe('decoding');
  });

  it('knows the calendar', () => {
    expect(isCalendarDate(at('2024-02-29T00:00:00Z'))).toBe(true);
    for (const text of [
      '2023-02-29T00:00:00Z',
      '2100-02-29T00:00:00Z',
      '2024-13-01T00:00:00Z',
      '2024-04-31T00:00:00Z',
      '2024-01-01T24:00:00Z',
      '2024-01-00T00:00:00Z',
    ]) {
      expect(isCalendarDate(at(text))).toBe(false);
    }
  });
});

describe('the issue date rule', () => {
  const ask = (text: string, expireYears: number, more: object = {}) =>
    issueDates({ asked: at(text), expireYears, expireFormat: 4, ...more });

  it('always gives dates that exist, on the hour, and that come back from the compressed form', () => {
    fc.assert(
      fc.property(calendarDates(2000, 2127), fc.integer({ min: 0, max: 127 }), (asked, expireYears) => {
        const dates = issueDates({ asked, expireYears, expireFormat: 4 });
        if (!dates.ok) throw new Error(dates.failure.reason);
        const { notBefore, notAfter, formatVersion } = dates.value;
        expect(isCalendarDate(notBefore) && isCalendarDate(notAfter)).toBe(true);
        expect([notBefore.minute, notBefore.second]).toEqual([0, 0]);
        expect(compareDates(notBefore, asked)).toBeLessThanOrEqual(0);
        if (expireYears > 0) expect(notAfter).toEqual({ ...notBefore, year: notBefore.year + expireYears });
        expect(formatVersion).toBe(notBefore.year > 2031 || expireYears > 31 ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  it('warns of format 1', () => {
    const [old, recent] = [ask('2031-12-31T23:59:59Z', 31), ask('2032-01-01T00:00:00Z', 1)];
    expect(old.ok && old.value.warning).toBeUndefined();
    expect(recent.ok && recent.value.warning).toContain('format 1');
  });

  it('refuses on 29 February what the signer is too young for', () => {
    const signerNotBefore = at('2028-02-29T08:00:00Z');
    expect(ask('2028-02-29T10:00:00Z', 10, { signerNotBefore }).ok).toBe(false);
    expect(ask('2028-02-29T10:00:00Z', 12, { signerNotBefore }).ok).toBe(true);
    expect(ask('2028-02-29T08:30:00Z', 12, { signerNotBefore: at('2028-02-29T08:15:00Z') }).ok).toBe(false);
  });

  it.each([
    ['1999-12-31T23:00:00Z', 1, 4],
    ['2128-01-01T00:00:00Z', 0, 4],
    ['2026-02-30T00:00:00Z', 1, 4],
    ['2026-01-01T00:00:00Z', 128, 4],
    ['2030-01-01T00:00:00Z', 20, 1],
    ['2050-01-01T00:00:00Z', 0, 1],
    ['2100-01-01T00:00:00Z', 7, 2],
  ] as const)('refuses %s + %i in format %i', (text, expireYears, expireFormat) => {
    const dates = ask(text, expireYears, { expireFormat });
    expect(dates.ok ? '' : dates.failure.kind).toBe('invalid-date');
  });

  it('takes UTCTime through the end of 2049', () => {
    const dates = ask('2029-12-31T23:59:59Z', 20, { expireFormat: 1, issueFormat: 1 });
    expect(dates.ok && dateText(dates.value.notAfter)).toBe('2049-12-31T23:00:00Z');
    expect(ask('2050-06-01T00:00:00Z', 1, { issueFormat: 1 }).ok).toBe(false);
  });
});
