import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Plan } from '../../src-shared/model/plan.ts';
import { useAsk, useCall } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { TabPanel, Tabs } from '../parts/tabs.tsx';
import { drafts, usePlanWork } from '../stores/drafts.ts';
import { useSlice } from '../stores/station-store.ts';
import { ui } from '../stores/ui-store.ts';
import { useLanguage, useSentence } from '../texts/sentence.ts';
import { CertificatesTab } from './certificates-tab.tsx';
import { ConfigTab } from './config-tab.tsx';
import { type PlanPart, planChanges } from './draft.ts';
import { DryRunTab } from './dry-run-tab.tsx';
import { LocksTab } from './locks-tab.tsx';
import { NewPlanDialog } from './new-plan-dialog.tsx';
import { OptionsTab } from './options-tab.tsx';
import { VersionsTab } from './versions-tab.tsx';
import { WritesTab } from './writes-tab.tsx';
import './plan.css';

const tabIds = ['versions', 'config', 'certificates', 'writes', 'locks', 'options', 'dryRun'] as const;
export type PlanTab = (typeof tabIds)[number];

export interface PlanName {
  readonly name: string;
  readonly version: number;
}

/** The engineer's screen: what a run does to each chip, by versions that never change once saved. */
export default function PlanPlace() {
  const { t } = useTranslation();
  const language = useLanguage();
  const ask = useAsk();
  const sentence = useSentence();
  const station = useSlice('station');
  const sites = useSlice('sites');
  const list = useCall('plan.list', {});
  const [tab, setTab] = useState<PlanTab>('config');
  const mode = station?.mode ?? 'unset';
  const { chosen, draft } = usePlanWork(mode);
  const setDraft = (changed: Plan | null): void => drafts.plan(mode, { draft: changed });
  const [entryIndex, setEntryIndex] = useState(0);
  const [partWanted, setPart] = useState<PlanPart | null>(null);
  const [site, setSite] = useState<string | null>(null);
  const [creating, setCreating] = useState(false);

  const active = list.value?.find((plan) => plan.active) ?? list.value?.[0];
  const named = chosen ?? (active === undefined ? null : { name: active.name, version: active.version });
  const saved = useCall('plan.get', named === null ? null : { name: named.name, version: named.version });
  const plan = draft ?? saved.value ?? null;
  const entry = plan?.entries[entryIndex] ?? plan?.entries[0];
  const part = partOf(entry?.images, partWanted);
  const inspectedInput = useMemo(
    () => (plan === null || part === null ? null : { plan, entry: Math.max(0, entryIndex), part, site, language }),
    [plan, part, entryIndex, site, language],
  );
  const inspected = useCall('plan.inspect', inspectedInput);
  const versions = (list.value ?? []).filter((row) => row.name === named?.name);
  const row = versions.find((candidate) => candidate.version === named?.version);
  const isNew = draft !== null && saved.value?.name !== draft.name;
  const changes = draft === null || saved.value === undefined || isNew ? [] : planChanges(saved.value, draft);
  const unsaved = draft !== null && (isNew || changes.length > 0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another plan has other chips
  useEffect(() => setEntryIndex(0), [named?.name, named?.version]);

  const save = async (): Promise<void> => {
    if (draft === null) return;
    const answer = await ask('plan.save', { plan: draft });
    if (answer === undefined) return;
    drafts.plan(mode, { draft: null, chosen: { name: draft.name, version: answer.version } });
    list.reload();
    ui.notice('done', t('plan.saved', { version: answer.version }));
  };
  const act = async (what: 'plan.release' | 'plan.activate', name: PlanName): Promise<void> => {
    const answer = await ask(what, { name: name.name, version: name.version });
    if (answer !== undefined) list.reload();
  };

  const failed = list.state === 'failed' ? list.error : saved.state === 'failed' ? saved.error : undefined;
  return (
    <div className="page">
      <header className="page-head">
        <div className="plan-name">
          <h1>{plan === null ? t('place.plan') : plan.name}</h1>
          <span className="sub">
            {plan === null || named === null
              ? isNew
                ? t('plan.unsavedNew')
                : t('plan.none')
              : unsaved
                ? isNew
                  ? t('plan.unsavedNew')
                  : t('plan.draftOf', { version: named.version })
                : t('plan.versionIs', {
                    version: named.version,
                    state:
                      row?.active === true
                        ? t('plan.inUse')
                        : row?.released === true
                          ? t('plan.released')
                          : t('plan.notReleased'),
                  })}
          </span>
        </div>
        <Tabs
          label={t('place.plan')}
          tabs={tabIds.map((id) => ({ id, name: t(`plan.tabs.${id}`) }))}
          value={tab}
          onChange={setTab}
        />
        <div className="plan-actions">
          {!unsaved && (
            <>
              <Button icon="plus" onClick={() => setCreating(true)}>
                {t('plan.new')}
              </Button>
              {row !== undefined && !row.released && (
                <Button kind="primary" onClick={() => void act('plan.release', row)}>
                  {t('plan.release', { version: row.version })}
                </Button>
              )}
              {row?.released === true && !row.active && (
                <Button kind="primary" onClick={() => void act('plan.activate', row)}>
                  {t('plan.activate', { version: row.version })}
                </Button>
              )}
            </>
          )}
        </div>
      </header>
      <TabPanel id={tab} className="plan-tab">
        {failed !== undefined && (
          <p className="failure" role="alert">
            <Glyph name="fail" />
            {sentence(failed)}
          </p>
        )}
        {unsaved && (
          <div className="plan-unsaved">
            <Glyph name="info" />
            <p role="status">
              {t('plan.unsaved')} {changes.map((change) => t(`plan.changed.${change}`)).join(', ')}
            </p>
            <div className="plan-actions">
              <Button onClick={() => setDraft(null)}>{t('plan.discard')}</Button>
              <Button kind="primary" onClick={() => void save()}>
                {isNew ? t('plan.saveNew') : t('plan.save', { version: nextVersion(versions) })}
              </Button>
            </div>
          </div>
        )}
        {plan !== null && tab !== 'versions' && tab !== 'options' && (
          <Choices
            plan={plan}
            entryIndex={entryIndex}
            onEntry={setEntryIndex}
            part={part}
            onPart={setPart}
            site={site}
            onSite={setSite}
            sites={(sites ?? []).filter((view) => view.chips.length > 0)}
          />
        )}
        {tab === 'versions' && (
          <VersionsTab
            list={list.value ?? []}
            chosen={named}
            locked={unsaved}
            onChoose={(name) => drafts.plan(mode, { draft: null, chosen: name })}
            onRelease={(name) => void act('plan.release', name)}
            onActivate={(name) => void act('plan.activate', name)}
          />
        )}
        {plan === null && tab !== 'versions' && list.state === 'ready' && (
          <p className="empty-note">{t('plan.noneTell')}</p>
        )}
        {plan !== null && part === null && tab !== 'versions' && tab !== 'options' && (
          <p className="empty-note">{t('plan.noImage')}</p>
        )}
        {plan !== null && entry !== undefined && part !== null && (
          <>
            {tab === 'config' && (
              <ConfigTab
                plan={plan}
                entryIndex={entryIndex}
                part={part}
                inspected={inspected}
                saved={isNew ? null : (saved.value ?? null)}
                onChange={setDraft}
              />
            )}
            {tab === 'certificates' && (
              <CertificatesTab plan={plan} entryIndex={entryIndex} inspected={inspected} onChange={setDraft} />
            )}
            {tab === 'writes' && <WritesTab plan={plan} entryIndex={entryIndex} onChange={setDraft} />}
            {tab === 'locks' && (
              <LocksTab plan={plan} entryIndex={entryIndex} inspected={inspected} onChange={setDraft} />
            )}
            {tab === 'dryRun' && inspectedInput !== null && (
              <DryRunTab input={inspectedInput} usualMs={station?.plan?.usualMs ?? null} />
            )}
          </>
        )}
        {plan !== null && tab === 'options' && (
          <OptionsTab plan={plan} entryIndex={entryIndex} onEntry={setEntryIndex} onChange={setDraft} />
        )}
      </TabPanel>
      {creating && (
        <NewPlanDialog
          taken={(list.value ?? []).map((known) => known.name)}
          onClose={() => setCreating(false)}
          onMake={(made) => {
            setCreating(false);
            setDraft(made);
            setTab('certificates');
          }}
        />
      )}
    </div>
  );
}

function nextVersion(versions: readonly { readonly version: number }[]): number {
  return Math.max(0, ...versions.map((row) => row.version)) + 1;
}

/** The part shown: the one asked for if the plan has an image for it, else the one it has. */
function partOf(images: Plan['entries'][number]['images'] | undefined, wanted: PlanPart | null): PlanPart | null {
  if (images === undefined) return null;
  if (wanted !== null && images[wanted] !== undefined) return wanted;
  if (images.ATECC608 !== undefined) return 'ATECC608';
  return images.ATECC508A === undefined ? null : 'ATECC508A';
}

function Choices({
  plan,
  entryIndex,
  onEntry,
  part,
  onPart,
  site,
  onSite,
  sites,
}: {
  readonly plan: Plan;
  readonly entryIndex: number;
  readonly onEntry: (index: number) => void;
  readonly part: PlanPart | null;
  readonly onPart: (part: PlanPart) => void;
  readonly site: string | null;
  readonly onSite: (site: string | null) => void;
  readonly sites: readonly { readonly id: string; readonly number: number }[];
}) {
  const { t } = useTranslation();
  const images = plan.entries[entryIndex]?.images ?? {};
  return (
    <div className="filters plan-choices">
      {plan.entries.length > 1 && (
        <label className="filter">
          <span>{t('plan.entry')}</span>
          <select value={entryIndex} onChange={(event) => onEntry(Number(event.target.value))}>
            {plan.entries.map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the chip's place in the plan is what it is
              <option key={index} value={index}>
                {entry.label}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="filter">
        <span>{t('line.part')}</span>
        <select
          value={part ?? ''}
          onChange={(event) => onPart(event.target.value === 'ATECC508A' ? 'ATECC508A' : 'ATECC608')}
        >
          {images.ATECC508A !== undefined && <option value="ATECC508A">ATECC508A</option>}
          {images.ATECC608 !== undefined && <option value="ATECC608">ATECC608</option>}
        </select>
      </label>
      <label className={site === null ? 'filter' : 'filter is-set'}>
        <span>{t('plan.compareWith')}</span>
        <select value={site ?? ''} onChange={(event) => onSite(event.target.value === '' ? null : event.target.value)}>
          <option value="">{t('plan.noChip')}</option>
          {sites.map((candidate) => (
            <option key={candidate.id} value={candidate.id}>
              {t('plan.chipAt', { number: candidate.number })}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
