import type { TFunction } from 'i18next';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { StateView, StationView } from '../../src-shared/ipc/state.ts';
import { formatClock, formatDay } from '../parts/format.ts';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { Icon } from '../parts/icon.tsx';
import { useStateView } from '../stores/station-store.ts';
import { ui } from '../stores/ui-store.ts';
import { useLanguage } from '../texts/sentence.ts';
import { useAsk } from './client-context.tsx';
import { clock, useTicking } from './clock.ts';

/** What the bar shows of the station. */
type BarView = Pick<
  StationView,
  'name' | 'batch' | 'server' | 'signersReady' | 'signersTotal' | 'person' | 'peopleConfigured'
>;

function barView({ station }: StateView): BarView {
  const { name, batch, server, signersReady, signersTotal, person, peopleConfigured } = station;
  return { name, batch, server, signersReady, signersTotal, person, peopleConfigured };
}

/** Station, batch, server, signers, who is there, the time. */
export function TopBar() {
  const { t } = useTranslation();
  const ask = useAsk();
  const station = useStateView(barView);
  if (station === undefined) return null;
  const [mark, tone] = serverMark(station);
  const ready: readonly [GlyphName, string] =
    station.signersTotal === 0 ? ['skip', ''] : station.signersReady === 0 ? ['ask', 'is-ask'] : ['pass', 'is-pass'];
  return (
    <header className="top">
      <dl className="top-item">
        <dt>{t('top.station')}</dt>
        <dd>{station.name === '' ? t('top.unnamed') : station.name}</dd>
      </dl>
      <button type="button" className="top-item top-button" onClick={() => ui.showBatch(true)}>
        <span className="top-key">{t('top.batch')}</span>
        <span className="top-value">
          {station.batch === '' ? t('top.none') : station.batch}
          <Icon name="edit" small />
        </span>
      </button>
      <dl className="top-item top-server">
        <dt>{t('top.server')}</dt>
        <dd>
          <Glyph name={mark} className={tone} />
          {serverWords(station, t)}
        </dd>
      </dl>
      <dl className="top-item">
        <dt>{t('top.signers')}</dt>
        <dd>
          <Glyph name={ready[0]} className={ready[1]} />
          {station.signersTotal === 0
            ? t('top.none')
            : t('top.signersReady', { ready: station.signersReady, total: station.signersTotal })}
        </dd>
      </dl>
      <Person station={station} onOff={() => void ask('people.signOff', {})} />
      <span className="grow" />
      <Clock />
    </header>
  );
}

function Person({ station, onOff }: { readonly station: BarView; readonly onOff: () => void }) {
  const { t } = useTranslation();
  const { person } = station;
  if (person === null) {
    return (
      <button type="button" className="top-item top-button" onClick={() => ui.askSignOn({ kind: 'asked' })}>
        <span className="top-key">{station.peopleConfigured ? t('top.nobody') : t('top.noPeople')}</span>
        <span className="top-value">
          {t('top.signOn')}
          <Icon name="person" small />
        </span>
      </button>
    );
  }
  return (
    <button type="button" className="top-item top-button" onClick={onOff} title={t('top.signOff')}>
      <span className="top-key">
        {t(`role.${person.role}`)}
        {person.auth === 'claimed' && ` · ${t('top.claimed')}`}
      </span>
      <span className="top-value">
        {person.name}
        <span className="top-off">{t('top.signOff')}</span>
      </span>
    </button>
  );
}

function Clock(): ReactNode {
  const language = useLanguage();
  useTicking(true, 1000);
  const now = clock.now();
  return (
    <p className="top-item top-clock">
      <span className="top-key">{formatDay(now, language)}</span>
      <span className="top-value">{formatClock(now)}</span>
    </p>
  );
}

function serverMark({ server }: BarView): readonly [GlyphName, string] {
  switch (server.status) {
    case 'listening':
    case 'connected':
      return ['pass', 'is-pass'];
    case 'unreachable':
      return ['fail', 'is-fail'];
    case 'off':
      return server.mode === 'own' ? ['pass', 'is-pass'] : ['skip', ''];
  }
}

function serverWords({ server }: BarView, t: TFunction): string {
  if (server.status === 'unreachable') return t('top.serverIs.unreachable', { address: server.address });
  if (server.mode === 'remote') return t('top.serverIs.remote', { address: server.address });
  if (server.status === 'listening') return t('top.serverIs.listening', { address: server.address });
  return t('top.serverIs.own');
}
