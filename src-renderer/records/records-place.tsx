import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '../app/use-keys.ts';
import { Button } from '../parts/button.tsx';
import { TabPanel, Tabs } from '../parts/tabs.tsx';
import { ArchiveTab } from './archive-tab.tsx';
import { LogTab } from './log-tab.tsx';
import './records.css';

const ChartsTab = lazy(() => import('./charts-tab.tsx'));

const tabIds = ['log', 'archive', 'charts'] as const;
type TabId = (typeof tabIds)[number];

/** QA's screen: what happened to one unit, or to a week. */
export default function RecordsPlace() {
  const { t } = useTranslation();
  const [tab, setTab] = useState<TabId>('log');
  const [dialog, setDialog] = useState<'export' | 'columns' | null>(null);
  useShortcut('export', () => {
    if (tab !== 'charts') setDialog('export');
  });
  const close = (): void => setDialog(null);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('place.records')}</h1>
        <Tabs
          label={t('place.records')}
          tabs={tabIds.map((id) => ({ id, name: t(`records.tabs.${id}`) }))}
          value={tab}
          onChange={setTab}
        />
        <span className="grow" />
        {tab === 'log' && (
          <Button icon="columns" onClick={() => setDialog('columns')}>
            {t('records.columns')}
          </Button>
        )}
        {tab !== 'charts' && (
          <Button icon="export" onClick={() => setDialog('export')}>
            {tab === 'archive' ? t('records.exportPem') : t('records.export')}
          </Button>
        )}
        <Button icon="print" onClick={() => window.print()}>
          {t('unit.print')}
        </Button>
      </header>
      <TabPanel id={tab} className="records-tab">
        {tab === 'log' && <LogTab exporting={dialog === 'export'} choosing={dialog === 'columns'} onClose={close} />}
        {tab === 'archive' && <ArchiveTab exporting={dialog === 'export'} onClose={close} />}
        {tab === 'charts' && (
          <Suspense fallback={<p className="empty-note">{t('loading')}</p>}>
            <ChartsTab />
          </Suspense>
        )}
      </TabPanel>
    </div>
  );
}
