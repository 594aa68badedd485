import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../src-shared/ipc/contract.ts';
import { useAsk, useCall } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { drafts, useSettingsDraft } from '../stores/drafts.ts';
import { useSlice } from '../stores/station-store.ts';
import { ui } from '../stores/ui-store.ts';
import { useSentence } from '../texts/sentence.ts';
import { HealthSection } from './health-section.tsx';
import { PeopleSection } from './people-section.tsx';
import { RootsSection } from './roots-section.tsx';
import { ServerSection } from './server-section.tsx';
import { SitesSection } from './sites-section.tsx';
import { StationSection } from './station-section.tsx';
import './settings.css';

const sections = ['station', 'sites', 'server', 'roots', 'people', 'health'] as const;
type Section = (typeof sections)[number];

/** This station: name and look, sites and kits, its server, whom it trusts, its people, its health. */
export default function SettingsPlace() {
  const { t } = useTranslation();
  const ask = useAsk();
  const sentence = useSentence();
  const loaded = useCall('settings.get', {});
  const [section, setSection] = useState<Section>('station');
  const mode = useSlice('station')?.mode ?? 'unset';
  const draft = useSettingsDraft(mode);
  /** As they stand since the last save of this screen. */
  const [saved, setSaved] = useState<Settings | null>(null);
  const kept = saved ?? loaded.value;
  const settings = draft ?? kept;
  const changed = draft !== undefined && JSON.stringify(draft) !== JSON.stringify(kept);

  const save = async (): Promise<void> => {
    if (draft === undefined) return;
    const answer = await ask('settings.save', draft);
    if (answer === undefined) return;
    setSaved((await ask('settings.get', {})) ?? draft);
    // What was typed while the core was at work is not lost.
    drafts.settings(mode, (now) => (now === draft ? undefined : now));
    ui.notice('done', t('settings.saved'));
  };
  const change = (part: Partial<Settings>): void => {
    if (settings !== undefined) drafts.settings(mode, () => ({ ...settings, ...part }));
  };

  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('place.settings')}</h1>
        <span className="grow" />
        {changed && (
          <>
            <span className="sub" role="status">
              {t('settings.unsaved')}
            </span>
            <Button onClick={() => drafts.settings(mode, () => undefined)}>{t('plan.discard')}</Button>
            <Button kind="primary" onClick={() => void save()}>
              {t('dialog.save')}
            </Button>
          </>
        )}
      </header>
      <div className="settings">
        <nav className="card settings-nav" aria-label={t('place.settings')}>
          {sections.map((name) => (
            <button
              key={name}
              type="button"
              aria-current={name === section ? 'page' : undefined}
              onClick={() => setSection(name)}
            >
              {t(`settings.sections.${name}`)}
            </button>
          ))}
        </nav>
        <section className="card" aria-label={t(`settings.sections.${section}`)}>
          <ScrollBox>
            {loaded.state === 'failed' && (
              <p className="failure" role="alert">
                <Glyph name="fail" />
                {sentence(loaded.error)}
              </p>
            )}
            {section === 'people' && <PeopleSection />}
            {section === 'health' && <HealthSection />}
            {settings !== undefined && (
              <>
                {section === 'station' && <StationSection settings={settings} onChange={change} />}
                {section === 'sites' && <SitesSection settings={settings} onChange={change} />}
                {section === 'server' && <ServerSection settings={settings} onChange={change} />}
                {section === 'roots' && <RootsSection settings={settings} onChange={change} />}
              </>
            )}
          </ScrollBox>
        </section>
      </div>
    </div>
  );
}
