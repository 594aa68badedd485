import { useTranslation } from 'react-i18next';
import type { VerdictView } from '../../src-shared/ipc/state.ts';
import { formatClock, formatDuration } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { sentenceOf, useLanguage } from '../texts/sentence.ts';
import { verdictTone, verdictWord } from './site-words.ts';

/** Outlined means before: the last board's verdict, until the next board is started. */
export function PreviousVerdict({ verdict }: { readonly verdict: VerdictView }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const tone = verdictTone(verdict);
  const sentence = sentenceOf(verdict.errorName, language);
  return (
    <div className={`past past-${tone}`}>
      <Glyph name={tone === 'ask' ? 'aside' : tone} />
      <strong>{t(`line.word.${verdictWord(verdict)}`)}</strong>
      <div className="past-facts">
        <b>{t('line.previous')}</b>
        {verdict.serialNumbers.map((serialNumber) => (
          <SerialNumber key={serialNumber} value={serialNumber} />
        ))}
        <span>
          {formatClock(verdict.at)}, {formatDuration(verdict.durationMs, language)}
          {verdict.code !== '' && <span className="hex past-code">{verdict.code}</span>}
        </span>
        {sentence !== undefined && <span>{sentence}</span>}
      </div>
    </div>
  );
}
