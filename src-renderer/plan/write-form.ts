import type { TFunction } from 'i18next';
import type { DataSource, DataWrite } from '../../src-shared/model/plan.ts';
import { slotBytes } from '../../src-shared/model/slot-fields.ts';
import { parseHex } from './draft.ts';

export const sourceKinds = ['bytes', 'file', 'csv', 'random', 'diversified'] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** A data write as its form holds it: every field as text. */
export interface WriteForm {
  readonly zone: 'data' | 'otp';
  readonly slot: number;
  readonly offset: string;
  readonly label: string;
  readonly kind: SourceKind;
  readonly hex: string;
  readonly path: string;
  readonly sha256: string;
  readonly key: 'serial' | 'unit';
  readonly keyColumn: string;
  readonly column: string;
  readonly length: string;
  readonly sink: string;
  readonly secretFrom: 'file' | 'prompt';
  readonly secretName: string;
  readonly checkValue: string;
  readonly info: string;
}

const empty: WriteForm = {
  zone: 'data',
  slot: 8,
  offset: '0',
  label: '',
  kind: 'bytes',
  hex: '',
  path: '',
  sha256: '',
  key: 'serial',
  keyColumn: 'serial',
  column: '',
  length: '32',
  sink: '',
  secretFrom: 'file',
  secretName: '',
  checkValue: '',
  info: '',
};

/** The form of a write; of nothing, for a new one. */
export function toForm(write: DataWrite | null): WriteForm {
  if (write === null) return empty;
  const base: WriteForm = {
    ...empty,
    zone: write.zone,
    slot: write.slot,
    offset: String(write.offset),
    label: write.label,
    kind: write.source.kind,
  };
  const { source } = write;
  switch (source.kind) {
    case 'bytes':
      return { ...base, hex: source.hex };
    case 'file':
      return { ...base, path: source.path, sha256: source.sha256 };
    case 'csv':
      return { ...base, path: source.path, key: source.key, keyColumn: source.keyColumn, column: source.column };
    case 'random':
      return { ...base, length: String(source.length), sink: source.sink ?? '' };
    case 'diversified':
      return {
        ...base,
        secretFrom: source.secret.from,
        secretName: source.secret.from === 'file' ? source.secret.path : source.secret.name,
        checkValue: source.checkValue,
        info: source.info,
        length: String(source.length),
      };
  }
}

export type WriteFault =
  | 'offset'
  | 'hex'
  | 'path'
  | 'sha256'
  | 'column'
  | 'length'
  | 'secret'
  | 'checkValue'
  | 'tooLong';

const zoneBytes = (form: WriteForm): number => (form.zone === 'otp' ? 64 : slotBytes(form.slot));

const whole = (text: string): number | undefined => (/^\d{1,4}$/.test(text.trim()) ? Number(text) : undefined);

/** The write of a form, or what is wrong with it. */
export function fromForm(
  form: WriteForm,
): { readonly ok: true; readonly write: DataWrite } | { readonly ok: false; readonly faults: readonly WriteFault[] } {
  const faults: WriteFault[] = [];
  const offset = whole(form.offset);
  if (offset === undefined || offset >= zoneBytes(form)) faults.push('offset');
  const source = sourceOf(form, faults);
  if (source !== undefined && offset !== undefined) {
    const length = source.kind === 'bytes' ? source.hex.length / 2 : 'length' in source ? source.length : 0;
    if (offset + length > zoneBytes(form)) faults.push('tooLong');
  }
  if (source === undefined || offset === undefined || faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    write: { zone: form.zone, slot: form.zone === 'otp' ? 0 : form.slot, offset, label: form.label.trim(), source },
  };
}

function sourceOf(form: WriteForm, faults: WriteFault[]): DataSource | undefined {
  const length = whole(form.length);
  const path = form.path.trim();
  switch (form.kind) {
    case 'bytes': {
      const hex = parseHex(form.hex);
      if (hex === undefined || hex === '') {
        faults.push('hex');
        return undefined;
      }
      return { kind: 'bytes', hex };
    }
    case 'file': {
      const sha256 = parseHex(form.sha256);
      if (path === '') faults.push('path');
      if (sha256?.length !== 64) faults.push('sha256');
      return sha256 === undefined ? undefined : { kind: 'file', path, sha256 };
    }
    case 'csv':
      if (path === '') faults.push('path');
      if (form.keyColumn.trim() === '' || form.column.trim() === '') faults.push('column');
      return { kind: 'csv', path, key: form.key, keyColumn: form.keyColumn.trim(), column: form.column.trim() };
    case 'random':
      if (length === undefined || length < 1 || length > 416) {
        faults.push('length');
        return undefined;
      }
      return form.sink.trim() === '' ? { kind: 'random', length } : { kind: 'random', length, sink: form.sink.trim() };
    case 'diversified': {
      const checkValue = parseHex(form.checkValue);
      const name = form.secretName.trim();
      if (name === '') faults.push('secret');
      if (checkValue?.length !== 16) faults.push('checkValue');
      if (length === undefined || length < 1 || length > 64) {
        faults.push('length');
        return undefined;
      }
      if (checkValue === undefined) return undefined;
      return {
        kind: 'diversified',
        secret: form.secretFrom === 'file' ? { from: 'file', path: name } : { from: 'prompt', name },
        checkValue,
        info: form.info,
        length,
      };
    }
  }
}

/** A data source in a few words. */
export function describeSource(source: DataSource, t: TFunction): string {
  switch (source.kind) {
    case 'bytes':
      return t('writeSource.bytes', { count: source.hex.length / 2, start: source.hex.slice(0, 32) });
    case 'file':
      return t('writeSource.file', { path: source.path });
    case 'csv':
      return t('writeSource.csv', { path: source.path, column: source.column });
    case 'random':
      return t('writeSource.random', { count: source.length });
    case 'diversified':
      return t('writeSource.diversified', { count: source.length });
  }
}
