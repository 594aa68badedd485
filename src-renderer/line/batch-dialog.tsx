import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { useSlice } from '../stores/station-store.ts';
import { ui } from '../stores/ui-store.ts';

/** Number of boards as typed: undefined = not a number above 0, null = not said. */
export function parseQuota(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const quota = Number(text);
  return Number.isInteger(quota) && quota > 0 ? quota : undefined;
}

/** The batch that runs belong to, how many boards it wants, and the shift's counters. */
export function BatchDialog() {
  const { t } = useTranslation();
  const ask = useAsk();
  const station = useSlice('station');
  const shift = useSlice('shift');
  const [batch, setBatch] = useState(station?.batch ?? '');
  const [quota, setQuota] = useState(shift?.quota === null || shift === undefined ? '' : String(shift.quota));
  const wanted = parseQuota(quota);
  return (
    <Dialog title={t('batch.title')} glyph="info" onClose={() => ui.showBatch(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted === undefined) return;
          void ask('line.setBatch', { batch: batch.trim(), quota: wanted }).then((answer) => {
            if (answer !== undefined) ui.showBatch(false);
          });
        }}
      >
        <DialogBody>
          <div className="field">
            <label htmlFor="batch-name">{t('batch.name')}</label>
            <input
              id="batch-name"
              className="input input-op"
              maxLength={64}
              value={batch}
              onChange={(event) => setBatch(event.target.value)}
              data-autofocus
            />
          </div>
          <div className="field">
            <label htmlFor="batch-quota">{t('batch.quota')}</label>
            <input
              id="batch-quota"
              className="input input-op"
              inputMode="numeric"
              value={quota}
              aria-invalid={wanted === undefined}
              onChange={(event) => setQuota(event.target.value)}
            />
            {wanted === undefined && <p className="is-fail">{t('batch.quotaWrong')}</p>}
          </div>
          <div>
            <Button
              onClick={() =>
                void ask('line.resetShift', {}).then((answer) => {
                  if (answer !== undefined) ui.notice('done', t('batch.reset'));
                })
              }
            >
              {t('batch.resetShift')}
            </Button>
          </div>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={() => ui.showBatch(false)}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter" disabled={wanted === undefined}>
            {t('dialog.save')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
