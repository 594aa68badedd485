import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignerView } from '../../src-shared/ipc/state.ts';
import { roleWanted, useClient } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { ui } from '../stores/ui-store.ts';
import { useSentence } from '../texts/sentence.ts';
import { NewPasswords, useNewPasswords } from './new-passwords.tsx';
import { PasswordSteps, usePasswordFields } from './password-fields.tsx';

/** The present password, then the new one twice, for one or two persons. A cut on the way loses nothing: both are asked for again. */
export function ChangePasswordDialog({
  signer,
  onClose,
}: {
  readonly signer: SignerView;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const sentence = useSentence();
  const open = signer.passwordScheme === 'open';
  const count = signer.passwordScheme === 'two-persons' ? 2 : 1;
  const old = usePasswordFields(count);
  const fresh = useNewPasswords(count);
  const [proven, setProven] = useState(open);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const submit = async (): Promise<void> => {
    if (!proven) {
      if (old.advance()) {
        setProven(true);
        fresh.focus();
      }
      return;
    }
    if (!fresh.complete()) return;
    setBusy(true);
    setError(null);
    const answer = await client.call('signers.changePassword', {
      serialNumber: signer.serialNumber,
      oldPasswords: open ? [] : old.take(),
      newPasswords: fresh.take(),
    });
    setBusy(false);
    if (answer.ok) {
      ui.notice('done', t('signers.passwordChanged'));
      onClose();
      return;
    }
    setProven(open);
    const role = roleWanted(answer.failure);
    if (role !== undefined) ui.askSignOn({ kind: 'role', role });
    else setError(sentence(answer.failure));
  };

  const firstLabels = count === 2 ? [t('signers.old.first'), t('signers.old.second')] : [t('signers.old.one')];
  return (
    <Dialog title={t('signers.changePassword')} glyph="key" onClose={onClose}>
      <form
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <DialogBody>
          {!open && (
            <div hidden={proven}>
              <PasswordSteps fields={old} labels={firstLabels} invalid={error !== null} />
            </div>
          )}
          {proven && <NewPasswords passwords={fresh} count={count} />}
          {error !== null && (
            <p className="note note-bad" role="alert">
              <Icon name="close" />
              <span>{error}</span>
            </p>
          )}
          <p className="note note-sub">
            <Icon name="lock" />
            <span>{t('signers.changeTell')}</span>
          </p>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter" disabled={busy}>
            {proven ? t('signers.changePassword') : t('sequence.next')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
