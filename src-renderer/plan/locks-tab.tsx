import { useTranslation } from 'react-i18next';
import type { Plan } from '../../src-shared/model/plan.ts';
import { ForeverMark } from '../parts/tag.tsx';
import type { Inspected } from './config-tab.tsx';
import { withEntry, withSlotLock } from './draft.ts';
import { slotWords } from './slot-words.ts';

/** Which slots stage 9 locks for ever, how the data zone is locked, and what stage 10 checks. */
export function LocksTab({
  plan,
  entryIndex,
  inspected,
  onChange,
}: {
  readonly plan: Plan;
  readonly entryIndex: number;
  readonly inspected: Inspected;
  readonly onChange: (plan: Plan) => void;
}) {
  const { t } = useTranslation();
  const entry = plan.entries[entryIndex];
  if (entry === undefined) return null;
  return (
    <div className="split plan-split">
      <section className="card" aria-label={t('plan.tabs.locks')}>
        <div className="card-scroll">
          <table className="table">
            <thead>
              <tr>
                <th className="num">{t('plan.slot')}</th>
                <th>{t('plan.kind')}</th>
                <th>{t('plan.writeMake')}</th>
                <th>{t('plan.lockInStage9')}</th>
              </tr>
            </thead>
            <tbody>
              {(inspected.value?.slots ?? []).map((slot) => {
                const locked = entry.lockSlots.includes(slot.slot);
                const words = slotWords(slot.use, t);
                return (
                  <tr key={slot.slot} className={locked ? 'is-locked' : undefined}>
                    <td className="num">{slot.slot}</td>
                    <td>{words.kind}</td>
                    <td>{words.write}</td>
                    <td>
                      <label className="check">
                        <input
                          type="checkbox"
                          checked={locked}
                          disabled={!slot.lockable && !locked}
                          onChange={(event) =>
                            onChange(withSlotLock(plan, entryIndex, slot.slot, event.target.checked))
                          }
                        />
                        {locked ? (
                          <ForeverMark>{t('plan.slotNumber', { slot: slot.slot })}</ForeverMark>
                        ) : slot.lockable ? (
                          t('plan.slotNumber', { slot: slot.slot })
                        ) : (
                          <span className="second">{t('plan.notLockable')}</span>
                        )}
                      </label>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </section>
      <section className="card" aria-label={t('plan.dataLock')}>
        <div className="card-scroll">
          <div className="sect">
            <h2>{t('plan.dataLock')}</h2>
            <fieldset className="choice-list plain-fieldset">
              <legend className="hidden-text">{t('plan.dataLock')}</legend>
              {(['fill+crc', 'no-crc'] as const).map((policy) => (
                <label className="choice-row" key={policy}>
                  <input
                    type="radio"
                    name="data-lock"
                    checked={entry.dataLock === policy}
                    onChange={() => onChange(withEntry(plan, entryIndex, (old) => ({ ...old, dataLock: policy })))}
                  />
                  <b>{t(`plan.dataLocks.${policy}`)}</b>
                  <small>{t(`plan.dataLockTells.${policy}`)}</small>
                </label>
              ))}
            </fieldset>
          </div>
          <div className="sect">
            <h2>{t('stage.VALIDATE_CERTS')}</h2>
            <label className="check">
              <input
                type="checkbox"
                checked={entry.validate}
                onChange={(event) =>
                  onChange(withEntry(plan, entryIndex, (old) => ({ ...old, validate: event.target.checked })))
                }
              />
              {t('plan.validate')}
            </label>
            <p className="second">{t('plan.validateTell')}</p>
          </div>
        </div>
      </section>
    </div>
  );
}
