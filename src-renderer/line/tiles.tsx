import { memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { SiteView, StationView } from '../../src-shared/ipc/state.ts';
import { useTicking } from '../app/clock.ts';
import { formatDuration, formatElapsed } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { RunScale } from '../parts/run-scale.tsx';
import { ShortSerialNumber } from '../parts/serial-number.tsx';
import { useStation } from '../stores/station-store.ts';
import { useLanguage } from '../texts/sentence.ts';
import { elapsedNow, firstChoice, presentStage, siteGlyph, siteTone, siteWord, wantsLabel } from './site-words.ts';
import './tiles.css';

/** Columns of the grid of tiles: places never move when sites are switched off. */
const tileColumns = 4;

/** Five to sixteen sites: the number first, one word, one line. A tile takes the site's first action. */
export function Tiles({
  sites,
  station,
  focused,
  labels,
  onTake,
  onFocus,
}: {
  readonly sites: readonly SiteView[];
  readonly station: StationView;
  readonly focused: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly onTake: (site: SiteView) => void;
  readonly onFocus: (site: SiteView) => void;
}) {
  const { t } = useTranslation();
  return (
    <ol className="tiles" aria-label={t('line.tiles.label')} data-rows={Math.ceil(sites.length / tileColumns)}>
      {sites.map((site) => (
        <Tile
          key={site.id}
          site={site}
          current={site.id === focused}
          scan={wantsLabel(site, station, labels[site.id])}
          onTake={onTake}
          onFocus={onFocus}
        />
      ))}
    </ol>
  );
}

/** Drawn again only when this site changes: with sixteen, some other one changes all the time. */
const Tile = memo(function Tile({
  site,
  current,
  scan,
  onTake,
  onFocus,
}: {
  readonly site: SiteView;
  readonly current: boolean;
  readonly scan: boolean;
  readonly onTake: (site: SiteView) => void;
  readonly onFocus: (site: SiteView) => void;
}) {
  return (
    <li>
      <button
        type="button"
        className={`tile tile-${siteTone(site)}${current ? ' is-focus' : ''}`}
        data-site={site.id}
        onFocus={() => onFocus(site)}
        onClick={() => {
          onFocus(site);
          if (firstChoice(site) !== undefined || site.state === 'waiting') onTake(site);
        }}
      >
        <span className="tile-head">
          <b>{site.number}</b>
          {site.chips[0] !== undefined && <ShortSerialNumber value={site.chips[0].serialNumber} />}
          {site.chips.length > 1 && <span className="tile-more">+{site.chips.length - 1}</span>}
          <Glyph name={siteGlyph(site)} />
        </span>
        <TileMiddle site={site} />
        <TileFoot site={site} current={current} scan={scan} />
      </button>
    </li>
  );
});

/** ms since the run of a site began; while it runs, what uses this is drawn ten times a second. */
function useElapsed(site: SiteView): number {
  const arrivedAt = useStation((store) => store.sitesAt[site.id]);
  const now = useTicking(site.state === 'running', 100);
  return elapsedNow(site, arrivedAt ?? now, now);
}

function Elapsed({ site }: { readonly site: SiteView }): ReactNode {
  return formatElapsed(useElapsed(site), useLanguage());
}

/** Asks for the usual times itself: they change with every run, and only a running tile shows them. */
function TileScale({ site }: { readonly site: SiteView }) {
  const plan = useStation((store) => store.state?.station.plan);
  return (
    <RunScale
      stages={site.stages}
      usualMs={plan?.usualMs ?? null}
      locksSlots={plan?.locksSlots ?? false}
      elapsedMs={useElapsed(site)}
    />
  );
}

function TileMiddle({ site }: { readonly site: SiteView }) {
  const { t } = useTranslation();
  if (site.state === 'running') {
    return (
      <span className="tile-middle">
        <span className="tile-word">
          {presentStage(site)} <small>{t('line.tiles.of')}</small>
        </span>
        <TileScale site={site} />
      </span>
    );
  }
  const word = t(`line.tileWord.${siteWord(site)}`);
  return (
    <span className="tile-middle" style={{ '--chars': Math.max(4, word.length) } as React.CSSProperties}>
      <span className="tile-word">{word}</span>
    </span>
  );
}

function TileFoot({ site, current, scan }: { site: SiteView; current: boolean; scan: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const first = firstChoice(site);
  const [left, right] = ((): readonly [string, ReactNode] => {
    switch (site.state) {
      case 'running': {
        const stage = site.stages[presentStage(site) - 1];
        return [stage === undefined ? '' : t(`stage.${stage.stage}`), <Elapsed key={site.id} site={site} />];
      }
      case 'verdict': {
        const { verdict } = site;
        if (verdict === null) return ['', ''];
        const hands = t(site.chips.length === 0 ? 'line.tiles.connect' : 'line.tiles.remove');
        if (verdict.kind === 'PASS') return [hands, formatDuration(verdict.durationMs, language)];
        return [first === undefined ? hands : t(`action.${first.action}`), verdict.code];
      }
      case 'seen':
        if (scan) return [t('line.tiles.scan'), ''];
        if (first === undefined) {
          const blocked = site.choices[0]?.blocked ?? null;
          return [blocked === null ? t('line.tiles.connected') : t(`blocked.${blocked}`), ''];
        }
        return [current ? t('line.tiles.press') : t('line.tiles.connected'), ''];
      case 'decision':
        return [
          site.earlier !== null && site.earlier.stage > 0
            ? t('line.tiles.cutAt', { number: site.earlier.stage })
            : t(`reasonShort.${shortReason(site.reason)}`),
          '',
        ];
      case 'waiting':
        return [t('line.tiles.password'), ''];
      case 'empty':
        return [t('line.tiles.connect'), ''];
      case 'checking':
        return [t('line.tiles.reading'), ''];
      case 'no-chip':
        return [t('line.tiles.remove'), ''];
      case 'fault':
        return [t('line.tiles.kit'), ''];
      case 'off':
        return [t('line.tiles.off'), ''];
    }
  })();
  return (
    <span className="tile-foot">
      <span>{left}</span>
      {right !== '' && <span className="hex tile-right">{right}</span>}
    </span>
  );
}

const shortReasons = [
  'FOREIGN_CONFIG',
  'WRONG_PART',
  'ALREADY_PROVISIONED',
  'KEY_OF_UNKNOWN_ORIGIN',
  'SEVERAL_CHIPS',
] as const;
type ShortReason = (typeof shortReasons)[number] | 'other';

/** The reasons that have a word short enough for a tile. */
function shortReason(reason: string): ShortReason {
  return shortReasons.find((known) => known === reason) ?? 'other';
}
