// biome-ignore-all lint/a11y/useSemanticElements: rows of a million stand absolutely placed in a scroller, which no table can do
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput, LogRow } from '../../src-shared/ipc/contract.ts';
import type { SigningLogColumn } from '../../src-shared/model/signing-log-row.ts';
import { useAsk, useClient } from '../app/client-context.tsx';
import { clock } from '../app/clock.ts';
import { useShortcut } from '../app/use-keys.ts';
import { BigList } from '../parts/big-list.tsx';
import { Button } from '../parts/button.tsx';
import { formatNumber, formatStamp } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { Icon } from '../parts/icon.tsx';
import { copyText } from '../parts/save-file.ts';
import { SerialNumber } from '../parts/serial-number.tsx';
import { Told } from '../parts/told.tsx';
import { usePages } from '../parts/use-pages.ts';
import { useSettled } from '../parts/use-settled.ts';
import { ui, useUi } from '../stores/ui-store.ts';
import { useLanguage, useSentence } from '../texts/sentence.ts';
import { ColumnsDialog } from './columns-dialog.tsx';
import { ExportDialog } from './export-dialog.tsx';
import { FilterBar } from './filter-bar.tsx';
import { emptyFilter, type FilterForm, toLogFilter } from './filter-model.ts';
import { defaultColumns, gridColumns, numericColumns, orderedColumns } from './log-columns.ts';
import { resultMark } from './result-mark.ts';
import { UnitPanel } from './unit-panel.tsx';

/** The signing log: a million rows, filtered, each opening its unit. */
export function LogTab({
  exporting,
  choosing,
  onClose,
}: {
  readonly exporting: boolean;
  readonly choosing: boolean;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useClient();
  const sentence = useSentence();
  const unit = useUi((store) => store.unit);
  const [form, setForm] = useState<FilterForm>(emptyFilter);
  const [descending, setDescending] = useState(true);
  const [columns, setColumns] = useState<readonly SigningLogColumn[]>(defaultColumns);
  const [selected, setSelected] = useState<number | null>(null);
  const [grown, setGrown] = useState(false);
  const [top, setTop] = useState(true);
  const settled = useSettled(form, 150);
  // "The last hour" is taken when the filter is set: rows do not fall out of the list while somebody reads.
  const filter = useMemo(() => toLogFilter(settled, clock.now()), [settled]);
  const key = JSON.stringify([filter, descending]);

  const pages = usePages<LogRow>(key, async (position, limit, signal) =>
    client.call('records.logAt', { filter, position, limit, descending }, signal),
  );
  const { refresh } = pages;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has no selection yet
  useEffect(() => {
    setSelected(null);
    setGrown(false);
  }, [key]);

  useEffect(
    () =>
      client.on('logGrew', () => {
        if (top && descending) refresh();
        else setGrown(true);
      }),
    [client, descending, refresh, top],
  );

  const open = useCallback(
    (index: number) => {
      const serial = pages.row(index)?.['device_sn'] ?? '';
      if (serial !== '') ui.openUnit(serial);
    },
    [pages.row],
  );
  useShortcut('copy', () => {
    const row = selected === null ? undefined : pages.row(selected);
    if (row !== undefined) void copyText(columns.map((column) => row[column] ?? '').join('\t'));
  });

  return (
    <>
      <FilterBar form={form} onChange={setForm} />
      <div className={unit === null ? 'split is-single' : 'split'} data-side="unit">
        <section className="card" aria-label={t('records.tabs.log')}>
          {pages.error !== null ? (
            <p className="failure" role="alert">
              <Glyph name="fail" />
              {sentence(pages.error)}
            </p>
          ) : pages.total === 0 && pages.exact && !pages.loading ? (
            <p className="empty-note">{t('records.none')}</p>
          ) : (
            <BigList
              key={key}
              label={t('records.tabs.log')}
              count={pages.total}
              rowRem={2}
              columns={gridColumns(columns)}
              header={columns.map((column) => (
                <HeaderCell
                  key={column}
                  column={column}
                  descending={descending}
                  onSort={() => setDescending(!descending)}
                />
              ))}
              row={(index) => <Cells row={pages.row(index)} columns={columns} />}
              rowClass={(index) => (isBad(pages.row(index)) ? ' is-bad' : '')}
              selected={selected}
              onSelect={setSelected}
              onOpen={open}
              onRange={pages.need}
              onTop={setTop}
            />
          )}
          <footer>
            <b>
              {pages.exact ? '' : '≈ '}
              {t('records.rows', { count: pages.total, shown: formatNumber(pages.total, language) })}
            </b>
            {selected !== null && <span>{t('records.row', { number: formatNumber(selected + 1, language) })}</span>}
            {!pages.exact && <span>{t('records.looking')}</span>}
            {grown && (
              <Button
                onClick={() => {
                  setGrown(false);
                  refresh();
                }}
              >
                {t('records.newRows')}
              </Button>
            )}
            <span className="grow" />
            <VerifyLog />
          </footer>
        </section>
        {unit !== null && <UnitPanel key={unit} serialNumber={unit} />}
      </div>
      {exporting && <ExportDialog what="log" filter={filter} onClose={onClose} />}
      {choosing && (
        <ColumnsDialog
          chosen={columns}
          onClose={(chosen) => {
            if (chosen !== null) setColumns(orderedColumns(chosen));
            onClose();
          }}
        />
      )}
    </>
  );
}

function isBad(row: LogRow | undefined): boolean {
  const result = row?.['result'];
  return result === 'REFUSED' || result === 'FAILED' || result === 'TORN';
}

function HeaderCell({
  column,
  descending,
  onSort,
}: {
  readonly column: SigningLogColumn;
  readonly descending: boolean;
  readonly onSort: () => void;
}) {
  const { t } = useTranslation();
  const name = t(`logColumn.${column}`);
  if (column !== 'seq' && column !== 'time_utc')
    return (
      <span role="columnheader" tabIndex={-1} className={numericColumns.has(column) ? 'num' : undefined}>
        {name}
      </span>
    );
  return (
    <span role="columnheader" tabIndex={-1} aria-sort={descending ? 'descending' : 'ascending'}>
      <button type="button" className="head-sort" onClick={onSort}>
        {name}
        <Icon name={descending ? 'down' : 'up'} small />
      </button>
    </span>
  );
}

function Cells({ row, columns }: { readonly row: LogRow | undefined; readonly columns: readonly SigningLogColumn[] }) {
  return columns.map((column) => (
    <span
      key={column}
      role="gridcell"
      tabIndex={-1}
      className={numericColumns.has(column) ? 'num' : undefined}
      title={row?.[column]}
    >
      {row === undefined ? '·' : <Cell column={column} value={row[column] ?? ''} />}
    </span>
  ));
}

const hexColumns: ReadonlySet<SigningLogColumn> = new Set([
  'device_template_id',
  'device_def_sha256',
  'device_public_key',
  'cert_serial',
  'tbs_sha256',
  'signature',
  'cert_sha256',
  'prev_hash',
  'row_hash',
  'error_code',
]);

function Cell({ column, value }: { readonly column: SigningLogColumn; readonly value: string }) {
  if (column === 'time_utc') return <>{formatStamp(value)}</>;
  if (column === 'device_sn' || column === 'signer_sn') return <SerialNumber value={value} dense />;
  if (column === 'result') {
    const [glyph, tone] = resultMark(value);
    return (
      <span className={`result ${tone}`}>
        <Glyph name={glyph} /> {value}
      </span>
    );
  }
  return hexColumns.has(column) ? <span className="hex">{value}</span> : value;
}

/** As many complaints as the core tells; there may be more. */
const mostComplaints = 100;

/** Checks the chain of the whole signing log now. */
function VerifyLog() {
  const { t } = useTranslation();
  const language = useLanguage();
  const ask = useAsk();
  const [result, setResult] = useState<CallOutput<'records.verifyLog'> | 'busy' | null>(null);
  if (result === 'busy') return <span>{t('records.verifying')}</span>;
  if (result !== null) {
    const [worst] = result.complaints;
    return worst === undefined ? (
      <span className="result is-pass">
        <Glyph name="pass" /> {t('records.unbroken', { rows: formatNumber(result.rows, language) })}
      </span>
    ) : (
      <span className="result is-fail" role="alert">
        <Glyph name="fail" /> <Told reason={worst} sentence />
        {result.complaints.length > 1 &&
          ` ${t(result.complaints.length < mostComplaints ? 'records.moreComplaints' : 'records.manyComplaints', { count: result.complaints.length - 1 })}`}
      </span>
    );
  }
  return (
    <Button
      kind="quiet"
      onClick={() => {
        setResult('busy');
        void ask('records.verifyLog', {}).then((answer) => setResult(answer ?? null));
      }}
    >
      {t('records.verify')}
    </Button>
  );
}
