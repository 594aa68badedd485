import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { StageView } from '../../src-shared/ipc/state.ts';
import { runSegments } from './run-segments.ts';
import './run-scale.css';

/**
 * Ten segments as wide as the stages usually take, and a post where something becomes final. The same drawing is the
 * operator's progress bar, QA's time line and the engineer's map of risk.
 */
export function RunScale({
  stages,
  usualMs,
  locksSlots,
  elapsedMs = null,
  numbered = false,
}: {
  readonly stages: readonly StageView[];
  readonly usualMs: readonly number[] | null;
  readonly locksSlots: boolean;
  readonly elapsedMs?: number | null;
  readonly numbered?: boolean;
}) {
  const { t } = useTranslation();
  const segments = runSegments(stages, usualMs, locksSlots, elapsedMs);
  const finished = segments.filter((segment) => segment.look === 'done' || segment.look === 'skipped').length;
  return (
    <div
      className={numbered ? 'scale scale-numbered' : 'scale'}
      role="progressbar"
      aria-label={t('scale.label')}
      aria-valuemin={0}
      aria-valuemax={10}
      aria-valuenow={finished}
      aria-valuetext={t('scale.value', { done: finished })}
    >
      {segments.map((segment) => (
        <span
          key={segment.number}
          className={`scale-part scale-${segment.look}${segment.final ? ' scale-final' : ''}`}
          style={{ '--ms': segment.weight, '--part': `${(segment.part * 100).toFixed(1)}%` } as CSSProperties}
        >
          {numbered && <b>{segment.number}</b>}
        </span>
      ))}
    </div>
  );
}

/** What the yellow post means. */
export function PostKey() {
  const { t } = useTranslation();
  return (
    <span className="post-key">
      <span className="post-mark" aria-hidden="true" />
      {t('scale.final')}
    </span>
  );
}
