import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import { Button } from '../parts/button.tsx';
import { formatStamp } from '../parts/format.ts';
import { Tag } from '../parts/tag.tsx';
import type { PlanName } from './plan-place.tsx';

type Rows = CallOutput<'plan.list'>;

/** Every plan and version, which are released, and which is in use. */
export function VersionsTab({
  list,
  chosen,
  locked,
  onChoose,
  onRelease,
  onActivate,
}: {
  readonly list: Rows;
  readonly chosen: PlanName | null;
  /** Unsaved changes: nothing else may be chosen. */
  readonly locked: boolean;
  readonly onChoose: (name: PlanName) => void;
  readonly onRelease: (name: PlanName) => void;
  readonly onActivate: (name: PlanName) => void;
}) {
  const { t } = useTranslation();
  return (
    <div className="page-body">
      <section className="card">
        <div className="card-scroll">
          <table className="table">
            <thead>
              <tr>
                <th>{t('place.plan')}</th>
                <th className="num">{t('plan.version')}</th>
                <th>{t('signers.state')}</th>
                <th>{t('plan.savedAt')}</th>
                <th>{t('plan.savedBy')}</th>
                <th>{t('unit.planDigest')}</th>
                <th>
                  <span className="hidden-text">{t('signers.action')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((row) => {
                const isChosen = row.name === chosen?.name && row.version === chosen.version;
                return (
                  <tr key={`${row.name} ${row.version}`} className={isChosen ? 'is-chosen' : undefined}>
                    <td>
                      <button
                        type="button"
                        className="row-button"
                        aria-pressed={isChosen}
                        disabled={locked && !isChosen}
                        onClick={() => onChoose(row)}
                      >
                        <b>{row.name}</b>
                      </button>
                    </td>
                    <td className="num">{row.version}</td>
                    <td>
                      {row.active ? (
                        <Tag tone="pass" glyph="pass">
                          {t('plan.inUse')}
                        </Tag>
                      ) : row.released ? (
                        <Tag tone="go" glyph="go">
                          {t('plan.released')}
                        </Tag>
                      ) : (
                        <Tag tone="none" glyph="todo">
                          {t('plan.notReleased')}
                        </Tag>
                      )}
                    </td>
                    <td className="nowrap">{formatStamp(row.createdAt)}</td>
                    <td>{row.createdBy === '' ? '–' : row.createdBy}</td>
                    <td className="hex">{row.digest.slice(0, 16)}…</td>
                    <td className="row-action">
                      {!row.released ? (
                        <Button onClick={() => onRelease(row)}>{t('plan.release', { version: row.version })}</Button>
                      ) : row.active ? null : (
                        <Button onClick={() => onActivate(row)}>{t('plan.activate', { version: row.version })}</Button>
                      )}
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
        <footer>{t('plan.versionsTell')}</footer>
      </section>
    </div>
  );
}
