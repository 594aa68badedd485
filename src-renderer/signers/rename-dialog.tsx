import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignerView } from '../../src-shared/ipc/state.ts';
import { useAsk } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';

/** The free label in the module: for people, not part of any certificate. */
export function RenameDialog({ signer, onClose }: { readonly signer: SignerView; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const ask = useAsk();
  const [label, setLabel] = useState(signer.label);
  return (
    <Dialog title={t('signers.rename')} glyph="info" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask('signers.rename', { serialNumber: signer.serialNumber, label: label.trim() }).then((answer) => {
            if (answer !== undefined) onClose();
          });
        }}
      >
        <DialogBody>
          <div className="field">
            <label htmlFor="signer-label">{t('signers.label')}</label>
            <input
              id="signer-label"
              className="input input-op"
              maxLength={64}
              value={label}
              onChange={(event) => setLabel(event.target.value)}
              data-autofocus
            />
            <p className="field-hint">{t('signers.labelTell')}</p>
          </div>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter">
            {t('dialog.save')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
