import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration, formatNumber } from '../parts/format.ts';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { useLanguage } from '../texts/sentence.ts';
import { type Run, runLength, type WaterfallRow, waterfallRows } from './waterfall-rows.ts';

const glyphs: Readonly<Record<WaterfallRow['status'], GlyphName>> = {
  done: 'pass',
  skipped: 'skip',
  error: 'fail',
  none: 'todo',
};

/** When each stage of a run began and how long it took. */
export function Waterfall({ run }: { readonly run: Run }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const length = runLength(run);
  const marks = [0, 0.25, 0.5, 0.75];
  return (
    <div className="waterfall">
      <ol>
        {waterfallRows(run).map((row) => (
          <li key={row.stage} className={`is-${row.status}`}>
            <Glyph name={glyphs[row.status]} label={t(`waterfall.${row.status}`)} />
            <span className="waterfall-number">{row.number}</span>
            <span className="waterfall-name">{t(`stage.${row.stage}`)}</span>
            <span className="waterfall-lane">
              {row.durationMs !== null && (
                <i style={{ '--left': `${row.left * 100}%`, '--width': `${row.width * 100}%` } as CSSProperties} />
              )}
            </span>
            <span className="waterfall-time">
              {row.durationMs === null
                ? row.status === 'skipped'
                  ? t('line.stages.skipped')
                  : ''
                : formatDuration(row.durationMs, language)}
            </span>
          </li>
        ))}
      </ol>
      <p className="waterfall-axis" aria-hidden="true">
        {marks.map((mark) => (
          <span key={mark}>{formatNumber((mark * length) / 1000, language, length < 4000 ? 2 : 1)} s</span>
        ))}
      </p>
    </div>
  );
}
