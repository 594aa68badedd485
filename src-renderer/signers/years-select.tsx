import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';

/** Years of validity in words; 0 = without an end. */
export function yearsWords(years: number, t: TFunction): string {
  return years === 0 ? t('certificate.noEnd') : t('setUp.years', { count: years });
}

/** A choice of years of validity; 0 = without an end. */
export function YearsSelect({
  value,
  onChange,
  ...props
}: {
  readonly id: string;
  readonly className: string;
  readonly value: number;
  readonly onChange: (years: number) => void;
}) {
  const { t } = useTranslation();
  return (
    <select {...props} value={value} onChange={(event) => onChange(Number(event.target.value))}>
      {Array.from({ length: 32 }, (_, years) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the number is the choice
        <option key={years} value={years}>
          {yearsWords(years, t)}
        </option>
      ))}
    </select>
  );
}
