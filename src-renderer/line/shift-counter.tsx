import { useTranslation } from 'react-i18next';
import type { ShiftView } from '../../src-shared/ipc/state.ts';
import { Button, KeyCap } from '../parts/button.tsx';
import { formatNumber } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { HoldButton } from '../parts/hold-button.tsx';
import { useLanguage } from '../texts/sentence.ts';
import { verdictTone, verdictWord } from './site-words.ts';

/** One board alone tells no rate. */
function rate(shift: ShiftView, language: 'en' | 'de'): string {
  return shift.done < 2 ? '–' : formatNumber(shift.perHour, language);
}

/** What this shift has done; the newest verdict is underlined. */
export function ShiftCounter({ shift }: { readonly shift: ShiftView }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const empty = Array.from({ length: 10 - shift.last.length }, (_, index) => index);
  return (
    <section className="shift" aria-label={t('shift.title')}>
      <dl>
        <dt>{t('shift.done')}</dt>
        <dd>
          {formatNumber(shift.done, language)}
          {shift.quota !== null && <small> {t('shift.of', { quota: formatNumber(shift.quota, language) })}</small>}
        </dd>
      </dl>
      <dl>
        <dt>
          <Glyph name="pass" className="is-pass" />
          {t('shift.passed')}
        </dt>
        <dd>{formatNumber(shift.passed, language)}</dd>
      </dl>
      <dl>
        <dt>
          <Glyph name="fail" className="is-fail" />
          {t('shift.failed')}
        </dt>
        <dd>{formatNumber(shift.failed, language)}</dd>
      </dl>
      <dl>
        <dt>{t('shift.perHour')}</dt>
        <dd>{rate(shift, language)}</dd>
      </dl>
      <div className="shift-ten">
        <p id="shift-ten">{t('shift.lastTen')}</p>
        <ol aria-labelledby="shift-ten">
          {empty.map((index) => (
            <li key={`empty-${index}`} className="is-empty" aria-hidden="true" />
          ))}
          {shift.last.map((entry, index) => {
            const tone = verdictTone(entry);
            return (
              <li
                // biome-ignore lint/suspicious/noArrayIndexKey: ten places in the order of time
                key={index}
                className={`shift-${tone}${index === shift.last.length - 1 ? ' is-newest' : ''}`}
              >
                <Glyph
                  name={tone === 'ask' ? 'aside' : tone}
                  label={`${t(`line.word.${verdictWord(entry)}`)} ${entry.serialNumber}`}
                />
              </li>
            );
          })}
        </ol>
      </div>
    </section>
  );
}

/** The same figures in one row, under the tiles, with the button for all boards that are ready. */
export function ShiftStrip({
  shift,
  ready,
  hold,
  onAll,
}: {
  readonly shift: ShiftView;
  readonly ready: number;
  /** The plan has boards held, not pressed. */
  readonly hold: boolean;
  readonly onAll: () => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <section className="strip" aria-label={t('shift.title')}>
      <p>
        {t('shift.done')} <b>{formatNumber(shift.done, language)}</b>
        {shift.quota !== null && ` ${t('shift.of', { quota: formatNumber(shift.quota, language) })}`}
      </p>
      <p>
        <Glyph name="pass" className="is-pass" />
        {t('shift.passed')} <b>{formatNumber(shift.passed, language)}</b>
      </p>
      <p>
        <Glyph name="fail" className="is-fail" />
        {t('shift.failed')} <b>{formatNumber(shift.failed, language)}</b>
      </p>
      <p className="strip-rate">
        {t('shift.perHour')} <b>{rate(shift, language)}</b>
      </p>
      <p className="strip-keys">
        <KeyCap>← ↑ ↓ →</KeyCap> {t('line.tiles.move')} <KeyCap>1</KeyCap>
        <KeyCap>6</KeyCap> {t('line.site', { number: 16 })}
      </p>
      {hold ? (
        <HoldButton size="op" disabled={ready === 0} onDone={onAll}>
          {t('line.tiles.all', { count: ready })}
        </HoldButton>
      ) : (
        <Button kind="primary" size="op" keyCap="Shift Enter" disabled={ready === 0} onClick={onAll}>
          {t('line.tiles.all', { count: ready })}
        </Button>
      )}
    </section>
  );
}
