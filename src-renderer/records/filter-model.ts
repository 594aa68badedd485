import type { CallInput, LogFilter } from '../../src-shared/ipc/contract.ts';

/** What the filter bar holds: as typed, with the time as a choice. */
export interface FilterForm {
  readonly span: Span;
  /** Local times as an input element has them: "2026-11-20T06:00". */
  readonly from: string;
  readonly to: string;
  readonly batch: string;
  readonly station: string;
  readonly signer: string;
  readonly outcome: Outcome;
  readonly serial: string;
  readonly text: string;
}

export const spans = ['all', 'hour', 'today', 'week', 'custom'] as const;
export type Span = (typeof spans)[number];

export const outcomes = ['all', 'signed', 'reissued', 'refused', 'failed', 'begun'] as const;
export type Outcome = (typeof outcomes)[number];

const results: Readonly<Record<Outcome, LogFilter['result']>> = {
  all: [],
  signed: ['SIGNED'],
  reissued: ['REISSUED'],
  refused: ['REFUSED'],
  failed: ['FAILED', 'TORN'],
  begun: ['START'],
};

export const emptyFilter: FilterForm = {
  span: 'all',
  from: '',
  to: '',
  batch: '',
  station: '',
  signer: '',
  outcome: 'all',
  serial: '',
  text: '',
};

/** What the archive is filtered by. Batch, station and outcome are facts of requests, not of certificates: they stay with the log. */
export const archiveFields = ['span', 'signer', 'serial', 'text'] as const satisfies readonly (keyof FilterForm)[];

/** Start of a span as ISO 8601 in UTC; "today" begins at midnight of the station's time zone. */
export function spanStart(span: Span, now: number): string {
  switch (span) {
    case 'hour':
      return new Date(now - 3_600_000).toISOString();
    case 'today': {
      const day = new Date(now);
      day.setHours(0, 0, 0, 0);
      return day.toISOString();
    }
    case 'week':
      return new Date(now - 7 * 86_400_000).toISOString();
    default:
      return '';
  }
}

/** Upper-case hex of what was typed, so that pasted serial numbers with spaces are found. */
export function serialPrefix(typed: string): string {
  return typed
    .replace(/[^0-9a-fA-F]/g, '')
    .toUpperCase()
    .slice(0, 18);
}

const instant = (local: string): string => {
  if (local === '') return '';
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
};

/** The filter of a call. */
export function toLogFilter(form: FilterForm, now: number): LogFilter {
  const custom = form.span === 'custom';
  return {
    from: custom ? instant(form.from) : spanStart(form.span, now),
    to: custom ? instant(form.to) : '',
    batch: form.batch.trim(),
    station: form.station.trim(),
    signer: form.signer,
    result: [...results[form.outcome]],
    serial: serialPrefix(form.serial),
    text: form.text.trim(),
  };
}

/** The filter of a call to the archive: what certificates have of a log's filter. */
export function toArchiveFilter({ from, to, signer, serial, text }: LogFilter): CallInput<'records.archive'>['filter'] {
  return { from, to, signer, serial, text };
}

/** Whether anything is filtered at all. */
export function isFiltered(form: FilterForm): boolean {
  return JSON.stringify(form) !== JSON.stringify(emptyFilter);
}
