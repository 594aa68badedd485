import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '../app/client-context.tsx';
import { clock } from '../app/clock.ts';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { formatCountdown } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { useDelay } from '../signers/password-dialog.tsx';
import { useSlice } from '../stores/station-store.ts';
import { type SignOnReason, ui } from '../stores/ui-store.ts';
import { useSentence } from '../texts/sentence.ts';

/** Who is there: a name or a badge scan; everybody but operators also a PIN. */
export function SignOnDialog({ reason }: { readonly reason: SignOnReason }) {
  const { t } = useTranslation();
  const ask = useAsk();
  const sentence = useSentence();
  const station = useSlice('station');
  const name = useRef<HTMLInputElement>(null);
  const pin = useRef<HTMLInputElement>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  /** No PIN of this person is looked at before; as ISO 8601, null = no wait. */
  const [waitUntil, setWaitUntil] = useState<string | null>(null);
  const waitMs = useDelay(waitUntil);
  const [busy, setBusy] = useState(false);

  const submit = async (): Promise<void> => {
    if (name.current === null || pin.current === null) return;
    const typed = pin.current.value;
    pin.current.value = '';
    setBusy(true);
    const answer = await ask('people.signOn', { name: name.current.value.trim(), pin: typed }, (error) => {
      const { delayMs } = error.details;
      setWaitUntil(typeof delayMs === 'number' && delayMs > 0 ? new Date(clock.now() + delayMs).toISOString() : null);
      setWrong(
        error.code === 'PASSWORD_WRONG'
          ? t('signOn.wrong')
          : error.code === 'OPTION_INVALID'
            ? t('signOn.unknown')
            : error.code === 'PASSWORD_DELAY'
              ? null
              : sentence(error),
      );
      return true;
    });
    setBusy(false);
    if (answer !== undefined) ui.askSignOn(null);
    else pin.current?.focus();
  };

  return (
    <Dialog title={t('signOn.title')} glyph="info" onClose={() => ui.askSignOn(null)}>
      <form
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <DialogBody>
          {reason.kind === 'role' && (
            <p className="note note-hint">
              <Icon name="lock" />
              <span>
                {reason.role === null ? t('signOn.needsOther') : t('signOn.needs', { role: t(`role.${reason.role}`) })}
              </span>
            </p>
          )}
          {station?.peopleConfigured === false && <p>{t('signOn.noPeople')}</p>}
          <div className="field">
            <label htmlFor="sign-on-name">{t('signOn.name')}</label>
            <input id="sign-on-name" ref={name} className="input input-op" maxLength={64} required data-autofocus />
          </div>
          <div className="field">
            <label htmlFor="sign-on-pin">{t('signOn.pin')}</label>
            <input
              id="sign-on-pin"
              ref={pin}
              className="input input-op"
              type="password"
              inputMode="numeric"
              maxLength={32}
              autoComplete="off"
              aria-describedby="sign-on-hint"
            />
            <p id="sign-on-hint" className="second">
              {t('signOn.pinHint')}
            </p>
          </div>
          {waitMs > 0 ? (
            <p className="note note-bad" role="alert">
              <Icon name="clock" />
              <span>{t('signOn.delay', { time: formatCountdown(waitMs) })}</span>
            </p>
          ) : (
            wrong !== null && (
              <p className="note note-bad" role="alert">
                <Icon name="close" />
                <span>{wrong}</span>
              </p>
            )
          )}
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={() => ui.askSignOn(null)}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter" disabled={busy}>
            {t('signOn.go')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
