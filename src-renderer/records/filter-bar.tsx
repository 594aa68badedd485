import { type ReactNode, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '../app/use-keys.ts';
import { Button } from '../parts/button.tsx';
import { useSlice } from '../stores/station-store.ts';
import { emptyFilter, type FilterForm, isFiltered, outcomes, spans } from './filter-model.ts';

/** The filters of Records; a set one is outlined in the working colour. */
export function FilterBar({
  form,
  onChange,
  only,
  textHint,
}: {
  readonly form: FilterForm;
  readonly onChange: (form: FilterForm) => void;
  /** Fields shown; all when absent. */
  readonly only?: readonly (keyof FilterForm)[];
  /** What free text is looked for in; the log's when absent. */
  readonly textHint?: string;
}) {
  const { t } = useTranslation();
  const signers = useSlice('signers') ?? [];
  const search = useRef<HTMLInputElement>(null);
  useShortcut('search', () => search.current?.focus());
  const set = <K extends keyof FilterForm>(name: K, value: FilterForm[K]): void => onChange({ ...form, [name]: value });
  const has = (name: keyof FilterForm): boolean => only === undefined || only.includes(name);
  return (
    <search className="filters no-print">
      {has('span') && (
        <Field label={t('filter.time')} set={form.span !== 'all'}>
          <select
            value={form.span}
            onChange={(event) => set('span', spans.find((span) => span === event.target.value) ?? 'all')}
          >
            {spans.map((span) => (
              <option key={span} value={span}>
                {t(`filter.spans.${span}`)}
              </option>
            ))}
          </select>
        </Field>
      )}
      {has('span') && form.span === 'custom' && (
        <>
          <Field label={t('filter.from')} set={form.from !== ''}>
            <input type="datetime-local" value={form.from} onChange={(event) => set('from', event.target.value)} />
          </Field>
          <Field label={t('filter.to')} set={form.to !== ''}>
            <input type="datetime-local" value={form.to} onChange={(event) => set('to', event.target.value)} />
          </Field>
        </>
      )}
      {has('batch') && (
        <Field label={t('top.batch')} set={form.batch !== ''}>
          <input
            size={9}
            maxLength={64}
            placeholder={t('filter.all')}
            value={form.batch}
            onChange={(event) => set('batch', event.target.value)}
          />
        </Field>
      )}
      {has('station') && (
        <Field label={t('top.station')} set={form.station !== ''}>
          <input
            size={6}
            maxLength={64}
            placeholder={t('filter.all')}
            value={form.station}
            onChange={(event) => set('station', event.target.value)}
          />
        </Field>
      )}
      {has('signer') && (
        <Field label={t('password.signer')} set={form.signer !== ''}>
          <select value={form.signer} onChange={(event) => set('signer', event.target.value)}>
            <option value="">{t('filter.all')}</option>
            {signers
              .filter((signer) => signer.name !== '' && signer.kind === 'chip')
              .map((signer) => (
                <option key={signer.serialNumber} value={signer.serialNumber}>
                  {signer.name}
                </option>
              ))}
          </select>
        </Field>
      )}
      {has('outcome') && (
        <Field label={t('filter.outcome')} set={form.outcome !== 'all'}>
          <select
            value={form.outcome}
            onChange={(event) => set('outcome', outcomes.find((known) => known === event.target.value) ?? 'all')}
          >
            {outcomes.map((outcome) => (
              <option key={outcome} value={outcome}>
                {t(`filter.outcomes.${outcome}`)}
              </option>
            ))}
          </select>
        </Field>
      )}
      {has('serial') && (
        <Field label={t('filter.serial')} set={form.serial !== ''}>
          <input
            className="hex"
            size={18}
            maxLength={32}
            placeholder="0123…"
            spellCheck={false}
            value={form.serial}
            onChange={(event) => set('serial', event.target.value)}
            {...(has('text') ? {} : { ref: search })}
          />
        </Field>
      )}
      {has('text') && (
        <Field label={t('filter.text')} set={form.text !== ''} wide>
          <input
            ref={search}
            size={16}
            maxLength={100}
            placeholder={textHint ?? t('filter.textHint')}
            value={form.text}
            onChange={(event) => set('text', event.target.value)}
          />
        </Field>
      )}
      {isFiltered(form) && (
        <Button kind="quiet" onClick={() => onChange(emptyFilter)}>
          {t('filter.clear')}
        </Button>
      )}
    </search>
  );
}

function Field({
  label,
  set,
  wide = false,
  children,
}: {
  readonly label: string;
  readonly set: boolean;
  readonly wide?: boolean;
  readonly children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label className={`filter${set ? ' is-set' : ''}${wide ? ' is-wide' : ''}`}>
      <span>{label}</span>
      {children}
    </label>
  );
}
