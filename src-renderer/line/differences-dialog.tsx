import { useTranslation } from 'react-i18next';
import type { SiteView } from '../../src-shared/ipc/state.ts';
import { useCall } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { hexPairs } from '../parts/format.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { useSlice } from '../stores/station-store.ts';
import { useLanguage, useSentence } from '../texts/sentence.ts';

/** Every field in which a chip's configuration differs from the plan's. */
export function DifferencesDialog({ site, onClose }: { readonly site: SiteView; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const sentence = useSentence();
  const station = useSlice('station');
  const plan = useCall(
    'plan.get',
    station?.plan === null || station?.plan === undefined
      ? null
      : { name: station.plan.name, version: station.plan.version },
  );
  const entry = site.chipIndex ?? 0;
  const part = site.chips[entry]?.part === 'ATECC508A' ? 'ATECC508A' : 'ATECC608';
  const inspected = useCall(
    'plan.inspect',
    plan.value === undefined ? null : { plan: plan.value, entry, part, site: site.id, language },
  );
  const rows = (inspected.value?.rows ?? []).filter((row) => row.chip !== null);
  const failed = plan.state === 'failed' ? plan.error : inspected.state === 'failed' ? inspected.error : undefined;
  return (
    <Dialog title={t('line.differences.title')} glyph="aside" onClose={onClose} wide>
      <DialogBody>
        {failed !== undefined && <p className="is-fail">{sentence(failed)}</p>}
        {inspected.state === 'loading' && <p>{t('loading')}</p>}
        {inspected.state === 'ready' && (
          <>
            <p>{t('line.differences.count', { count: rows.length })}</p>
            {rows.length > 0 && (
              <ScrollBox className="table-scroll">
                <table className="table">
                  <thead>
                    <tr>
                      <th>{t('plan.field')}</th>
                      <th>{t('plan.planColumn')}</th>
                      <th>{t('plan.chipColumn')}</th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((row) => (
                      <tr key={row.offset}>
                        <td>{row.field}</td>
                        <td className="hex">{hexPairs(row.bytes).join(' ')}</td>
                        <td className="hex">
                          <b>{hexPairs(row.chip ?? '').join(' ')}</b>
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </ScrollBox>
            )}
          </>
        )}
      </DialogBody>
      <DialogFoot>
        <Button size="op" onClick={onClose}>
          {t('dialog.close')}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
