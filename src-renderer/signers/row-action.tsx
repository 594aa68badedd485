import { useTranslation } from 'react-i18next';
import type { SignerView } from '../../src-shared/ipc/state.ts';
import { useAsk } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { formatCountdown } from '../parts/format.ts';
import { ui } from '../stores/ui-store.ts';
import { useDelay } from './password-dialog.tsx';

/** The one thing that can be done next with a signer in this state. */
export function RowAction({ signer, onSetUp }: { readonly signer: SignerView; readonly onSetUp: () => void }) {
  const { t } = useTranslation();
  const ask = useAsk();
  const delay = useDelay(signer.delayUntil);
  const { serialNumber } = signer;
  switch (signer.state) {
    case 'READY':
      return (
        <Button icon="lock" onClick={() => void ask('signers.lock', { serialNumber })}>
          {t('signers.lock')}
        </Button>
      );
    case 'PASSWORD_REQUIRED':
      return (
        <Button kind="primary" icon="unlock" onClick={() => ui.askUnlock(serialNumber)}>
          {t('signers.unlock')}
        </Button>
      );
    case 'LOCKED_OUT':
      return (
        <Button disabled={delay > 0} onClick={() => ui.askUnlock(serialNumber)}>
          {delay > 0 ? t('signers.unlockIn', { time: formatCountdown(delay) }) : t('signers.unlock')}
        </Button>
      );
    case 'UNCONFIGURED':
      return (
        <Button icon="plus" onClick={onSetUp}>
          {t('signers.setUp')}
        </Button>
      );
    default:
      return null;
  }
}
