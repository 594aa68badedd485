import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { ui } from '../stores/ui-store.ts';

/** Allows one more certificate for a chip that has one: a supervisor's act, with a reason, recorded. */
export function ReworkDialog({
  serialNumber,
  onClose,
}: {
  readonly serialNumber: string;
  readonly onClose: (done: boolean) => void;
}) {
  const { t } = useTranslation();
  const ask = useAsk();
  const [reason, setReason] = useState('');
  return (
    <Dialog title={t('rework.title')} glyph="aside" onClose={() => onClose(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask('records.rework', { serialNumber, reason: reason.trim() }).then((answer) => {
            if (answer === undefined) return;
            ui.notice('done', t('rework.done'));
            onClose(true);
          });
        }}
      >
        <DialogBody>
          <dl className="facts-box">
            <dt>{t('line.deviceSn')}</dt>
            <dd>
              <SerialNumber value={serialNumber} />
            </dd>
          </dl>
          <p>{t('rework.tell')}</p>
          <div className="field">
            <label htmlFor="rework-reason">{t('line.stopped.reason')}</label>
            <input
              id="rework-reason"
              className="input input-op"
              required
              maxLength={200}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              data-autofocus
            />
          </div>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={() => onClose(false)}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter" disabled={reason.trim() === ''}>
            {t('rework.go')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
