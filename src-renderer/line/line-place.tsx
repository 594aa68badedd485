import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SiteView, StationView } from '../../src-shared/ipc/state.ts';
import { useAsk } from '../app/client-context.tsx';
import { clock, useTicking } from '../app/clock.ts';
import { useShortcut } from '../app/use-keys.ts';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogFoot } from '../parts/dialog.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { useSlice, useStateView, useStation } from '../stores/station-store.ts';
import { ui, useUi } from '../stores/ui-store.ts';
import { Face, siteClass } from './face.tsx';
import { LineNotices } from './line-notices.tsx';
import { ShiftCounter, ShiftStrip } from './shift-counter.tsx';
import { SimulationBar } from './simulation-bar.tsx';
import { elapsedNow, firstChoice, wantsLabel } from './site-words.ts';
import { StageList } from './stage-list.tsx';
import { Tiles } from './tiles.tsx';
import { type LineActions, useLineActions } from './use-line-actions.ts';
import { useLineKeys } from './use-line-keys.ts';
import './line.css';

/** The operator's screen: one site fills it, two to four stand as faces, up to sixteen as tiles. */
export default function LinePlace() {
  const station = useSlice('station');
  const sites = useSlice('sites');
  if (station === undefined || sites === undefined) return null;
  return <Line station={station} sites={sites} />;
}

function Line({ station, sites }: { readonly station: StationView; readonly sites: readonly SiteView[] }) {
  const { t } = useTranslation();
  const shift = useSlice('shift');
  const simulated = useStateView(({ simulation }) => simulation?.running === true);
  const arrivedAt = useStation((store) => store.sitesAt);
  const labels = useUi((store) => store.unitLabels);
  const wanted = useUi((store) => store.focusedSite);
  const actions = useLineActions();
  const ask = useAsk();
  const [opened, setOpened] = useState<string | null>(null);
  const openedSite = sites.find((site) => site.id === opened);
  // Tiles count by themselves.
  const faces = sites.length <= 4 ? sites : openedSite === undefined ? [] : [openedSite];
  const now = useTicking(
    faces.some((site) => site.state === 'running'),
    100,
  );
  const focused = sites.find((site) => site.id === wanted)?.id ?? sites[0]?.id ?? null;

  useAppearances(sites);
  const open = sites.length > 4 ? (site: SiteView) => setOpened(site.id) : undefined;
  useLineKeys({ sites, station, focused, actions, appearedAt, open });
  useShortcut('lock', () => void ask('signers.lockAll', {}));
  useShortcut('copy', () => {
    const serial = sites.find((site) => site.id === focused)?.chips[0]?.serialNumber;
    if (serial !== undefined) void navigator.clipboard?.writeText(serial);
  });

  const latest = useRef(station);
  latest.current = station;
  const tap = useCallback(
    (site: SiteView) => {
      const { current: station } = latest;
      if (site.state === 'waiting') {
        ui.askUnlock('*');
        return;
      }
      const direct =
        site.state === 'seen' &&
        station.plan?.options.holdToConfirm !== true &&
        !wantsLabel(site, station, useUi.getState().unitLabels[site.id]);
      const first = firstChoice(site);
      if (direct && first !== undefined) actions.take(site, first.action);
      else setOpened(site.id);
    },
    [actions],
  );

  if (sites.length === 0) return <NoSites />;
  const elapsed = (site: SiteView): number => elapsedNow(site, arrivedAt[site.id] ?? now, now);
  const ready = sites.filter((site) => site.state === 'seen' && firstChoice(site) !== undefined).length;
  return (
    <div className="line" data-sites={sites.length}>
      <h1 className="hidden-text">{t('place.line')}</h1>
      <LineNotices />
      {sites.length <= 4 ? (
        <div className={sites.length === 1 ? 'faces faces-one' : 'faces'}>
          {sites.map((site) => (
            <SiteCard
              key={site.id}
              site={site}
              station={station}
              actions={actions}
              elapsedMs={elapsed(site)}
              focused={site.id === focused}
              alone={sites.length === 1}
            />
          ))}
        </div>
      ) : (
        <Tiles sites={sites} station={station} focused={focused} labels={labels} onTake={tap} onFocus={focusSite} />
      )}
      {simulated && <SimulationBar focused={focused} />}
      {shift !== undefined &&
        (sites.length <= 4 ? (
          <ShiftCounter shift={shift} />
        ) : (
          <ShiftStrip
            shift={shift}
            ready={ready}
            hold={station.plan?.options.holdToConfirm === true}
            onAll={() => actions.startAll()}
          />
        ))}
      {openedSite !== undefined && sites.length > 4 && (
        <Dialog
          title={t('line.site', { number: openedSite.number })}
          wide
          onClose={() => {
            setOpened(null);
          }}
        >
          <div className={`${siteClass(openedSite, false)} site-in-dialog`}>
            <Face
              site={openedSite}
              station={station}
              actions={actions}
              elapsedMs={elapsed(openedSite)}
              focused={false}
            />
          </div>
          <DialogFoot>
            <Button size="op" onClick={() => setOpened(null)}>
              {t('dialog.close')}
            </Button>
          </DialogFoot>
        </Dialog>
      )}
    </div>
  );
}

function SiteCard({
  site,
  station,
  actions,
  elapsedMs,
  focused,
  alone,
}: {
  readonly site: SiteView;
  readonly station: StationView;
  readonly actions: LineActions;
  readonly elapsedMs: number;
  readonly focused: boolean;
  readonly alone: boolean;
}) {
  const { t } = useTranslation();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the digits and arrows do the same
    <section
      className={`${siteClass(site, focused && !alone)}${alone && site.state !== 'off' ? ' site-alone' : ''}`}
      aria-label={t('line.site', { number: site.number })}
      data-site={site.id}
      tabIndex={-1}
      onClick={() => ui.focusSite(site.id)}
      // Enter is the site's that is looked at, however the focus came here.
      onFocus={() => ui.focusSite(site.id)}
    >
      <Face site={site} station={station} actions={actions} elapsedMs={elapsedMs} focused={focused} />
      {alone && site.state !== 'off' && <StageList site={site} station={station} elapsedMs={elapsedMs} />}
    </section>
  );
}

function focusSite(site: SiteView): void {
  ui.focusSite(site.id);
}

/** When each site's board appeared (steady clock), for the guard on Enter. */
const appearances = new Map<string, { readonly key: string; readonly at: number }>();

function appearedAt(site: string): number | undefined {
  return appearances.get(site)?.at;
}

function useAppearances(sites: readonly SiteView[]): void {
  const first = useRef(true);
  useEffect(() => {
    for (const site of sites) {
      const key = site.chips.map((chip) => chip.serialNumber).join();
      const known = appearances.get(site.id);
      if (known?.key === key) continue;
      // What was there when the screen opened did not just appear, and a board that went cannot be started by mistake.
      const appeared = key !== '' && !first.current;
      appearances.set(site.id, { key, at: appeared ? clock.steady() : -1e9 });
    }
    first.current = false;
  }, [sites]);
}

function NoSites() {
  const { t } = useTranslation();
  return (
    <div className="line line-bare">
      <LineNotices />
      <section className="bare">
        <Glyph name="empty" />
        <div>
          <h1>{t('line.noSites.title')}</h1>
          <p>{t('line.noSites.tell')}</p>
          <Button kind="primary" size="op" onClick={() => ui.go('settings')}>
            {t('line.noSites.go')}
          </Button>
        </div>
      </section>
    </div>
  );
}
