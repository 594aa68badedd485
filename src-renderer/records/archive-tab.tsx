// biome-ignore-all lint/a11y/useSemanticElements: rows of a million stand absolutely placed in a scroller, which no table can do
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import { useClient } from '../app/client-context.tsx';
import { clock } from '../app/clock.ts';
import { BigList } from '../parts/big-list.tsx';
import { formatDate, formatNumber, formatStamp } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { usePages } from '../parts/use-pages.ts';
import { useSettled } from '../parts/use-settled.ts';
import { ui, useUi } from '../stores/ui-store.ts';
import { useLanguage, useSentence } from '../texts/sentence.ts';
import { ExportDialog } from './export-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { archiveFields, emptyFilter, type FilterForm, toArchiveFilter, toLogFilter } from './filter-model.ts';
import { UnitPanel } from './unit-panel.tsx';

type ArchiveRow = CallOutput<'records.archive'>['rows'][number];

const columnRems = '12rem 20rem 12rem 9rem minmax(14rem, 1fr)';

/** The certificates that were issued, filtered; a row opens its unit. */
export function ArchiveTab({ exporting, onClose }: { readonly exporting: boolean; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useClient();
  const sentence = useSentence();
  const unit = useUi((store) => store.unit);
  const [form, setForm] = useState<FilterForm>(emptyFilter);
  const [selected, setSelected] = useState<number | null>(null);
  const settled = useSettled(form, 150);
  // As in the log: "the last hour" is taken when the filter is set.
  const filter = useMemo(() => toLogFilter(settled, clock.now()), [settled]);
  const key = JSON.stringify(filter);
  const pages = usePages<ArchiveRow>(key, (position, limit, signal) =>
    client.call('records.archive', { filter: toArchiveFilter(filter), position, limit }, signal),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has no selection yet
  useEffect(() => setSelected(null), [key]);
  return (
    <>
      <FilterBar form={form} onChange={setForm} only={archiveFields} textHint={t('archive.textHint')} />
      <div className={unit === null ? 'split is-single' : 'split'} data-side="unit">
        <section className="card" aria-label={t('records.tabs.archive')}>
          {pages.error !== null ? (
            <p className="failure" role="alert">
              <Glyph name="fail" />
              {sentence(pages.error)}
            </p>
          ) : pages.total === 0 && pages.exact && !pages.loading ? (
            <p className="empty-note">{t('records.noCertificates')}</p>
          ) : (
            <BigList
              key={key}
              label={t('records.tabs.archive')}
              count={pages.total}
              rowRem={2}
              columns={columnRems}
              header={(['device', 'certificate', 'issued', 'until', 'signer'] as const).map((name) => (
                <span key={name} role="columnheader" tabIndex={-1}>
                  {t(`archive.${name}`)}
                </span>
              ))}
              row={(index) => <ArchiveCells row={pages.row(index)} />}
              selected={selected}
              onSelect={setSelected}
              onOpen={(index) => ui.openUnit(pages.row(index)?.serialNumber ?? null)}
              onRange={pages.need}
            />
          )}
          <footer>
            <b>
              {pages.exact ? '' : '≈ '}
              {t('archive.count', { count: pages.total, shown: formatNumber(pages.total, language) })}
            </b>
            {!pages.exact && <span>{t('records.looking')}</span>}
          </footer>
        </section>
        {unit !== null && <UnitPanel key={unit} serialNumber={unit} />}
      </div>
      {exporting && <ExportDialog what="archive" filter={filter} onClose={onClose} />}
    </>
  );
}

function ArchiveCells({ row }: { readonly row: ArchiveRow | undefined }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const cell = (content: React.ReactNode): React.ReactNode => (
    <span role="gridcell" tabIndex={-1}>
      {content}
    </span>
  );
  if (row === undefined) return <>{cell('·')}</>;
  return (
    <>
      {cell(<SerialNumber value={row.serialNumber} dense />)}
      {cell(<span className="hex">{row.certificateSerial}</span>)}
      {cell(formatStamp(row.issuedAt))}
      {cell(formatDate(row.notAfter, language) ?? t('certificate.noEnd'))}
      {cell(row.signer)}
    </>
  );
}
