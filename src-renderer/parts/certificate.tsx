import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CertificateView } from '../../src-shared/ipc/contract.ts';
import { useLanguage } from '../texts/sentence.ts';
import { Button } from './button.tsx';
import { formatDate } from './format.ts';
import { copyText, saveFile } from './save-file.ts';
import './certificate.css';
import { ScrollBox } from './scroll-box.tsx';

/** A certificate as facts, as its decoded tree or as PEM; `first` is shown until another is chosen. */
export function CertificateCard({
  certificate,
  first = 'facts',
}: {
  readonly certificate: CertificateView;
  readonly first?: 'facts' | 'tree' | 'pem';
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [view, setView] = useState(first);
  return (
    <div className="certificate">
      <fieldset className="certificate-views no-print" aria-label={t('certificate.views')}>
        {(['facts', 'tree', 'pem'] as const).map((name) => (
          <button key={name} type="button" aria-pressed={view === name} onClick={() => setView(name)}>
            {t(`certificate.${name}`)}
          </button>
        ))}
      </fieldset>
      {view === 'facts' && (
        <dl className="kv">
          <dt>{t('certificate.subject')}</dt>
          <dd>{certificate.subject}</dd>
          <dt>{t('certificate.issuer')}</dt>
          <dd>{certificate.issuer}</dd>
          <dt>{t('certificate.serial')}</dt>
          <dd className="hex">{certificate.serial}</dd>
          <dt>{t('certificate.from')}</dt>
          <dd>{formatDate(certificate.notBefore, language) ?? t('certificate.noEnd')}</dd>
          <dt>{t('certificate.until')}</dt>
          <dd>{formatDate(certificate.notAfter, language) ?? t('certificate.noEnd')}</dd>
          <dt>{t('certificate.fingerprint')}</dt>
          <dd className="hex">{certificate.fingerprint}</dd>
        </dl>
      )}
      {view === 'tree' && (
        <ScrollBox className="certificate-tree">
          <ol>
            {certificate.tree.map((node, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of one certificate, which does not change
              <li key={index} lang="en" style={{ paddingLeft: `${node.depth * 1.25}rem` }}>
                <span>{node.label}</span>
                {node.value !== '' && <span className="hex">{node.value}</span>}
              </li>
            ))}
          </ol>
        </ScrollBox>
      )}
      {view === 'pem' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        <pre className="pem" tabIndex={0}>
          {certificate.pem}
        </pre>
      )}
      {view === 'pem' && (
        <div className="actions no-print">
          <Button icon="copy" onClick={() => void copyText(certificate.pem)}>
            {t('certificate.copy')}
          </Button>
          <Button icon="export" onClick={() => saveFile(`${certificate.serial}.pem`, certificate.pem)}>
            {t('certificate.save')}
          </Button>
        </div>
      )}
    </div>
  );
}
