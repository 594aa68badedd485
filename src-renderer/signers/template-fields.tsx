import { useTranslation } from 'react-i18next';
import {
  templateDeviceNames,
  templateDeviceSerials,
  templateKeyUsages,
  templateSignerSerials,
} from '../../src-shared/ipc/lists.ts';
import { FormField } from './form-field.tsx';
import { commonPurposes, type TemplateForm, templateMarks } from './template-form.ts';

/** The fields of an own certificate template, each with what it means in plain words. */
export function TemplateFields({
  template,
  tooManyPurposes,
  onChange,
}: {
  readonly template: TemplateForm;
  readonly tooManyPurposes: boolean;
  readonly onChange: (part: Partial<TemplateForm>) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <div className="fields-two">
        <FormField label={t('setUp.template.unit')} hint={t('setUp.template.unitTell')}>
          {(props) => (
            <input
              {...props}
              maxLength={64}
              value={template.organizationalUnit}
              onChange={(event) => onChange({ organizationalUnit: event.target.value })}
            />
          )}
        </FormField>
        <Choice
          label={t('setUp.template.deviceName')}
          hint={t(`setUp.template.deviceNameTell.${template.deviceName}`)}
          value={template.deviceName}
          values={templateDeviceNames}
          word={(value) => t(`setUp.template.deviceNames.${value}`)}
          onChange={(deviceName) => onChange({ deviceName })}
        />
        <Choice
          label={t('setUp.template.deviceSerial')}
          hint={t(`setUp.template.serialTell.${template.deviceSerial}`)}
          value={template.deviceSerial}
          values={templateDeviceSerials}
          word={(value) => t(`setUp.template.serials.${value}`)}
          onChange={(deviceSerial) => onChange({ deviceSerial })}
        />
        <Choice
          label={t('setUp.template.signerSerial')}
          hint={t(`setUp.template.serialTell.${template.signerSerial}`)}
          value={template.signerSerial}
          values={templateSignerSerials}
          word={(value) => t(`setUp.template.serials.${value}`)}
          onChange={(signerSerial) => onChange({ signerSerial })}
        />
      </div>
      <fieldset className="plain-fieldset check-list">
        <legend>{t('setUp.template.keyUsage')}</legend>
        {templateKeyUsages.map((usage) => (
          <Tick
            key={usage}
            name={t(`setUp.template.keyUsages.${usage}`)}
            tell={t(`setUp.template.keyUsageTell.${usage}`)}
            checked={template[usage]}
            onChange={(checked) => onChange({ [usage]: checked })}
          />
        ))}
      </fieldset>
      <fieldset className="plain-fieldset check-list">
        <legend>{t('setUp.template.purpose')}</legend>
        {commonPurposes.map((purpose) => (
          <Tick
            key={purpose}
            name={t(`setUp.template.purposes.${purpose}`)}
            tell={t(`setUp.template.purposeTell.${purpose}`)}
            checked={template[purpose]}
            onChange={(checked) => onChange({ [purpose]: checked })}
          />
        ))}
        <FormField
          label={t('setUp.template.otherPurposes')}
          hint={t('setUp.template.otherPurposesTell')}
          fault={tooManyPurposes ? t('setUp.template.tooManyPurposes') : undefined}
        >
          {(props) => (
            <input
              {...props}
              className="input hex"
              maxLength={128}
              spellCheck={false}
              value={template.otherPurposes}
              onChange={(event) => onChange({ otherPurposes: event.target.value })}
            />
          )}
        </FormField>
      </fieldset>
      <fieldset className="plain-fieldset check-list">
        <legend>{t('setUp.template.more')}</legend>
        {templateMarks.map((name) => (
          <Tick
            key={name}
            name={t(`setUp.template.marks.${name}`)}
            tell={t(`setUp.template.markTell.${name}`)}
            checked={template[name]}
            onChange={(checked) => onChange({ [name]: checked })}
          />
        ))}
      </fieldset>
    </>
  );
}

function Choice<T extends string>({
  label,
  hint,
  value,
  values,
  word,
  onChange,
}: {
  readonly label: string;
  /** What the present choice means. */
  readonly hint: string;
  readonly value: T;
  readonly values: readonly T[];
  readonly word: (value: T) => string;
  readonly onChange: (value: T) => void;
}) {
  return (
    <FormField label={label} hint={hint}>
      {(props) => (
        <select
          {...props}
          value={value}
          onChange={(event) => onChange(values.find((known) => known === event.target.value) ?? value)}
        >
          {values.map((known) => (
            <option key={known} value={known}>
              {word(known)}
            </option>
          ))}
        </select>
      )}
    </FormField>
  );
}

function Tick({
  name,
  tell,
  checked,
  onChange,
}: {
  readonly name: string;
  readonly tell: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  return (
    <label className="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>
        {name}
        <small className="field-hint">{tell}</small>
      </span>
    </label>
  );
}
