import { useTranslation } from 'react-i18next';
import type { SiteView, StageView, StationView } from '../../src-shared/ipc/state.ts';
import { formatClock, formatDuration, formatElapsed } from '../parts/format.ts';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { Icon } from '../parts/icon.tsx';
import { finalStages, usualRest, usualTotal } from '../parts/run-segments.ts';
import { useLanguage } from '../texts/sentence.ts';
import { firstChoice, presentStage } from './site-words.ts';

const glyphs: Readonly<Record<StageView['status'], GlyphName>> = {
  todo: 'todo',
  running: 'run',
  done: 'pass',
  skipped: 'skip',
  error: 'fail',
  earlier: 'was',
};

/** The ten stages: the list never moves and never changes length. */
export function StageList({
  site,
  station,
  elapsedMs,
}: {
  readonly site: SiteView;
  readonly station: StationView;
  readonly elapsedMs: number;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const number = presentStage(site);
  const usual = station.plan?.usualMs ?? null;
  const locks = finalStages(station.plan?.locksSlots ?? false);
  const resumes = site.state === 'decision' && firstChoice(site)?.action === 'resume';
  const done = site.stages.reduce((sum, stage) => sum + (stage.durationMs ?? 0), 0);

  const head = ((): readonly [string, string] => {
    if (site.state === 'running') return [t('line.stageOf', { number }), ''];
    if (site.state === 'verdict' && site.verdict?.kind === 'PASS')
      return [t('line.stages.title'), t('line.stages.all')];
    if (site.state === 'verdict' && site.stages.some((stage) => stage.status === 'error'))
      return [t('line.stages.stopped', { number }), ''];
    if (resumes) return [t('line.stages.goesOn', { number }), ''];
    if (site.stages.some((stage) => stage.status === 'earlier')) return [t('line.stages.title'), ''];
    return [t('line.stages.title'), t('line.stages.notStarted')];
  })();

  const foot = ((): readonly [string, string] => {
    if (site.state === 'running') return [t('line.stages.elapsed'), formatElapsed(elapsedMs, language)];
    // Nothing is done to a board that is set aside.
    if (site.verdict?.kind === 'SET_ASIDE') return ['', ''];
    if (site.state === 'verdict' && site.verdict !== null)
      return [t('line.stages.total'), formatDuration(site.verdict.durationMs, language)];
    if (resumes)
      return [t('line.stillToDo'), usual === null ? '–' : formatDuration(usualRest(site.stages, usual), language)];
    // Without a plan nothing is usual, nor for a board that is not the plan's.
    if (station.plan === null || site.state === 'decision' || site.state === 'no-chip') return ['', ''];
    return [t('line.stages.usual'), usual === null ? '–' : formatDuration(usualTotal(usual), language)];
  })();

  return (
    <aside className="stages" aria-label={t('line.stages.title')}>
      <header>
        <b>{head[0]}</b>
        <span>{head[1]}</span>
      </header>
      <ol>
        {site.stages.map((stage, index) => (
          <li key={stage.stage} className={`stage-${stage.status}`}>
            <Glyph name={glyphs[stage.status]} label={t(`stageStatus.${stage.status}`)} />
            <span className="stage-number">{index + 1}</span>
            <span className="stage-name">
              {t(`stage.${stage.stage}`)}
              {locks.includes(index + 1) && (
                <span className="stage-final">
                  <Icon name="lock" small />
                  <span className="hidden-text">{t('scale.final')}</span>
                </span>
              )}
            </span>
            <span className="stage-time">
              {stage.status === 'todo'
                ? resumes && index + 1 === number && t('line.stages.next')
                : timeOf(stage, site, elapsedMs - done, t('line.stages.skipped'), language)}
            </span>
          </li>
        ))}
      </ol>
      <footer>
        <span>{foot[0]}</span>
        <span>{foot[1]}</span>
      </footer>
    </aside>
  );
}

function timeOf(stage: StageView, site: SiteView, runningMs: number, skipped: string, language: 'en' | 'de'): string {
  switch (stage.status) {
    case 'done':
      return stage.durationMs === null ? '' : formatDuration(stage.durationMs, language);
    case 'skipped':
      return skipped;
    case 'running':
      return formatDuration(Math.max(0, runningMs), language);
    case 'error':
      return stage.durationMs === null ? '' : formatDuration(stage.durationMs, language);
    case 'earlier':
      return site.earlier === null ? '' : formatClock(site.earlier.at).slice(0, 5);
    case 'todo':
      return '';
  }
}
