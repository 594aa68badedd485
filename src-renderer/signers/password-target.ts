import type { SignerView } from '../../src-shared/ipc/state.ts';

/** What decides whether a password dialog is wanted. */
export interface PasswordWish {
  readonly signers: readonly SignerView[];
  readonly onLine: boolean;
  /** Serial number asked for by a button; `*` = whichever the boards wait for. */
  readonly asked: string | null;
  /** Put-off dialogs, with how many boards waited then. */
  readonly putOff: Readonly<Record<string, number>>;
}

/**
 * The signer whose password is wanted now. On the Line screen the dialog comes by itself while boards wait; put off, it comes
 * back when more boards wait than before, or when asked for.
 */
export function passwordTarget({ signers, onLine, asked, putOff }: PasswordWish): SignerView | undefined {
  if (asked !== null && asked !== '*') return signers.find((signer) => signer.serialNumber === asked);
  const closed = signers.filter((signer) => signer.state === 'PASSWORD_REQUIRED' || signer.state === 'LOCKED_OUT');
  const waited = closed.filter((signer) => signer.waitingBoards > 0);
  if (asked === '*') return waited[0] ?? closed[0];
  if (!onLine) return undefined;
  return waited.find((signer) => signer.waitingBoards > (putOff[signer.serialNumber] ?? 0));
}
