import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SigningLogColumn, signingLogColumns } from '../../src-shared/model/signing-log-row.ts';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { defaultColumns } from './log-columns.ts';

/** Which columns of the log are shown. */
export function ColumnsDialog({
  chosen,
  onClose,
}: {
  readonly chosen: readonly SigningLogColumn[];
  readonly onClose: (chosen: ReadonlySet<string> | null) => void;
}) {
  const { t } = useTranslation();
  const [set, setSet] = useState<ReadonlySet<string>>(new Set(chosen));
  return (
    <Dialog title={t('records.columns')} glyph="info" onClose={() => onClose(null)} wide>
      <DialogBody>
        <div className="column-list">
          {signingLogColumns.map((column) => (
            <label className="check" key={column}>
              <input
                type="checkbox"
                checked={set.has(column)}
                onChange={(event) => {
                  const next = new Set(set);
                  if (event.target.checked) next.add(column);
                  else next.delete(column);
                  setSet(next);
                }}
              />
              {t(`logColumn.${column}`)}
            </label>
          ))}
        </div>
      </DialogBody>
      <DialogFoot>
        <Button size="op" onClick={() => setSet(new Set(defaultColumns))}>
          {t('records.usualColumns')}
        </Button>
        <Button size="op" kind="primary" disabled={set.size === 0} onClick={() => onClose(set)}>
          {t('records.showColumns')}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
