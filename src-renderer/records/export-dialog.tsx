import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput } from '../../src-shared/ipc/contract.ts';
import { exportFormats } from '../../src-shared/ipc/lists.ts';
import { useAsk } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { formatNumber } from '../parts/format.ts';
import { saveFile } from '../parts/save-file.ts';
import { ui } from '../stores/ui-store.ts';
import { useLanguage } from '../texts/sentence.ts';

type What = CallInput<'records.export'>['what'];
type Format = (typeof exportFormats)[number];

/** Formats that make sense of what is exported. */
function formatsFor(what: What): readonly Format[] {
  if (what === 'archive') return ['pem', 'tsv', 'csv', 'json'];
  return exportFormats.filter((format) => format !== 'pem' && (format !== 'log' || what === 'activity'));
}

/** Everything the filter lets through, as a file. */
export function ExportDialog({
  what,
  filter,
  level = 'info',
  source = null,
  onClose,
}: {
  readonly what: What;
  readonly filter: CallInput<'records.export'>['filter'];
  readonly level?: CallInput<'records.export'>['level'];
  readonly source?: CallInput<'records.export'>['source'];
  readonly onClose: () => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const ask = useAsk();
  const formats = formatsFor(what);
  const [format, setFormat] = useState<Format>(formats[0] ?? 'tsv');
  const [busy, setBusy] = useState(false);
  return (
    <Dialog title={t('export.title', { what: t(`export.what.${what}`) })} glyph="info" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setBusy(true);
          void ask('records.export', { what, format, filter, level, source }).then((answer) => {
            setBusy(false);
            if (answer === undefined) return;
            saveFile(answer.name, answer.content);
            ui.notice('done', t('export.done', { name: answer.name, rows: formatNumber(answer.rows, language) }));
            onClose();
          });
        }}
      >
        <DialogBody>
          <p>{t('export.tell')}</p>
          <fieldset className="choice-list plain-fieldset">
            <legend className="hidden-text">{t('export.format')}</legend>
            {formats.map((known) => (
              <label className="choice-row" key={known}>
                <input type="radio" name="format" checked={format === known} onChange={() => setFormat(known)} />
                <b>{known.toUpperCase()}</b>
                <small>{t(`export.formats.${known}`)}</small>
              </label>
            ))}
          </fieldset>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" icon="export" submit disabled={busy}>
            {busy ? t('export.busy') : t('export.go')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
