import { useTranslation } from 'react-i18next';
import { formatClock, formatDuration } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { usualRest } from '../parts/run-segments.ts';
import { sentenceOf, useLanguage } from '../texts/sentence.ts';
import { ChoiceButtons } from './choice-buttons.tsx';
import { FaceDetail } from './face-detail.tsx';
import { ChipFacts, FaceBody, type FaceProps, Fact, HandsNote, useChipState } from './face-parts.tsx';
import { firstChoice, siteGlyph, siteWord } from './site-words.ts';

/** A board that is not what the plan expects: what it is, and only the choices that are safe. */
export function DecisionBody(props: FaceProps) {
  const { site, station } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  const chipState = useChipState();
  const resume = firstChoice(site)?.action === 'resume';
  const [chip] = site.chips;
  // Before a board has passed nothing is usual here.
  const usual = station.plan?.usualMs ?? null;
  const sentence = sentenceOf(site.reason, language);
  const stage = site.earlier === null ? undefined : site.stages[site.earlier.stage - 1];
  return (
    <>
      <FaceTop {...props} tell={resume ? t('line.resume.tell') : sentence} />
      <FaceBody>
        {site.earlier !== null && (
          <p className="face-tell">
            {stage === undefined
              ? t('line.resume.before', { time: formatClock(site.earlier.at) })
              : t('line.resume.at', {
                  time: formatClock(site.earlier.at),
                  number: site.earlier.stage,
                  stage: t(`stage.${stage.stage}`),
                })}{' '}
            {resume && <span className="face-more">{t('line.resume.safe')}</span>}
          </p>
        )}
        <FaceDetail detail={site.detail} told={site.told} className="face-tell" />
        <div className="face-fact-rows">
          <ChipFacts site={site} />
          <dl className="facts">
            {chip !== undefined && <Fact label={t('line.chip')}>{chipState(chip.state)}</Fact>}
            {resume && usual !== null && (
              <Fact label={t('line.stillToDo')}>{formatDuration(usualRest(site.stages, usual), language)}</Fact>
            )}
          </dl>
        </div>
      </FaceBody>
      <div className="face-foot">
        {site.choices.length > 0 ? (
          <ChoiceButtons {...props} />
        ) : (
          <HandsNote icon="remove">{t('line.remove')}</HandsNote>
        )}
      </div>
    </>
  );
}

/** A kit without a secure element behind it. */
export function NoChipBody(props: FaceProps) {
  const { site } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <>
      <FaceTop {...props} tell={sentenceOf('NO_CHIP', language)} />
      <FaceBody>
        <p className="face-tell">{t('line.noChip.try')}</p>
        <FaceDetail detail={site.detail} told={site.told} />
      </FaceBody>
      <div className="face-foot">
        <HandsNote icon="remove">{t('line.remove')}</HandsNote>
      </div>
    </>
  );
}

/** The kit itself is in trouble: nothing is said about a board. */
export function FaultBody(props: FaceProps) {
  const { site } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <>
      <FaceTop {...props} tell={t('line.faultNotBoard')} />
      <FaceBody>
        <p className="face-tell face-strong">{sentenceOf(site.reason, language) ?? site.reason}</p>
        <FaceDetail detail={site.detail} told={site.told} />
      </FaceBody>
      {site.choices.length > 0 && (
        <div className="face-foot">
          <ChoiceButtons {...props} />
        </div>
      )}
    </>
  );
}

function FaceTop({ site, tell }: FaceProps & { readonly tell: string | undefined }) {
  const { t } = useTranslation();
  const word = t(`line.word.${siteWord(site)}`);
  return (
    <div className="face-top" style={{ '--chars': word.length } as React.CSSProperties}>
      <Glyph name={siteGlyph(site)} />
      <div>
        <strong>{word}</strong>
        {tell !== undefined && <p>{tell}</p>}
      </div>
    </div>
  );
}
