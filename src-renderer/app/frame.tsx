import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { StationView } from '../../src-shared/ipc/state.ts';
import FirstStart from '../first-start/first-start.tsx';
import LinePlace from '../line/line-place.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { useStateView } from '../stores/station-store.ts';
import { type Place, ui, useUi } from '../stores/ui-store.ts';
import { Bands } from './bands.tsx';
import { Dialogs } from './dialogs.tsx';
import { LiveRegions } from './live-regions.tsx';
import { Notices } from './notices.tsx';
import { TopBar } from './top-bar.tsx';
import { useGlobalKeys } from './use-keys.ts';
import './frame.css';

const lazyPlaces = {
  signers: lazy(() => import('../signers/signers-place.tsx')),
  records: lazy(() => import('../records/records-place.tsx')),
  plan: lazy(() => import('../plan/plan-place.tsx')),
  activity: lazy(() => import('../activity/activity-place.tsx')),
  settings: lazy(() => import('../settings/settings-place.tsx')),
} as const;

const railPlaces = [
  { place: 'line', icon: 'line', keys: 'Control+1' },
  { place: 'signers', icon: 'signers', keys: 'Control+2' },
  { place: 'records', icon: 'records', keys: 'Control+3' },
  { place: 'plan', icon: 'plan', keys: 'Control+4' },
  { place: 'activity', icon: 'activity', keys: 'Control+5' },
] as const satisfies readonly { place: Place; icon: IconName; keys: string }[];

/** Rail, top bar, red bands and the place in the middle. */
export function Frame() {
  const place = useUi((store) => store.place);
  const mode = useStateView(({ station }) => station.mode);
  useGlobalKeys();
  // `npm run bench -- ui` reads when the first screen stood.
  useEffect(() => {
    performance.mark('signet-screen');
  }, []);
  const main = useRef<HTMLElement>(null);
  useOtherStation(mode);
  // A place that was left took the focus with it: what the Tab key comes to next belongs to the new one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place, or another station behind it
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body)
      main.current?.focus({ preventScroll: true });
  }, [place, mode]);
  if (mode === undefined) return null;
  return (
    <div className="frame">
      <Bands />
      <Rail place={place} />
      <TopBar />
      <main ref={main} className="main" id="main" tabIndex={-1}>
        <Suspense fallback={<Waiting />}>
          {/* Nothing that one station said is left on the screens of another: what they show is asked for anew. */}
          <PlaceView key={mode} place={place} unset={mode === 'unset'} />
        </Suspense>
      </main>
      <Notices />
      <Dialogs />
      <LiveRegions />
    </div>
  );
}

/** What the screens remember of a station goes with it: a simulation has units, sites and signers of its own. */
function useOtherStation(mode: StationView['mode'] | undefined): void {
  const before = useRef(mode);
  useEffect(() => {
    if (before.current !== undefined && before.current !== mode) ui.forgetStation();
    before.current = mode;
  }, [mode]);
}

function PlaceView({ place, unset }: { readonly place: Place; readonly unset: boolean }): ReactNode {
  if (place === 'line') return unset ? <FirstStart /> : <LinePlace />;
  const View = lazyPlaces[place];
  return <View />;
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <p className="waiting" aria-live="polite">
      {t('loading')}
    </p>
  );
}

function Rail({ place }: { readonly place: Place }) {
  const { t } = useTranslation();
  return (
    <nav className="rail" aria-label={t('frame.places')}>
      <div className="rail-mark">
        <svg viewBox="0 0 36 36" role="img" aria-label="Signet">
          <path d="M4 4h28v28H4z" fill="var(--ink)" />
          <circle cx="18" cy="18" r="9.5" fill="none" stroke="var(--surface)" strokeWidth="2.5" />
          <path d="M14 14h8v8h-8z" fill="var(--surface)" />
          <path d="M18 4v4.5M18 27.5V32M4 18h4.5M27.500 18H32" stroke="var(--surface)" strokeWidth="2.5" />
        </svg>
      </div>
      {railPlaces.map((entry) => (
        <RailButton key={entry.place} {...entry} current={place === entry.place}>
          {t(`place.${entry.place}`)}
        </RailButton>
      ))}
      <div className="rail-foot">
        <RailButton place="settings" icon="settings" current={place === 'settings'}>
          {t('place.settings')}
        </RailButton>
        <button type="button" className="rail-place" aria-keyshortcuts="?" onClick={() => ui.showHelp(true)}>
          <Icon name="help" />
          {t('frame.help')}
        </button>
      </div>
    </nav>
  );
}

function RailButton({
  place,
  icon,
  keys,
  current,
  children,
}: {
  readonly place: Place;
  readonly icon: IconName;
  readonly keys?: string;
  readonly current: boolean;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      className="rail-place"
      aria-current={current ? 'page' : undefined}
      {...(keys === undefined ? {} : { 'aria-keyshortcuts': keys })}
      onClick={() => ui.go(place)}
    >
      <Icon name={icon} />
      {children}
    </button>
  );
}
