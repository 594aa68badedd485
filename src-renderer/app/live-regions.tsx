import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SiteView } from '../../src-shared/ipc/state.ts';
import { siteWord } from '../line/site-words.ts';
import { useStation } from '../stores/station-store.ts';

/** What a site's change is worth saying aloud: verdicts politely, a wanted password at once. */
export function announcement(
  before: SiteView | undefined,
  after: SiteView,
): 'verdict' | 'decision' | 'password' | undefined {
  if (before?.state === after.state && before.verdict?.runId === after.verdict?.runId) return undefined;
  switch (after.state) {
    case 'verdict':
      return 'verdict';
    case 'decision':
    case 'no-chip':
    case 'fault':
      return 'decision';
    case 'waiting':
      return 'password';
    default:
      return undefined;
  }
}

/** For screen readers: verdicts go to a polite region, password requests to an assertive one. */
export function LiveRegions() {
  const { t } = useTranslation();
  const [polite, setPolite] = useState('');
  const [assertive, setAssertive] = useState('');
  useEffect(
    () =>
      useStation.subscribe(({ state }, { state: before }) => {
        if (state === null || before === null || state.sites === before.sites) return;
        for (const site of state.sites) {
          const kind = announcement(
            before.sites.find((candidate) => candidate.id === site.id),
            site,
          );
          if (kind === undefined) continue;
          const where = t('line.site', { number: site.number });
          if (kind === 'password') setAssertive(`${where}: ${t('line.waiting.say')}`);
          else setPolite(`${where}: ${t(`line.word.${siteWord(site)}`)}`);
        }
      }),
    [t],
  );
  return (
    <>
      <p className="hidden-text" aria-live="polite">
        {polite}
      </p>
      <p className="hidden-text" aria-live="assertive">
        {assertive}
      </p>
    </>
  );
}
