import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SiteView } from '../../src-shared/ipc/state.ts';
import { siteWord } from '../line/site-words.ts';
import { useSlice } from '../stores/station-store.ts';

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
  const sites = useSlice('sites');
  const before = useRef<readonly SiteView[] | undefined>(undefined);
  const [polite, setPolite] = useState('');
  const [assertive, setAssertive] = useState('');
  useEffect(() => {
    const old = before.current;
    before.current = sites;
    if (sites === undefined || old === undefined) return;
    for (const site of sites) {
      const kind = announcement(
        old.find((candidate) => candidate.id === site.id),
        site,
      );
      const where = t('line.site', { number: site.number });
      if (kind === 'password') setAssertive(`${where}: ${t('line.waiting.say')}`);
      else if (kind !== undefined) setPolite(`${where}: ${t(`line.word.${siteWord(site)}`)}`);
    }
  }, [sites, t]);
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
