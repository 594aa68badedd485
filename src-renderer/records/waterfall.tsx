import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration, formatNumber } from '../parts/format.ts';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { useLanguage } from '../texts/sentence.ts';
import { axisStep, type Run, runLength, type WaterfallRow, waterfallRows } from './waterfall-rows.ts';

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
  const step = axisStep(length);
  // A figure at the very end would stand in the column of times.
  const marks = Array.from({ length: Math.floor((0.9 * length) / step) + 1 }, (_, index) => index * step);
  return (
    <div className="waterfall" style={{ '--step': `${(100 * step) / length}%` } as CSSProperties}>
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
          <span key={mark} style={{ '--left': `${(100 * mark) / length}%` } as CSSProperties}>
            {formatNumber(mark / 1000, language, step < 100 ? 2 : step < 1000 ? 1 : 0)} s
          </span>
        ))}
      </p>
    </div>
  );
}
