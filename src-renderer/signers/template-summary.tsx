import { useTranslation } from 'react-i18next';
import { templateKeyUsages } from '../../src-shared/ipc/lists.ts';
import { useLanguage } from '../texts/sentence.ts';
import { commonPurposes, type TemplateForm, templateMarks, typedPurposes } from './template-form.ts';

/** An own template in one line: what the certificates of the devices will say. */
export function TemplateSummary({ template }: { readonly template: TemplateForm }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const parts = [
    ...(template.organizationalUnit.trim() === '' ? [] : [template.organizationalUnit.trim()]),
    ...(template.deviceName === 'fixed' ? [] : [t(`setUp.template.deviceNames.${template.deviceName}`)]),
    t('setUp.template.serialFrom', { source: t(`setUp.template.serials.${template.deviceSerial}`) }),
    ...templateKeyUsages.filter((usage) => template[usage]).map((usage) => t(`setUp.template.keyUsages.${usage}`)),
    ...commonPurposes.filter((purpose) => template[purpose]).map((purpose) => t(`setUp.template.purposes.${purpose}`)),
    ...typedPurposes(template),
    ...templateMarks.filter((name) => template[name]).map((name) => t(`setUp.template.marks.${name}`)),
  ];
  return <p className="second">{new Intl.ListFormat(language, { type: 'unit' }).format(parts)}</p>;
}
