import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DataWrite, Plan } from '../../src-shared/model/plan.ts';
import { Button } from '../parts/button.tsx';
import { withEntry } from './draft.ts';
import { WriteEditor } from './write-editor.tsx';
import { describeSource } from './write-form.ts';

/** What stage 7 writes: references and check values, never a secret. */
export function WritesTab({
  plan,
  entryIndex,
  onChange,
}: {
  readonly plan: Plan;
  readonly entryIndex: number;
  readonly onChange: (plan: Plan) => void;
}) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<number | 'new' | null>(null);
  const entry = plan.entries[entryIndex];
  if (entry === undefined) return null;
  const writes = entry.dataWrites;
  const put = (next: readonly DataWrite[]): void =>
    onChange(withEntry(plan, entryIndex, (old) => ({ ...old, dataWrites: [...next] })));
  return (
    <div className="page-body">
      <section className="card">
        <div className="card-scroll">
          <table className="table">
            <thead>
              <tr>
                <th>{t('plan.where')}</th>
                <th className="num">{t('plan.from')}</th>
                <th>{t('plan.labelColumn')}</th>
                <th>{t('plan.source.title')}</th>
                <th>
                  <span className="hidden-text">{t('signers.action')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {writes.map((write, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: writes stand in their order
                <tr key={index}>
                  <td>{write.zone === 'otp' ? 'OTP' : t('plan.slotNumber', { slot: write.slot })}</td>
                  <td className="num">{write.offset}</td>
                  <td>{write.label === '' ? '–' : write.label}</td>
                  <td className="source-cell">{describeSource(write.source, t)}</td>
                  <td className="write-actions">
                    <Button icon="edit" onClick={() => setEditing(index)}>
                      {t('plan.edit')}
                    </Button>
                    <Button kind="quiet" onClick={() => put(writes.filter((_, at) => at !== index))}>
                      {t('plan.remove')}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {writes.length === 0 && <p className="empty-note">{t('plan.noWrites')}</p>}
        </div>
        <footer>
          <Button icon="plus" onClick={() => setEditing('new')}>
            {t('plan.addWrite')}
          </Button>
          <span>{t('plan.writesTell')}</span>
        </footer>
      </section>
      {editing !== null && (
        <WriteEditor
          write={editing === 'new' ? null : (writes[editing] ?? null)}
          onClose={() => setEditing(null)}
          onSave={(write) => {
            put(editing === 'new' ? [...writes, write] : writes.map((old, at) => (at === editing ? write : old)));
            setEditing(null);
          }}
        />
      )}
    </div>
  );
}
