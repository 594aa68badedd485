import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SlotField, slotBytes, slotFields } from '../../src-shared/model/slot-fields.ts';
import { Button } from '../parts/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../parts/dialog.tsx';
import { ForeverMark } from '../parts/tag.tsx';
import { fieldValue, registerWord, withField } from './draft.ts';

/** SlotConfig and KeyConfig of one slot, bit field by bit field; every other byte of the image stays as it was. */
export function SlotEditor({
  slot,
  image,
  locked,
  onClose,
  onSave,
}: {
  readonly slot: number;
  readonly image: string;
  readonly locked: boolean;
  readonly onClose: () => void;
  readonly onSave: (image: string, locked: boolean) => void;
}) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState(image);
  const [lock, setLock] = useState(locked);
  const registers = ['slotConfig', 'keyConfig'] as const;
  return (
    <Dialog title={t('plan.editSlot', { slot })} glyph="info" onClose={onClose} wide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSave(draft, lock);
        }}
      >
        <DialogBody>
          <p className="second">{t('plan.slotSize', { bytes: slotBytes(slot) })}</p>
          <div className="slot-editor">
            {registers.map((register) => (
              <fieldset key={register} className="plain-fieldset">
                <legend>
                  {register === 'slotConfig' ? 'SlotConfig' : 'KeyConfig'}{' '}
                  <b className="hex">{wordHex(registerWord(draft, register, slot))}</b>
                </legend>
                {slotFields
                  .filter((field) => field.register === register)
                  .map((field) => (
                    <BitField
                      key={field.field}
                      autoFocus={field.field === 'ReadKey'}
                      field={field}
                      value={fieldValue(draft, field, slot)}
                      was={fieldValue(image, field, slot)}
                      onChange={(value) => setDraft(withField(draft, field, slot, value))}
                    />
                  ))}
              </fieldset>
            ))}
          </div>
          <label className="check">
            <input type="checkbox" checked={lock} onChange={(event) => setLock(event.target.checked)} />
            <ForeverMark>{t('plan.lockInStage9')}</ForeverMark>
          </label>
        </DialogBody>
        <DialogFoot>
          <Button size="op" keyCap="Esc" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button size="op" kind="primary" submit keyCap="Enter">
            {t('plan.takeOver')}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

/** "20 8F" as it stands in the image: low byte first. */
function wordHex(word: number): string {
  const byte = (value: number): string => value.toString(16).padStart(2, '0').toUpperCase();
  return `${byte(word & 0xff)} ${byte(word >> 8)}`;
}

function BitField({
  field,
  value,
  was,
  onChange,
  autoFocus,
}: {
  readonly field: SlotField;
  readonly value: number;
  readonly was: number;
  readonly onChange: (value: number) => void;
  readonly autoFocus: boolean;
}) {
  const { t } = useTranslation();
  const changed = value !== was;
  const id = `bits-${field.field}`;
  return (
    <div className={changed ? 'bit-field is-changed' : 'bit-field'}>
      <label htmlFor={id}>
        <b>{field.field}</b>
        <small>{t(`slotField.${field.field}`)}</small>
      </label>
      <select
        id={id}
        className="input"
        {...(autoFocus ? { 'data-autofocus': true } : {})}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      >
        {Array.from({ length: 1 << field.width }, (_, option) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the number is the choice
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
      {changed && <span className="bit-was">{t('plan.was', { value: was })}</span>}
    </div>
  );
}
