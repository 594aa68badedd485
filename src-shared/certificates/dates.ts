import { byteAt, readU32be, toHex, u32be, utf8 } from '../base/bytes.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { type DateFormat, dateFormat } from './definition.ts';
import { attempt, type CertificateFault, refuse } from './faults.ts';

/** A moment in UTC; month and day count from 1. Values read from outside may be out of range: see `isCalendarDate`. */
export interface CertificateDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Bytes of a date in each format (compressed-certificates.md 3). */
export const dateLength: Readonly<Record<DateFormat, number>> = { 0: 20, 1: 13, 2: 4, 3: 4, 4: 15 };

/** How the text formats are made: `y` two or four digits of the year, then the fields in order, other characters fixed. */
const textLayouts: Readonly<Record<0 | 1 | 4, string>> = {
  0: 'yyyy-MM-ddThh:mm:ssZ',
  1: 'yyMMddhhmmssZ',
  4: 'yyyyMMddhhmmssZ',
};

/** The latest date a format can hold; it stands for "never expires" (expire years 0). */
export function maximumDate(format: DateFormat): CertificateDate {
  switch (format) {
    case dateFormat.ISO8601_SEP:
    case dateFormat.RFC5280_GEN:
      return { year: 9999, month: 12, day: 31, hour: 23, minute: 59, second: 59 };
    case dateFormat.RFC5280_UTC:
      return { year: 2049, month: 12, day: 31, hour: 23, minute: 59, second: 59 };
    case dateFormat.POSIX_BE:
    case dateFormat.POSIX_LE:
      return { year: 2106, month: 2, day: 7, hour: 6, minute: 28, second: 15 };
  }
}

/**
 * The bytes of a date in a format; 'invalid-date' when the format cannot express it. UTCTime covers 1950..2049.
 * The text formats take any day 1..31 (as the reference library does: its readers must agree with us).
 * The POSIX formats have two gaps of cryptoauthlib 3.7 that we share, because a certificate that its hosts cannot
 * rebuild is worth nothing: the last day of every month, and the very last second (2106-02-07 06:28:15).
 */
export function formatDate(format: DateFormat, date: CertificateDate): Result<Uint8Array, CertificateFault> {
  return attempt(() => {
    switch (format) {
      case dateFormat.POSIX_BE:
        return u32be(posixSeconds(date));
      case dateFormat.POSIX_LE:
        return u32be(posixSeconds(date)).reverse();
      default:
        return textDate(format, date);
    }
  });
}

/** A date text that could not be read: `readSoFar` holds the fields before the fault, as cryptoauthlib leaves them. */
export interface DateFault extends CertificateFault {
  readonly kind: 'decoding';
  readonly readSoFar: CertificateDate;
}

/**
 * The date of its bytes. Only the shape is checked (digits, separators, Z), not the calendar: "150230001215Z" is read
 * as 30 February, as the reference library does; ask `isCalendarDate` where it matters. Longer input is cut.
 */
export function parseDate(format: DateFormat, bytes: Uint8Array): Result<CertificateDate, DateFault> {
  if (bytes.length < dateLength[format]) {
    return fail({
      kind: 'decoding',
      reason: `a date of format ${format} has ${dateLength[format]} bytes`,
      readSoFar: blank,
    });
  }
  switch (format) {
    case dateFormat.POSIX_BE:
      return ok(dateFromUnixSeconds(readU32be(bytes, 0)));
    case dateFormat.POSIX_LE:
      return ok(dateFromUnixSeconds(readU32be(bytes.slice(0, 4).reverse(), 0)));
    default:
      return parseTextDate(format, bytes);
  }
}

/** Whether a day with this number exists: month 1..12, day within the month, time within the day. */
export function isCalendarDate(date: CertificateDate): boolean {
  const whole = [date.year, date.month, date.day, date.hour, date.minute, date.second].every(Number.isInteger);
  return (
    whole &&
    date.year >= 0 &&
    date.year <= 9999 &&
    date.month >= 1 &&
    date.month <= 12 &&
    date.day >= 1 &&
    date.day <= daysInMonth(date.year, date.month) &&
    date.hour >= 0 &&
    date.hour <= 23 &&
    date.minute >= 0 &&
    date.minute <= 59 &&
    date.second >= 0 &&
    date.second <= 59
  );
}

/** Gregorian leap years. */
export function isLeapYear(year: number): boolean {
  return year % 400 === 0 || (year % 4 === 0 && year % 100 !== 0);
}

/** Days of a month 1..12. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Negative, zero or positive as `a` is before, equal to or after `b`. */
export function compareDates(a: CertificateDate, b: CertificateDate): number {
  return (
    a.year - b.year ||
    a.month - b.month ||
    a.day - b.day ||
    a.hour - b.hour ||
    a.minute - b.minute ||
    a.second - b.second
  );
}

/** The expiry that belongs to an issue date: same month, day and hour `expireYears` later; 0 = the format's maximum. */
export function expiryOf(issue: CertificateDate, expireYears: number, expireFormat: DateFormat): CertificateDate {
  if (expireYears === 0) return maximumDate(expireFormat);
  return { ...issue, year: issue.year + expireYears };
}

/** "2021-06-15T13:00:00Z", for logs and screens. */
export function dateText(date: CertificateDate): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`;
  return `${day}T${two(date.hour)}:${two(date.minute)}:${two(date.second)}Z`;
}

/** Days from 1970-01-01 to the first day of a year, Gregorian. */
function daysBeforeYear(year: number): number {
  const leapDays = (y: number): number => Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return (year - 1970) * 365 + leapDays(year - 1) - leapDays(1969);
}

/** Seconds since 1970-01-01T00:00:00Z of a calendar date; negative before. */
export function unixSeconds(date: CertificateDate): number {
  let days = daysBeforeYear(date.year) + date.day - 1;
  for (let month = 1; month < date.month; month += 1) days += daysInMonth(date.year, month);
  return ((days * 24 + date.hour) * 60 + date.minute) * 60 + date.second;
}

/** The date of seconds since 1970-01-01T00:00:00Z (any integer from year 0 on). */
export function dateFromUnixSeconds(seconds: number): CertificateDate {
  const days = Math.floor(seconds / 86_400);
  const inDay = seconds - days * 86_400;
  let year = 1970 + Math.floor(days / 365.2425);
  while (daysBeforeYear(year) > days) year -= 1;
  while (daysBeforeYear(year + 1) <= days) year += 1;
  let rest = days - daysBeforeYear(year);
  let month = 1;
  while (rest >= daysInMonth(year, month)) {
    rest -= daysInMonth(year, month);
    month += 1;
  }
  const hour = Math.floor(inDay / 3600);
  const minute = Math.floor((inDay % 3600) / 60);
  return { year, month, day: rest + 1, hour, minute, second: inDay % 60 };
}

const blank: CertificateDate = { year: 1900, month: 1, day: 0, hour: 0, minute: 0, second: 0 };

function checkFields(date: CertificateDate): void {
  const fields: readonly (readonly [string, number, number, number])[] = [
    ['month', date.month, 1, 12],
    ['day', date.day, 1, 31],
    ['hour', date.hour, 0, 23],
    ['minute', date.minute, 0, 59],
    ['second', date.second, 0, 59],
  ];
  for (const [name, value, min, max] of fields) {
    if (!Number.isInteger(value) || value < min || value > max) {
      refuse('invalid-date', `${name} ${value} is not within ${min}..${max}`);
    }
  }
}

function textDate(format: 0 | 1 | 4, date: CertificateDate): Uint8Array {
  const [first, last] = format === dateFormat.RFC5280_UTC ? [1950, 2049] : [0, 9999];
  if (!Number.isInteger(date.year) || date.year < first || date.year > last) {
    refuse('invalid-date', `year ${date.year} is not within ${first}..${last}`);
  }
  checkFields(date);
  const digits = (value: number, width: number): string => String(value).padStart(width, '0').slice(-width);
  const text = textLayouts[format].replace(/y+|MM|dd|hh|mm|ss/g, (field) => {
    switch (field) {
      case 'MM':
        return digits(date.month, 2);
      case 'dd':
        return digits(date.day, 2);
      case 'hh':
        return digits(date.hour, 2);
      case 'mm':
        return digits(date.minute, 2);
      case 'ss':
        return digits(date.second, 2);
      default:
        return digits(date.year, field.length);
    }
  });
  return utf8(text);
}

function posixSeconds(date: CertificateDate): number {
  if (!Number.isInteger(date.year) || date.year < 1970 || date.year > 2106) {
    refuse('invalid-date', `year ${date.year} is not within 1970..2106`);
  }
  checkFields(date);
  if (date.day >= daysInMonth(date.year, date.month)) {
    refuse('invalid-date', 'the POSIX formats of the reference library cannot write the last day of a month');
  }
  const seconds = unixSeconds(date);
  if (seconds >= 0xffffffff) refuse('invalid-date', 'later than POSIX seconds of 32 bits can say');
  return seconds;
}

type DateField = keyof CertificateDate;
const layoutFields: Readonly<Record<string, DateField>> = {
  y: 'year',
  M: 'month',
  d: 'day',
  h: 'hour',
  m: 'minute',
  s: 'second',
};

function parseTextDate(format: 0 | 1 | 4, bytes: Uint8Array): Result<CertificateDate, DateFault> {
  const readSoFar: { -readonly [field in DateField]: number } = { ...blank };
  const layout = textLayouts[format];
  let at = 0;
  while (at < layout.length) {
    const letter = layout.charAt(at);
    const field = layoutFields[letter];
    if (field === undefined) {
      if (byteAt(bytes, at) !== letter.charCodeAt(0)) {
        return fail({ kind: 'decoding', reason: `'${letter}' expected at position ${at}`, readSoFar });
      }
      at += 1;
      continue;
    }
    let width = 1;
    while (layout.charAt(at + width) === letter) width += 1;
    const number = readDigits(bytes, at, width);
    if (number === undefined) return fail({ kind: 'decoding', reason: `digits expected at position ${at}`, readSoFar });
    readSoFar[field] = number;
    if (field === 'year' && width === 2) readSoFar.year += number < 50 ? 2000 : 1900;
    at += width;
  }
  return ok(readSoFar);
}

/** The number of so many decimal digits; undefined when one of them is none. */
function readDigits(bytes: Uint8Array, at: number, width: number): number | undefined {
  let value = 0;
  for (let i = 0; i < width; i += 1) {
    const digit = byteAt(bytes, at + i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = 10 * value + digit;
  }
  return value;
}

/** The text of an encoded date as far as it is one; hex for the POSIX formats. For display. */
export function encodedDateText(format: DateFormat, bytes: Uint8Array): string {
  return format === dateFormat.POSIX_BE || format === dateFormat.POSIX_LE
    ? toHex(bytes)
    : String.fromCharCode(...bytes.slice(0, dateLength[format]));
}

/** UTC fields of a moment, as certificates count it. */
export function certificateDate(moment: Date): CertificateDate {
  return {
    year: moment.getUTCFullYear(),
    month: moment.getUTCMonth() + 1,
    day: moment.getUTCDate(),
    hour: moment.getUTCHours(),
    minute: moment.getUTCMinutes(),
    second: moment.getUTCSeconds(),
  };
}
