import { useTranslation } from 'react-i18next';
import { formatDuration, formatElapsed } from '../parts/format.ts';
import { PostKey, RunScale } from '../parts/run-scale.tsx';
import { usualTotal } from '../parts/run-segments.ts';
import { useLanguage } from '../texts/sentence.ts';
import { ChipFacts, FaceBody, type FaceProps, HandsNote } from './face-parts.tsx';
import { presentStage } from './site-words.ts';

/** A run under way: the stage in words, the time, the scale. */
export function RunningBody({ site, station, elapsedMs }: FaceProps) {
  const { t } = useTranslation();
  const language = useLanguage();
  const number = presentStage(site);
  const stage = site.stages[number - 1];
  const usual = station.plan?.usualMs ?? null;
  const several = site.chips.length > 1;
  return (
    <>
      <FaceBody className="face-body face-running">
        <p className="face-tell">
          {several && `${t('line.chipOf', { number: (site.chipIndex ?? 0) + 1, count: site.chips.length })} · `}
          {t('line.stageOf', { number })}
        </p>
        <p className="face-say face-stage">{stage === undefined ? '' : t(`stage.${stage.stage}`)}</p>
        <div className="face-time">
          <b>{formatElapsed(elapsedMs, language)}</b>
          {usual !== null && <span>{t('line.ofAbout', { time: formatDuration(usualTotal(usual), language) })}</span>}
          <span className="grow" />
          <PostKey />
        </div>
        <RunScale
          stages={site.stages}
          usualMs={usual}
          locksSlots={station.plan?.locksSlots ?? false}
          elapsedMs={elapsedMs}
          numbered
        />
        <ChipFacts site={site} />
      </FaceBody>
      <div className="face-foot">
        <HandsNote icon="stay">{t('line.leave')}</HandsNote>
      </div>
    </>
  );
}
