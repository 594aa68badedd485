import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { StateView } from '../../src-shared/ipc/state.ts';
import { useAsk } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { FormField } from '../signers/form-field.tsx';
import { useStateView } from '../stores/station-store.ts';
import { ui } from '../stores/ui-store.ts';

/** What the notices depend on. */
function noticesView({ station: { plan, stopped, signersTotal, signersShort, server, mode } }: StateView) {
  return {
    stopped,
    noPlan: plan === null,
    first: plan?.firstArticle,
    noSigner: signersTotal === 0 && server.mode === 'own' && mode === 'real',
    signersShort,
  };
}

/** What stops or slows the whole line, above its sites. */
export function LineNotices() {
  const { t } = useTranslation();
  const ask = useAsk();
  const [releasing, setReleasing] = useState(false);
  const view = useStateView(noticesView);
  if (view === undefined) return null;
  const { stopped, first } = view;
  return (
    <>
      {stopped !== null && (
        <div className="line-notice line-notice-stop" role="alert">
          <Glyph name="aside" />
          <p>
            <b>
              {stopped.reason === 'yield'
                ? t('line.stopped.yield', { share: stopped.count })
                : t('line.stopped.row', { count: stopped.count })}
            </b>{' '}
            {t('line.stopped.tell')}
          </p>
          <Button size="op" onClick={() => setReleasing(true)}>
            {t('line.stopped.release')}
          </Button>
        </div>
      )}
      {view.noPlan && (
        <div className="line-notice">
          <Glyph name="ask" />
          <p>
            <b>{t('line.noPlan.title')}</b> {t('line.noPlan.tell')}
          </p>
          <Button size="op" onClick={() => ui.go('plan')}>
            {t('line.noPlan.go')}
          </Button>
        </div>
      )}
      {first === 'wanted' && (
        <div className="line-notice">
          <Glyph name="info" />
          <p>
            <b>{t('line.firstArticle.title')}</b> {t('line.firstArticle.wanted')}
          </p>
        </div>
      )}
      {first === 'made' && (
        <div className="line-notice">
          <Glyph name="ask" />
          <p>
            <b>{t('line.firstArticle.title')}</b> {t('line.firstArticle.made')}
          </p>
          <Button size="op" onClick={() => void ask('line.acceptFirstArticle', {})}>
            {t('line.firstArticle.accept')}
          </Button>
        </div>
      )}
      {view.noSigner && (
        <div className="line-notice">
          <Glyph name="key" />
          <p>
            <b>{t('line.noSigner.title')}</b> {t('line.noSigner.tell')}
          </p>
          <Button size="op" onClick={() => ui.go('signers')}>
            {t('place.signers')}
          </Button>
        </div>
      )}
      {view.signersShort > 0 && (
        <div className="line-notice">
          <Glyph name="lockout" />
          <p>
            <b>{t('line.short.title')}</b> {t('line.short.tell', { count: view.signersShort })}
          </p>
        </div>
      )}
      {releasing && <ReleaseDialog onClose={() => setReleasing(false)} />}
    </>
  );
}

function ReleaseDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const ask = useAsk();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const empty = reason.trim() === '';
  return (
    <Dialog title={t('line.stopped.dialog')} glyph="aside" onClose={onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (empty) {
            field.current?.focus();
            return;
          }
          void ask('line.releaseStop', { reason: reason.trim() }).then((answer) => {
            if (answer !== undefined) onClose();
          });
        }}
      >
        <DialogBody>
          <p>{t('line.stopped.why')}</p>
          <FormField
            label={t('line.stopped.reason')}
            fault={tried && empty ? t('line.stopped.reasonFault') : undefined}
          >
            {(props) => (
              <input
                {...props}
                ref={field}
                maxLength={200}
                required
                value={reason}
                onChange={(event) => setReason(event.target.value)}
                data-autofocus
              />
            )}
          </FormField>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter">
            {t('line.stopped.release')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
