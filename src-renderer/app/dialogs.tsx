import { lazy, Suspense } from 'react';
import { BatchDialog } from '../line/batch-dialog.tsx';
import { SignOnDialog } from '../people/sign-on-dialog.tsx';
import { PasswordRequest } from '../signers/password-request.tsx';
import { useUi } from '../stores/ui-store.ts';

const Help = lazy(() => import('./help.tsx'));

/** The dialogs that any place may show; one at a time: a wanted role, then help, then a wanted password. */
export function Dialogs() {
  const signOn = useUi((store) => store.signOn);
  const help = useUi((store) => store.helpOpen);
  const batch = useUi((store) => store.batchOpen);
  if (signOn !== null) return <SignOnDialog reason={signOn} />;
  if (help)
    return (
      <Suspense>
        <Help />
      </Suspense>
    );
  if (batch) return <BatchDialog />;
  return <PasswordRequest />;
}
