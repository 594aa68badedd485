import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type BoardKind, boardKinds } from '../../src-shared/ipc/lists.ts';
import type { SiteView, StateView } from '../../src-shared/ipc/state.ts';
import { useAsk } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { useStateView } from '../stores/station-store.ts';
import { ui } from '../stores/ui-store.ts';
import { focusPlace } from './focus-place.ts';

/** Its board was pulled out before it was done with. */
function unfinished({ verdict }: SiteView): boolean {
  return verdict?.next === 'resume' || verdict?.next === 'retry';
}

/** What the bar shows: the sites to choose from, and of the one the keys act on its board. */
function barView({ sites, simulation }: StateView, focused: string | null) {
  const site = sites.find(({ id }) => id === focused) ?? sites[0];
  if (site === undefined) return undefined;
  return {
    sites: sites.map(({ id, number }) => ({ id, number })),
    site: site.id,
    place: simulation?.sites.find((entry) => entry.site === site.id),
    unfinished: unfinished(site),
  };
}

/** Boards of a simulated line: put one in, take it out, at the site the keys act on. */
export const SimulationBar = memo(function SimulationBar({ focused }: { readonly focused: string | null }) {
  const { t } = useTranslation();
  const ask = useAsk();
  const [kind, setKind] = useState<BoardKind>('new');
  /** Where the board that was pulled out is to come back: offered first where it was cut off or failed. */
  const [again, setAgain] = useState<Readonly<Record<string, boolean>>>({});
  const [password, setPassword] = useState<string | null>(null);
  /** Where a board is being made: some take seconds. */
  const [making, setMaking] = useState<readonly string[]>([]);
  const view = useStateView((state) => barView(state, focused));
  if (view === undefined) return null;
  const { sites, site, place } = view;
  const present = place?.board ?? null;
  const pulled = place?.pulled === true;
  const comesBack = pulled && (again[site] ?? view.unfinished);
  const wanted = comesBack ? 'same' : kind;
  return (
    <section className="simulation" aria-label={t('simulation.label')}>
      <span className="simulation-tape" aria-hidden="true" />
      <b className="simulation-title">{t('simulation.label')}</b>
      {sites.length > 1 && (
        <label className="simulation-field">
          <span>{t('simulation.site')}</span>
          <select value={site} onChange={(event) => ui.focusSite(event.target.value)}>
            {sites.map((candidate) => (
              <option key={candidate.id} value={candidate.id}>
                {candidate.number}
              </option>
            ))}
          </select>
        </label>
      )}
      {present === null ? (
        <>
          <label className="simulation-field">
            <span>{t('simulation.board')}</span>
            <select
              value={wanted}
              onChange={(event) => {
                const { value } = event.target;
                setAgain((before) => ({ ...before, [site]: value === 'same' }));
                setKind(boardKinds.find((known) => known === value) ?? kind);
              }}
            >
              {pulled && <option value="same">{t('simulation.same')}</option>}
              {boardKinds.map((known) => (
                <option key={known} value={known}>
                  {t(`boardKind.${known}`)}
                </option>
              ))}
            </select>
          </label>
          <Button
            size="op"
            icon="stay"
            onClick={() => {
              focusPlace(site);
              if (making.includes(site)) return;
              setMaking((before) => [...before, site]);
              void ask('simulation.insert', { site, board: wanted }).finally(() => {
                setMaking((before) => before.filter((id) => id !== site));
                setAgain(({ [site]: _, ...others }) => others);
              });
            }}
          >
            {making.includes(site) ? t('simulation.making') : t('simulation.insert')}
          </Button>
        </>
      ) : (
        <>
          <span className="simulation-present">{t(`boardKind.${present}`)}</span>
          <Button size="op" icon="remove" onClick={() => void ask('simulation.remove', { site })}>
            {t('simulation.remove')}
          </Button>
        </>
      )}
      <span className="grow" />
      {password === null ? (
        <Button
          size="op"
          kind="quiet"
          icon="eye"
          onClick={() => void ask('simulation.password', {}).then((answer) => setPassword(answer?.password ?? null))}
        >
          {t('simulation.password')}
        </Button>
      ) : (
        <Button size="op" kind="quiet" onClick={() => setPassword(null)}>
          {t('simulation.passwordIs', { password })}
        </Button>
      )}
      <Button size="op" kind="quiet" icon="lock" onClick={() => void ask('signers.lockAll', {})}>
        {t('simulation.lock')}
      </Button>
    </section>
  );
});
