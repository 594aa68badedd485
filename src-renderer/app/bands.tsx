import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Band } from '../../src-shared/ipc/state.ts';
import { Icon, type IconName } from '../parts/icon.tsx';
import { useStateView, useStation } from '../stores/station-store.ts';
import { ui } from '../stores/ui-store.ts';
import { useLanguage, wordsOf } from '../texts/sentence.ts';
import { useAsk } from './client-context.tsx';
import { clock, useTicking } from './clock.ts';

const icons: Readonly<Record<Band['kind'], IconName>> = {
  simulated: 'flask',
  'network-open': 'link',
  'cannot-record': 'records',
  'server-unreachable': 'link',
  clock: 'clock',
  'log-broken': 'records',
};

/** Red bands: what is not as it must be. They push the frame down, cannot be dismissed, and their button ends the cause. */
export function Bands() {
  const { t } = useTranslation();
  const language = useLanguage();
  const ask = useAsk();
  const link = useStation((store) => store.link);
  const bands = useStateView(({ station }) => station.bands) ?? [];
  return (
    <section className="bands" aria-label={t('band.region')}>
      {link.state === 'lost' && <LinkLost retryAt={link.retryAt} />}
      {bands.map((band) => (
        <BandRow key={band.kind} icon={icons[band.kind]} title={t(`band.${band.kind}.title`)}>
          <p>
            {t(`band.${band.kind}.tell`, {
              address: band.facts['address'] ?? '',
              reason: asSentence(wordsOf(band.facts['reason'] ?? '', language, band.facts)),
              path: band.facts['path'] ?? '',
            })}
          </p>
          {band.kind === 'simulated' && (
            <button type="button" onClick={() => void ask('simulation.stop', {})}>
              {t('band.simulated.end')}
            </button>
          )}
          {(band.kind === 'network-open' || band.kind === 'server-unreachable') && (
            <button type="button" onClick={() => ui.go('settings')}>
              {t('place.settings')}
            </button>
          )}
          {band.kind === 'clock' && (
            <button type="button" onClick={() => void ask('line.acceptClock', {})}>
              {t('band.clock.accept')}
            </button>
          )}
          {band.kind === 'log-broken' && (
            <button type="button" onClick={() => ui.go('records')}>
              {t('place.records')}
            </button>
          )}
        </BandRow>
      ))}
    </section>
  );
}

/** A reason stands between two sentences. */
function asSentence(words: string): string {
  if (words === '') return '';
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? '' : '.'}`;
}

function LinkLost({ retryAt }: { readonly retryAt: number }) {
  const { t } = useTranslation();
  useTicking(true, 250);
  const seconds = Math.max(0, Math.ceil((retryAt - clock.now()) / 1000));
  return (
    <BandRow icon="link" title={t('link.title')}>
      <p role="status">{seconds === 0 ? t('link.trying') : t('link.tell', { count: seconds })}</p>
    </BandRow>
  );
}

function BandRow({ icon, title, children }: { icon: IconName; title: string; children: ReactNode }) {
  return (
    <div className="band">
      <span className="band-tape" aria-hidden="true" />
      <Icon name={icon} />
      <b>{title}</b>
      {children}
    </div>
  );
}
