import { BarChart } from '@mantine/charts';
import '@mantine/charts/styles.layer.css';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type StageName, stageNames } from '../../src-shared/model/stages.ts';
import { useCall } from '../app/client-context.tsx';
import { clock } from '../app/clock.ts';
import { useRem } from '../parts/big-list.tsx';
import { Button } from '../parts/button.tsx';
import { formatAxisDay, formatNumber, formatShare } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { useSettled } from '../parts/use-settled.ts';
import { sentenceOf, useLanguage, useSentence } from '../texts/sentence.ts';
import { FilterBar } from './filter-bar.tsx';
import { emptyFilter, type FilterForm, toLogFilter } from './filter-model.ts';

/** Yield, first-pass yield, stage times and causes of failure; each also as a table. */
export default function ChartsTab() {
  const { t } = useTranslation();
  const language = useLanguage();
  const sentence = useSentence();
  const [form, setForm] = useState<FilterForm>({ ...emptyFilter, span: 'week' });
  const [tables, setTables] = useState(false);
  const settled = useSettled(form, 150);
  const filter = useMemo(() => toLogFilter(settled, clock.now()), [settled]);
  const charts = useCall('records.charts', {
    from: filter?.from ?? '',
    to: filter?.to ?? '',
    batch: filter?.batch ?? '',
  });
  const numbers = charts.value;
  const rem = useRem();
  const worst = numbers === undefined ? 1 : Math.max(1, ...numbers.failures.map((failure) => failure.count));
  const slowest = numbers === undefined ? 1 : Math.max(1, ...numbers.stageTimes.map((stage) => stage.p95Ms));
  return (
    <>
      <div className="charts-bar">
        <FilterBar form={form} onChange={setForm} only={['span', 'batch']} />
        <Button kind="quiet" aria-pressed={tables} onClick={() => setTables(!tables)}>
          {tables ? t('charts.asCharts') : t('charts.asTables')}
        </Button>
      </div>
      {charts.state === 'failed' && (
        <p className="failure" role="alert">
          <Glyph name="fail" />
          {sentence(charts.error)}
        </p>
      )}
      {numbers !== undefined && (
        <ScrollBox className="charts">
          <Chart
            title={t('charts.yield')}
            figure={formatShare(numbers.passed, numbers.runs, language)}
            tell={t('charts.ofRuns', {
              passed: formatNumber(numbers.passed, language),
              runs: formatNumber(numbers.runs, language),
            })}
          >
            {tables ? (
              <Table
                heads={[t('charts.day'), t('shift.passed'), t('shift.failed'), t('charts.yield')]}
                rows={numbers.perDay.map((day) => [
                  day.day,
                  formatNumber(day.passed, language),
                  formatNumber(day.failed, language),
                  formatShare(day.passed, day.passed + day.failed, language),
                ])}
              />
            ) : (
              <div role="img" aria-label={t('charts.yieldTell')}>
                <BarChart
                  h={15 * rem}
                  data={numbers.perDay.map((day) => ({ ...day, day: formatAxisDay(day.day, language) }))}
                  dataKey="day"
                  type="stacked"
                  series={[
                    { name: 'passed', label: t('shift.passed'), color: 'var(--edge)' },
                    { name: 'failed', label: t('shift.failed'), color: 'var(--fail-fill)' },
                  ]}
                  withTooltip={false}
                  withLegend
                  barProps={{ isAnimationActive: false, maxBarSize: 6 * rem }}
                  barChartProps={{ accessibilityLayer: false }}
                  gridColor="line"
                  textColor="ink-2"
                />
              </div>
            )}
          </Chart>
          <Chart
            title={t('charts.firstPass')}
            figure={formatShare(numbers.firstPass, numbers.chips, language)}
            tell={t('charts.firstPassTell')}
          >
            <dl className="kv chart-facts">
              <dt>{t('charts.chips')}</dt>
              <dd>{formatNumber(numbers.chips, language)}</dd>
              <dt>{t('charts.first')}</dt>
              <dd>{formatNumber(numbers.firstPass, language)}</dd>
              <dt>{t('charts.later')}</dt>
              <dd>{formatNumber(Math.max(0, numbers.chipsPassed - numbers.firstPass), language)}</dd>
              <dt>{t('charts.notPassed')}</dt>
              <dd>{formatNumber(numbers.chips - numbers.chipsPassed, language)}</dd>
            </dl>
          </Chart>
          <Chart
            title={t('charts.stages')}
            figure={`${formatNumber(numbers.stageTimes.reduce((sum, stage) => sum + stage.medianMs, 0) / 1000, language, 2)} s`}
            tell={t('charts.stagesTell')}
          >
            {tables ? (
              <Table
                heads={[t('charts.stage'), t('charts.median'), t('charts.p95')]}
                rows={numbers.stageTimes.map((stage) => [
                  isStage(stage.stage) ? t(`stage.${stage.stage}`) : stage.stage,
                  `${formatNumber(stage.medianMs, language)} ms`,
                  `${formatNumber(stage.p95Ms, language)} ms`,
                ])}
              />
            ) : (
              <ol className="bars">
                {numbers.stageTimes.map((stage) => (
                  <li key={stage.stage}>
                    <span className="bars-name">{isStage(stage.stage) ? t(`stage.${stage.stage}`) : stage.stage}</span>
                    <span className="bars-lane">
                      <i style={{ width: `${(100 * stage.p95Ms) / slowest}%` }} />
                      <u style={{ left: `${(100 * stage.medianMs) / slowest}%` }} />
                    </span>
                    <b>{formatNumber(stage.medianMs, language)}</b>
                  </li>
                ))}
              </ol>
            )}
          </Chart>
          <Chart
            title={t('charts.failures')}
            figure={formatNumber(numbers.failed, language)}
            tell={t('charts.failuresTell')}
          >
            {numbers.failures.length === 0 ? (
              <p className="second">{t('charts.noFailures')}</p>
            ) : tables ? (
              <Table
                heads={[t('line.code'), t('charts.cause'), t('charts.count')]}
                rows={numbers.failures.map((failure) => [
                  failure.code,
                  sentenceOf(failure.errorName, language) ?? failure.errorName,
                  formatNumber(failure.count, language),
                ])}
              />
            ) : (
              <ol className="bars bars-causes">
                {numbers.failures.map((failure, index) => (
                  <li key={failure.code}>
                    <span className="bars-name">
                      <b className="hex">{failure.code}</b>{' '}
                      {sentenceOf(failure.errorName, language) ?? failure.errorName}
                    </span>
                    <span className="bars-lane">
                      <i
                        className={index === 0 ? 'is-worst' : undefined}
                        style={{ width: `${(100 * failure.count) / worst}%` }}
                      />
                    </span>
                    <b>{formatNumber(failure.count, language)}</b>
                  </li>
                ))}
              </ol>
            )}
          </Chart>
        </ScrollBox>
      )}
    </>
  );
}

function isStage(name: string): name is StageName {
  return stageNames.some((known) => known === name);
}

function Chart({
  title,
  figure,
  tell,
  children,
}: {
  readonly title: string;
  readonly figure: string;
  readonly tell: string;
  readonly children: ReactNode;
}) {
  return (
    <section className="card chart" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="grow" />
        <b className="chart-figure">{figure}</b>
        <span className="second">{tell}</span>
      </header>
      <div className="chart-body">{children}</div>
    </section>
  );
}

function Table({ heads, rows }: { readonly heads: readonly string[]; readonly rows: readonly (readonly string[])[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head}>{head}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row[0]}>
            {row.map((cell, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: cells stand in the order of the heads
              <td key={index}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
