import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventValue } from '../../src-shared/ipc/contract.ts';
import { useAsk, useCall, useClient } from '../app/client-context.tsx';
import { useShortcut } from '../app/use-keys.ts';
import { useRem } from '../parts/big-list.tsx';
import { Button } from '../parts/button.tsx';
import { formatStamp } from '../parts/format.ts';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { copyText, saveFile } from '../parts/save-file.ts';
import { ExportDialog } from '../records/export-dialog.tsx';
import { emptyFilter, toLogFilter } from '../records/filter-model.ts';
import { ui } from '../stores/ui-store.ts';
import { useSentence } from '../texts/sentence.ts';
import {
  filterActivity,
  type LevelChoice,
  levelChoices,
  maxEntries,
  mergeActivity,
  type SourceChoice,
  sourceChoices,
} from './activity-filter.ts';
import './activity.css';

type Entry = EventValue<'activity'>;

const glyphs: Readonly<Record<Entry['level'], readonly [GlyphName, string]>> = {
  info: ['todo', 'second'],
  warning: ['aside', 'is-ask'],
  error: ['fail', 'is-fail'],
};

/** The activity log, live: newest at the end, in the note's line form for copying. */
export default function ActivityPlace() {
  const { t } = useTranslation();
  const client = useClient();
  const ask = useAsk();
  const sentence = useSentence();
  const recent = useCall('activity.recent', {});
  const [live, setLive] = useState<readonly Entry[]>([]);
  const [level, setLevel] = useState<LevelChoice>('all');
  const [source, setSource] = useState<SourceChoice>('all');
  const [text, setText] = useState('');
  const [follow, setFollow] = useState(true);
  const [exporting, setExporting] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const scroll = useRef<HTMLDivElement>(null);
  const rem = useRem();

  useEffect(() => client.on('activity', (entry) => setLive((old) => [...old, entry].slice(-maxEntries))), [client]);
  const entries = useMemo(
    () => filterActivity(mergeActivity(recent.value ?? [], live), { level, source, text }),
    [recent.value, live, level, source, text],
  );
  const virtualizer = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count: entries.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 2 * rem,
    overscan: 10,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row height measures anew
  useEffect(() => virtualizer.measure(), [rem]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new entry moves the view only while it follows
  useEffect(() => {
    if (follow && entries.length > 0) virtualizer.scrollToIndex(entries.length - 1, { align: 'end' });
  }, [entries.length, follow]);

  const shown = {
    filter: toLogFilter({ ...emptyFilter, text }, 0),
    level: level === 'all' ? 'info' : level,
    source: source === 'all' ? null : source,
  } as const;
  const lines = (): string => `${entries.map((entry) => entry.line).join('\n')}\n`;
  useShortcut('search', () => search.current?.focus());
  useShortcut('export', () => setExporting(true));
  useShortcut('copy', () => void copyText(lines()));

  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('place.activity')}</h1>
        <span className="sub">{t('activity.tell')}</span>
        <span className="grow" />
        <label className="check">
          <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} />
          {t('activity.follow')}
        </label>
        <Button
          icon="copy"
          onClick={() =>
            void copyText(lines()).then((done) => {
              if (done) ui.notice('done', t('activity.copied', { count: entries.length }));
            })
          }
        >
          {t('certificate.copy')}
        </Button>
        <Button
          icon="export"
          onClick={() => {
            void ask('records.export', { ...shown, what: 'activity', format: 'log' }).then((file) => {
              if (file !== undefined) saveFile(file.name, file.content);
            });
          }}
        >
          {t('activity.saveShown')}
        </Button>
        <Button icon="export" onClick={() => setExporting(true)}>
          {t('records.export')}
        </Button>
      </header>
      <div className="activity">
        <search className="filters">
          <label className={level === 'all' ? 'filter' : 'filter is-set'}>
            <span>{t('activity.level')}</span>
            <select
              value={level}
              onChange={(event) => setLevel(levelChoices.find((known) => known === event.target.value) ?? 'all')}
            >
              {levelChoices.map((known) => (
                <option key={known} value={known}>
                  {t(`activity.levels.${known}`)}
                </option>
              ))}
            </select>
          </label>
          <label className={source === 'all' ? 'filter' : 'filter is-set'}>
            <span>{t('activity.source')}</span>
            <select
              value={source}
              onChange={(event) => setSource(sourceChoices.find((known) => known === event.target.value) ?? 'all')}
            >
              {sourceChoices.map((known) => (
                <option key={known} value={known}>
                  {t(`activity.sources.${known}`)}
                </option>
              ))}
            </select>
          </label>
          <label className={text === '' ? 'filter is-wide' : 'filter is-wide is-set'}>
            <span>{t('filter.text')}</span>
            <input
              ref={search}
              maxLength={100}
              placeholder={t('activity.textHint')}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </label>
        </search>
        <section className="card activity-card" aria-label={t('place.activity')}>
          {recent.state === 'failed' && (
            <p className="failure" role="alert">
              <Glyph name="fail" />
              {sentence(recent.error)}
            </p>
          )}
          {entries.length === 0 && recent.state === 'ready' && <p className="empty-note">{t('activity.none')}</p>}
          <div
            ref={scroll}
            className="activity-scroll"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
            tabIndex={0}
            role="log"
            aria-label={t('place.activity')}
            aria-live="off"
            onWheel={(event) => {
              if (event.deltaY < 0) setFollow(false);
            }}
          >
            <div className="activity-body" style={{ height: `${virtualizer.getTotalSize()}px` }}>
              {virtualizer.getVirtualItems().map((item) => {
                const entry = entries[item.index];
                if (entry === undefined) return null;
                const [glyph, tone] = glyphs[entry.level];
                return (
                  <p
                    key={item.key}
                    className={`activity-row activity-${entry.level}`}
                    style={{ transform: `translateY(${item.start}px)` }}
                  >
                    <span className="hex">{formatStamp(entry.time)}</span>
                    <span className={`result ${tone}`}>
                      <Glyph name={glyph} /> {t(`activity.levels.${entry.level}`)}
                    </span>
                    <span className="activity-source">{t(`activity.sources.${entry.source}`)}</span>
                    <span className="activity-text" lang="en" title={entry.text}>
                      {entry.text}
                    </span>
                  </p>
                );
              })}
            </div>
          </div>
        </section>
      </div>
      {exporting && <ExportDialog what="activity" {...shown} onClose={() => setExporting(false)} />}
    </div>
  );
}
