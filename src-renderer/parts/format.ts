import type { Language } from '../../src-shared/model/sentences.ts';

/** How numbers, times and dates are written on every screen. */
const narrowSpace = '\u202f';

/** "18 442", "1,91" (German) or "1.91". */
export function formatNumber(value: number, language: Language, decimals = 0): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, narrowSpace) : whole;
  const sign = value < 0 ? '−' : '';
  return `${sign}${grouped}${fraction === undefined ? '' : `${language === 'de' ? ',' : '.'}${fraction}`}`;
}

/** "252 ms" below a second, "1.91 s" below a minute, "2:05 min" from there. */
export function formatDuration(ms: number, language: Language): string {
  const rounded = Math.round(ms);
  if (rounded < 1000) return `${rounded} ms`;
  if (rounded < 59_995) return `${formatNumber(ms / 1000, language, 2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
}

/** A running time with one decimal and no jitter of units: "0.6 s", "83.2 s". */
export function formatElapsed(ms: number, language: Language): string {
  return `${formatNumber(Math.floor(Math.max(0, ms) / 100) / 10, language, 1)} s`;
}

/** What is left of a delay: "0:18". */
export function formatCountdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** "14:31:58" of the station's own time zone; the text itself when it is no time. */
export function formatClock(when: number | string): string {
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return String(when);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** "Fri 20 Nov 2026", "Fr., 20. Nov. 2026". */
export function formatDay(when: number | string, language: Language): string {
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return String(when);
  return new Intl.DateTimeFormat(language === 'de' ? 'de-DE' : 'en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  })
    .format(date)
    .replace(/^(\w+), (\d)/, '$1 $2');
}

/** "20 Nov 2026", "20.11.2026"; certificates without an end (31 Dec 9999) give undefined. */
export function formatDate(when: string, language: Language): string | undefined {
  if (when === '' || when.startsWith('9999')) return undefined;
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return when;
  return new Intl.DateTimeFormat(language === 'de' ? 'de-DE' : 'en-GB', {
    day: language === 'de' ? '2-digit' : 'numeric',
    month: language === 'de' ? '2-digit' : 'short',
    year: 'numeric',
  }).format(date);
}

/** "20 Nov", "20.11." of "2026-11-20": for the axis of a chart. */
export function formatAxisDay(day: string, language: Language): string {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  if (language === 'de') return `${two(date)}.${two(month)}.`;
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(new Date(year, month - 1, date));
}

/** "2026-11-20 14:31:58" in the station's time zone, for tables. */
export function formatStamp(when: string): string {
  const date = new Date(when);
  if (Number.isNaN(date.getTime())) return when;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(when)}`;
}

/** A part of a whole in per cent, one decimal: "98.6 %". */
export function formatShare(part: number, whole: number, language: Language): string {
  if (whole === 0) return '–';
  return `${formatNumber((100 * part) / whole, language, 1)} %`;
}

/** Pairs of hex digits: "0123" -> ["01", "23"]. */
export function hexPairs(hex: string): readonly string[] {
  return hex.match(/../g) ?? [];
}

/** The six bytes of a nine-byte serial number that differ between chips, for tiles. */
export function distinctPairs(serialNumber: string): readonly string[] {
  const pairs = hexPairs(serialNumber);
  return pairs.length === 9 ? pairs.slice(2, 8) : pairs;
}
