import { useEffect, useState } from 'react';
import type { SiteView } from '../../src-shared/ipc/state.ts';
import { useSlice, useStation } from '../stores/station-store.ts';
import { ui, useUi } from '../stores/ui-store.ts';
import { PasswordDialog } from './password-dialog.tsx';
import { passwordTarget } from './password-target.ts';

/** Shows the password dialog when one is wanted, and keeps it on its signer until it is done or put off. */
export function PasswordRequest() {
  const onLine = useUi((store) => store.place === 'line');
  const asked = useUi((store) => store.unlockSigner);
  const putOff = useUi((store) => store.putOff);
  const [held, setHeld] = useState<string | null>(null);
  const wanted = useStation(({ state }) => {
    if (state === null) return null;
    return passwordTarget({ signers: state.signers, onLine, asked, putOff })?.serialNumber ?? null;
  });

  useEffect(() => {
    if (held === null && wanted !== null) setHeld(wanted);
  }, [held, wanted]);

  const serialNumber = held ?? wanted;
  if (serialNumber === null) return null;
  return <PasswordOf key={serialNumber} serialNumber={serialNumber} onEnd={() => setHeld(null)} />;
}

function PasswordOf({ serialNumber, onEnd }: { readonly serialNumber: string; readonly onEnd: () => void }) {
  const signers = useSlice('signers');
  const sites = useSlice('sites');
  const signer = signers?.find((candidate) => candidate.serialNumber === serialNumber);
  return (
    <PasswordDialog
      serialNumber={serialNumber}
      signer={signer}
      waitingSites={(sites ?? []).filter(waits).map((site) => site.number)}
      onClose={() => {
        onEnd();
        ui.putOff(serialNumber, signer?.waitingBoards ?? 0);
      }}
      onDone={() => {
        onEnd();
        ui.askUnlock(null);
      }}
    />
  );
}

/** A board that cannot begin, or whose run has come to its request, without a password. */
function waits(site: SiteView): boolean {
  return (
    site.state === 'waiting' || site.stages.some(({ status, note }) => status === 'running' && note === 'password')
  );
}
