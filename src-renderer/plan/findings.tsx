import { useTranslation } from 'react-i18next';
import type { Finding } from '../../src-shared/ipc/contract.ts';
import { Button } from '../parts/button.tsx';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import '../parts/finding.css';

const glyphs: Readonly<Record<Finding['severity'], GlyphName>> = { error: 'fail', warning: 'aside', note: 'info' };

/** What the linter found, worst first, with the one-click remedy where there is one. */
export function Findings({
  findings,
  onLock,
}: {
  readonly findings: readonly Finding[];
  readonly onLock?: (slots: readonly number[]) => void;
}) {
  const { t } = useTranslation();
  const order: readonly Finding['severity'][] = ['error', 'warning', 'note'];
  const sorted = [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const count = (severity: Finding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return (
    <>
      <header className="findings-head">
        <h2>{t('plan.linter')}</h2>
        <span className="grow" />
        {order.map(
          (severity) =>
            count(severity) > 0 && (
              <span key={severity} className={`finding-count finding-${severity}`}>
                <Glyph name={glyphs[severity]} /> {t(`plan.count.${severity}`, { count: count(severity) })}
              </span>
            ),
        )}
        {findings.length === 0 && (
          <span className="finding-count is-pass">
            <Glyph name="pass" /> {t('plan.noFindings')}
          </span>
        )}
      </header>
      <ul>
        {sorted.map((finding, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: a finding may be there twice for different bytes
            key={`${finding.id} ${finding.slot ?? ''} ${index}`}
            className={`finding finding-${finding.severity}`}
          >
            <Glyph name={glyphs[finding.severity]} label={t(`plan.severity.${finding.severity}`)} />
            <div>
              <b>{finding.title}</b>
              <p>{finding.consequence}</p>
              {finding.lockSlots.length > 0 && onLock !== undefined && (
                <Button onClick={() => onLock(finding.lockSlots)}>
                  {t('plan.lockThese', { count: finding.lockSlots.length, slots: finding.lockSlots.join(', ') })}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
