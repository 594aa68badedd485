import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type BoardKind, boardKinds } from '../../src-shared/ipc/lists.ts';
import type { SimulationView, SiteView } from '../../src-shared/ipc/state.ts';
import { useAsk } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { ui } from '../stores/ui-store.ts';
import { focusPlace } from './focus-place.ts';

/** Boards of a simulated line: put one in, take it out, at the site the keys act on. */
export function SimulationBar({
  sites,
  simulation,
  focused,
}: {
  readonly sites: readonly SiteView[];
  readonly simulation: SimulationView;
  readonly focused: string | null;
}) {
  const { t } = useTranslation();
  const ask = useAsk();
  const [kind, setKind] = useState<BoardKind>('new');
  const [password, setPassword] = useState<string | null>(null);
  /** Where a board is being made: some take seconds. */
  const [making, setMaking] = useState<readonly string[]>([]);
  const site = sites.find((candidate) => candidate.id === focused) ?? sites[0];
  if (site === undefined) return null;
  const present = simulation.sites.find((entry) => entry.site === site.id)?.board ?? null;
  return (
    <section className="simulation" aria-label={t('simulation.label')}>
      <span className="simulation-tape" aria-hidden="true" />
      <b className="simulation-title">{t('simulation.label')}</b>
      {sites.length > 1 && (
        <label className="simulation-field">
          <span>{t('simulation.site')}</span>
          <select value={site.id} onChange={(event) => ui.focusSite(event.target.value)}>
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
              value={kind}
              onChange={(event) => setKind(boardKinds.find((known) => known === event.target.value) ?? 'new')}
            >
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
              focusPlace(site.id);
              if (making.includes(site.id)) return;
              setMaking((before) => [...before, site.id]);
              void ask('simulation.insert', { site: site.id, board: kind }).finally(() =>
                setMaking((before) => before.filter((id) => id !== site.id)),
              );
            }}
          >
            {making.includes(site.id) ? t('simulation.making') : t('simulation.insert')}
          </Button>
        </>
      ) : (
        <>
          <span className="simulation-present">{t(`boardKind.${present}`)}</span>
          <Button size="op" icon="remove" onClick={() => void ask('simulation.remove', { site: site.id })}>
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
}
