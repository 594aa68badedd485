import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireError } from '../../src-shared/ipc/contract.ts';
import type { SignerView } from '../../src-shared/ipc/state.ts';
import { roleWanted, useClient } from '../app/client-context.tsx';
import { clock, useTicking } from '../app/clock.ts';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { formatCountdown } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { ui } from '../stores/ui-store.ts';
import { useSentence } from '../texts/sentence.ts';
import { PasswordSteps, usePasswordFields } from './password-fields.tsx';

/** Wrong passwords before the delay (signer-and-server.md 6.9). */
const tries = 5;

/**
 * Asks for a signer's password. The typed text lives in the input element alone: it is read once at submission and the
 * element is emptied and replaced, so that it stands in no attribute, no state and no undo history afterwards.
 */
export function PasswordDialog({
  serialNumber,
  signer,
  waitingSites,
  onClose,
  onDone,
}: {
  readonly serialNumber: string;
  readonly signer: SignerView | undefined;
  readonly waitingSites: readonly number[];
  readonly onClose: () => void;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const sentence = useSentence();
  const two = signer?.passwordScheme === 'two-persons';
  const fields = usePasswordFields(two ? 2 : 1);
  const [error, setError] = useState<WireError | null>(null);
  const [busy, setBusy] = useState(false);
  const delayMs = useDelay(signer?.delayUntil ?? null);
  const gone = signer === undefined || signer.state === 'ABSENT';
  const ready = signer?.state === 'READY';

  // A field that was off while the time ran down has lost the focus.
  const focus = useRef(fields.focus);
  focus.current = fields.focus;
  const locked = delayMs > 0;
  useEffect(() => {
    if (!locked) focus.current();
  }, [locked]);

  useEffect(() => {
    if (ready && !busy) onDone();
  }, [ready, busy, onDone]);

  const submit = async (): Promise<void> => {
    if (busy || gone || delayMs > 0) return;
    if (!fields.advance()) return;
    setBusy(true);
    setError(null);
    const answer = await client.call('signers.unlock', { serialNumber, passwords: fields.take() });
    setBusy(false);
    if (answer.ok) {
      onDone();
      return;
    }
    const role = roleWanted(answer.failure);
    if (role !== undefined) ui.askSignOn({ kind: 'role', role });
    else setError(answer.failure);
    fields.focus();
  };

  return (
    <Dialog title={t('password.title')} glyph={delayMs > 0 ? 'lockout' : 'key'} onClose={onClose}>
      <form
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <DialogBody>
          <dl className="facts-box">
            <dt>{t('password.signer')}</dt>
            <dd>{signer === undefined ? t('password.unknown') : signer.label === '' ? signer.name : signer.label}</dd>
            <dt>{t('password.serial')}</dt>
            <dd>
              <SerialNumber value={serialNumber} />
            </dd>
            {waitingSites.length > 0 && (
              <>
                <dt>{t('password.waiting')}</dt>
                <dd>{t('password.sites', { count: waitingSites.length, list: waitingSites.join(', ') })}</dd>
              </>
            )}
          </dl>
          {gone ? (
            <p className="note note-bad" role="alert">
              <Icon name="remove" />
              <span>{t('password.gone')}</span>
            </p>
          ) : (
            <>
              <PasswordSteps
                fields={fields}
                labels={two ? [t('password.first'), t('password.second')] : [t('password.label')]}
                disabled={delayMs > 0}
                invalid={error !== null}
              />
              {delayMs > 0 ? (
                <p className="note note-bad" role="status">
                  <Icon name="clock" />
                  <span>{t('password.delay', { time: formatCountdown(delayMs) })}</span>
                </p>
              ) : (
                error !== null && (
                  <div className="note note-bad" role="alert">
                    <Icon name="close" />
                    <span>
                      {sentence(error)} <Tries left={signer.attemptsLeft} />
                    </span>
                  </div>
                )
              )}
              {signer.changeBegun && (
                <p className="note note-hint">
                  <Icon name="edit" />
                  <span>{t('password.changeBegun')}</span>
                </p>
              )}
              <p className="note note-sub">
                <Icon name="lock" />
                <span>{t('password.kept')}</span>
              </p>
            </>
          )}
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {gone ? t('dialog.close') : t('password.notNow')}
          </Button>
          {!gone && (
            <Button size="op" kind="primary" icon="unlock" keyCap="Enter" submit disabled={busy || delayMs > 0}>
              {busy
                ? t('password.checking')
                : fields.step < fields.count - 1
                  ? t('password.next')
                  : t('password.unlock')}
            </Button>
          )}
        </DialogFoot>
      </form>
    </Dialog>
  );
}

/** ms until another password may be tried; counts down by itself. */
export function useDelay(delayUntil: string | null): number {
  const until = delayUntil === null ? 0 : new Date(delayUntil).getTime();
  const waiting = until > clock.now();
  useTicking(waiting, 250);
  return Math.max(0, until - clock.now());
}

function Tries({ left }: { readonly left: number }) {
  const { t } = useTranslation();
  const shown = Math.min(left, tries);
  return (
    <span className="tries">
      <span className="tries-marks" aria-hidden="true">
        {Array.from({ length: tries }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: five places
          <i key={index} className={index < shown ? 'is-left' : undefined} />
        ))}
      </span>
      {t('password.left', { count: left })}
    </span>
  );
}
