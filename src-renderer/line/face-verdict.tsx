import { useTranslation } from 'react-i18next';
import { formatDuration } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { sentenceOf, useLanguage } from '../texts/sentence.ts';
import { ChoiceButtons } from './choice-buttons.tsx';
import { FaceDetail } from './face-detail.tsx';
import { ChipFacts, DeviceNumbers, FaceBody, type FaceProps, Fact, HandsNote } from './face-parts.tsx';
import { verdictTone, verdictWord } from './site-words.ts';

/** PASS, FAIL, FAULT or SET ASIDE, filling the card; drawn at once, without a transition. */
export function VerdictBody(props: FaceProps) {
  const { site } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  const { verdict } = site;
  if (verdict === null) return null;
  const tone = verdictTone(verdict);
  const passed = verdict.kind === 'PASS';
  const word = t(`line.word.${verdictWord(verdict)}`);
  // The verdict stays until the next board is started, whose it was included.
  const gone = site.chips.length === 0;
  const sentence = sentenceOf(verdict.errorName, language);
  return (
    <>
      <FaceBody className="face-body face-verdict">
        <div className={`verdict verdict-${tone}`} style={{ '--chars': word.length } as React.CSSProperties}>
          <Glyph name={tone === 'ask' ? 'aside' : tone} />
          <strong>{word}</strong>
        </div>
        {verdict.kind === 'FAULT' && <p className="face-tell face-strong">{t('line.faultNotBoard')}</p>}
        {sentence !== undefined && <p className="face-tell face-strong">{sentence}</p>}
        <FaceDetail detail={verdict.detail} told={verdict.told} />
        <div className="face-fact-rows">
          {gone ? <DeviceNumbers values={verdict.serialNumbers} /> : <ChipFacts site={site} />}
          <dl className="facts">
            {passed && <Fact label={t('line.time')}>{formatDuration(verdict.durationMs, language)}</Fact>}
            {verdict.code !== '' && (
              <Fact label={t('line.code')}>
                <span className="hex">{verdict.code}</span>
              </Fact>
            )}
            {!passed && verdict.kind !== 'SET_ASIDE' && (
              <Fact label={t('line.next.label')}>{t(`line.next.${verdict.next}`)}</Fact>
            )}
            {site.unitLabel !== '' && <Fact label={t('line.unit')}>{site.unitLabel}</Fact>}
          </dl>
        </div>
      </FaceBody>
      <div className="face-foot">
        {site.choices.length > 0 ? (
          <ChoiceButtons {...props} onFill />
        ) : (
          <HandsNote icon={gone || verdict.next === 'resume' ? 'stay' : 'remove'}>
            {passed
              ? t(gone ? 'line.passNext' : 'line.passRemove')
              : verdict.next === 'resume'
                ? t('line.next.resume')
                : t(gone ? 'line.connectNext' : 'line.remove')}
          </HandsNote>
        )}
      </div>
    </>
  );
}
