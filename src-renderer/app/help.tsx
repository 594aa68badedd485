import { useTranslation } from 'react-i18next';
import { Button, KeyCap } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { ui, useUi } from '../stores/ui-store.ts';

const everywhere = [
  ['Ctrl 1', 'places'],
  ['/', 'search'],
  ['Ctrl C', 'copy'],
  ['Ctrl E', 'export'],
  ['Esc', 'escape'],
  ['?', 'help'],
] as const;

const onLine = [
  ['Enter', 'enter'],
  ['Shift Enter', 'all'],
  ['← ↑ ↓ →', 'move'],
  ['1 … 16', 'digits'],
  ['V', 'validate'],
  ['S', 'setAside'],
  ['D', 'differences'],
  ['K', 'acceptKey'],
  ['Ctrl L', 'lock'],
] as const;

/** Help for this place, with its keys. */
export default function Help() {
  const { t } = useTranslation();
  const place = useUi((store) => store.place);
  return (
    <Dialog
      title={t('help.title', { place: t(`place.${place}`) })}
      glyph="info"
      onClose={() => ui.showHelp(false)}
      wide
    >
      <DialogBody>
        <p>{t(`help.about.${place}`)}</p>
        <div className="help-keys">
          {place === 'line' && <KeyTable title={t('help.line')} rows={onLine} />}
          <KeyTable title={t('help.everywhere')} rows={everywhere} />
        </div>
        <p className="second">{t('help.hold')}</p>
      </DialogBody>
      <DialogFoot>
        <Button size="op" kind="primary" onClick={() => ui.showHelp(false)}>
          {t('dialog.close')}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}

type Row = (typeof everywhere)[number] | (typeof onLine)[number];

function KeyTable({ title, rows }: { readonly title: string; readonly rows: readonly Row[] }) {
  const { t } = useTranslation();
  return (
    <section>
      <h3>{title}</h3>
      <dl className="key-table">
        {rows.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <KeyCap>{key}</KeyCap>
            </dt>
            <dd>{t(`help.keys.${meaning}`)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
