import { useTranslation } from 'react-i18next';
import type { Plan, PlanOptions } from '../../src-shared/model/plan.ts';
import { Button } from '../parts/button.tsx';
import { FormField } from '../signers/form-field.tsx';
import { withEntry } from './draft.ts';

const switches = ['autoStart', 'sound', 'holdToConfirm', 'barcodeBeforeStart', 'firstArticle'] as const;

/** How the line behaves while the plan runs, and the chips of a board. */
export function OptionsTab({
  plan,
  entryIndex,
  onEntry,
  onChange,
}: {
  readonly plan: Plan;
  readonly entryIndex: number;
  readonly onEntry: (index: number) => void;
  readonly onChange: (plan: Plan) => void;
}) {
  const { t } = useTranslation();
  const option = <K extends keyof PlanOptions>(name: K, value: PlanOptions[K]): void =>
    onChange({ ...plan, options: { ...plan.options, [name]: value } });
  const number = (text: string, max: number): number => Math.min(max, Math.max(0, Math.round(Number(text)) || 0));
  return (
    <div className="page-body options">
      <section className="card" aria-label={t('plan.lineOptions')}>
        <header>
          <h2>{t('plan.lineOptions')}</h2>
        </header>
        <div className="sect option-list">
          {switches.map((name) => (
            <div key={name}>
              <label className="check">
                <input
                  type="checkbox"
                  checked={plan.options[name]}
                  onChange={(event) => option(name, event.target.checked)}
                />
                <b>{t(`planOption.${name}`)}</b>
              </label>
              <p className="second">{t(`planOptionTell.${name}`)}</p>
            </div>
          ))}
        </div>
        <div className="sect fields-two">
          <FormField label={t('planOption.stopAfterFailures')} hint={t('planOptionTell.stopAfterFailures')}>
            {(props) => (
              <input
                {...props}
                type="number"
                min={0}
                max={100}
                value={plan.options.stopAfterFailures}
                onChange={(event) => option('stopAfterFailures', number(event.target.value, 100))}
              />
            )}
          </FormField>
          <FormField label={t('planOption.stopBelowYield')} hint={t('planOptionTell.stopBelowYield')}>
            {(props) => (
              <input
                {...props}
                type="number"
                min={0}
                max={100}
                value={plan.options.stopBelowYield}
                onChange={(event) => option('stopBelowYield', number(event.target.value, 100))}
              />
            )}
          </FormField>
        </div>
        <div className="sect">
          <FormField label={t('plan.note')}>
            {(props) => (
              <textarea
                {...props}
                rows={3}
                maxLength={1000}
                value={plan.note}
                onChange={(event) => onChange({ ...plan, note: event.target.value })}
              />
            )}
          </FormField>
        </div>
      </section>
      <section className="card" aria-label={t('plan.entries')}>
        <header>
          <h2>{t('plan.entries')}</h2>
          <span className="grow" />
          <Button
            icon="plus"
            disabled={plan.entries.length >= 8}
            onClick={() => {
              const copy = plan.entries[entryIndex] ?? plan.entries[0];
              if (copy === undefined) return;
              onChange({
                ...plan,
                entries: [...plan.entries, { ...copy, label: `${copy.label} ${plan.entries.length + 1}` }],
              });
            }}
          >
            {t('plan.addEntry')}
          </Button>
        </header>
        <ul>
          {plan.entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the chip's place in the plan is what it is
            <li key={index} className="sect entry-row">
              <FormField label={t('plan.entryLabel')}>
                {(props) => (
                  <input
                    {...props}
                    maxLength={48}
                    value={entry.label}
                    onChange={(event) =>
                      onChange(withEntry(plan, index, (old) => ({ ...old, label: event.target.value })))
                    }
                  />
                )}
              </FormField>
              <FormField label={t('plan.address')} hint={t('plan.addressTell')}>
                {(props) => (
                  <input
                    {...props}
                    className="input hex"
                    maxLength={2}
                    value={entry.address === undefined ? '' : entry.address.toString(16).toUpperCase().padStart(2, '0')}
                    onChange={(event) => {
                      const typed = event.target.value;
                      const address = Number.parseInt(typed, 16);
                      onChange(
                        withEntry(plan, index, ({ address: _old, ...rest }) =>
                          Number.isNaN(address) || address < 2 || address > 0xfe ? rest : { ...rest, address },
                        ),
                      );
                    }}
                  />
                )}
              </FormField>
              {plan.entries.length > 1 && (
                <Button
                  kind="quiet"
                  onClick={() => {
                    onEntry(0);
                    onChange({ ...plan, entries: plan.entries.filter((_, at) => at !== index) });
                  }}
                >
                  {t('plan.remove')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
