import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataWrite } from '../../src-shared/model/plan.ts';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { FormField } from '../signers/form-field.tsx';
import { fromForm, sourceKinds, toForm, type WriteFault, type WriteForm } from './write-form.ts';

/** One write of stage 7. */
export function WriteEditor({
  write,
  onClose,
  onSave,
}: {
  readonly write: DataWrite | null;
  readonly onClose: () => void;
  readonly onSave: (write: DataWrite) => void;
}) {
  const { t } = useTranslation();
  const [form, setForm] = useState<WriteForm>(toForm(write));
  const [tried, setTried] = useState(false);
  const made = fromForm(form);
  const faults: readonly WriteFault[] = made.ok ? [] : made.faults;
  const bad = (fault: WriteFault): boolean => tried && faults.includes(fault);
  const set = <K extends keyof WriteForm>(name: K, value: WriteForm[K]): void =>
    setForm((old) => ({ ...old, [name]: value }));
  const text = (
    name:
      | 'offset'
      | 'label'
      | 'hex'
      | 'path'
      | 'sha256'
      | 'keyColumn'
      | 'column'
      | 'length'
      | 'sink'
      | 'secretName'
      | 'checkValue'
      | 'info',
    fault?: WriteFault,
    mono = false,
  ) => (
    <FormField label={t(`writeForm.${name}`)} invalid={fault !== undefined && bad(fault)}>
      {(props) => (
        <input
          {...props}
          className={mono ? 'input hex' : 'input'}
          spellCheck={false}
          value={form[name]}
          onChange={(event) => set(name, event.target.value)}
        />
      )}
    </FormField>
  );
  return (
    <Dialog title={write === null ? t('plan.addWrite') : t('plan.editWrite')} glyph="info" onClose={onClose} wide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (made.ok) onSave(made.write);
        }}
      >
        <DialogBody>
          <div className="fields-two">
            <FormField label={t('plan.where')}>
              {(props) => (
                <select
                  {...props}
                  value={form.zone === 'otp' ? 'otp' : String(form.slot)}
                  onChange={(event) =>
                    event.target.value === 'otp'
                      ? set('zone', 'otp')
                      : setForm((old) => ({ ...old, zone: 'data', slot: Number(event.target.value) }))
                  }
                >
                  {Array.from({ length: 16 }, (_, slot) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the number is the choice
                    <option key={slot} value={slot}>
                      {t('plan.slotNumber', { slot })}
                    </option>
                  ))}
                  <option value="otp">OTP</option>
                </select>
              )}
            </FormField>
            {text('offset', 'offset')}
            {text('label')}
            <FormField label={t('plan.source.title')}>
              {(props) => (
                <select
                  {...props}
                  value={form.kind}
                  onChange={(event) => set('kind', sourceKinds.find((kind) => kind === event.target.value) ?? 'bytes')}
                >
                  {sourceKinds.map((kind) => (
                    <option key={kind} value={kind}>
                      {t(`writeKind.${kind}`)}
                    </option>
                  ))}
                </select>
              )}
            </FormField>
          </div>
          {form.kind === 'bytes' && (
            <FormField label={t('writeForm.hex')} invalid={bad('hex')}>
              {(props) => (
                <textarea
                  {...props}
                  className="input hex"
                  rows={4}
                  spellCheck={false}
                  value={form.hex}
                  onChange={(event) => set('hex', event.target.value)}
                />
              )}
            </FormField>
          )}
          {form.kind === 'file' && (
            <div className="fields-two">
              {text('path', 'path', true)}
              {text('sha256', 'sha256', true)}
            </div>
          )}
          {form.kind === 'csv' && (
            <div className="fields-two">
              {text('path', 'path', true)}
              <FormField label={t('writeForm.key')}>
                {(props) => (
                  <select
                    {...props}
                    value={form.key}
                    onChange={(event) => set('key', event.target.value === 'unit' ? 'unit' : 'serial')}
                  >
                    <option value="serial">{t('line.deviceSn')}</option>
                    <option value="unit">{t('line.unitLabel')}</option>
                  </select>
                )}
              </FormField>
              {text('keyColumn', 'column')}
              {text('column', 'column')}
            </div>
          )}
          {form.kind === 'random' && (
            <div className="fields-two">
              {text('length', 'length')}
              {text('sink', undefined, true)}
            </div>
          )}
          {form.kind === 'diversified' && (
            <div className="fields-two">
              <FormField label={t('writeForm.secretFrom')}>
                {(props) => (
                  <select
                    {...props}
                    value={form.secretFrom}
                    onChange={(event) => set('secretFrom', event.target.value === 'prompt' ? 'prompt' : 'file')}
                  >
                    <option value="file">{t('writeForm.fromFile')}</option>
                    <option value="prompt">{t('writeForm.fromPrompt')}</option>
                  </select>
                )}
              </FormField>
              {text('secretName', 'secret')}
              {text('checkValue', 'checkValue', true)}
              {text('length', 'length')}
              {text('info')}
            </div>
          )}
          {tried && faults.length > 0 && (
            <p className="is-fail" role="alert">
              {faults.map((fault) => t(`writeFault.${fault}`)).join(' ')}
            </p>
          )}
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit>
            {t('plan.takeOver')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
