import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignerView } from '../../src-shared/ipc/state.ts';
import { useAsk, useCall } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { CertificateCard } from '../parts/certificate.tsx';
import { formatDate, formatNumber } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { saveFile } from '../parts/save-file.ts';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { Told } from '../parts/told.tsx';
import { ui } from '../stores/ui-store.ts';
import { useLanguage } from '../texts/sentence.ts';
import { ChangePasswordDialog } from './change-password-dialog.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { RowAction } from './row-action.tsx';
import { nameOf, signerMark, unconfiguredWords } from './signer-words.ts';

/** One signer in full: what it is, its chain and certificates, and what may be done with it. */
export function SignerPanel({ signer, onSetUp }: { readonly signer: SignerView; readonly onSetUp: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const ask = useAsk();
  const [dialog, setDialog] = useState<'rename' | 'password' | null>(null);
  const [glyph, tone] = signerMark(signer.state);
  const certified = signer.notAfter !== '';
  const present = signer.state === 'READY' || signer.state === 'PASSWORD_REQUIRED';
  const certificates = useCall(
    'signers.certificate',
    certified && signer.state !== 'ABSENT' ? { serialNumber: signer.serialNumber } : null,
  );

  const exportFiles = async (): Promise<void> => {
    const files = await ask('signers.export', { serialNumber: signer.serialNumber });
    if (files === undefined) return;
    for (const { name, encoding, content } of files) saveFile(name, content, encoding);
    ui.notice('done', t('signers.exported', { count: files.length }));
  };

  return (
    <section className="card" aria-label={nameOf(signer, t('signers.noName'))}>
      <header>
        <h2>{nameOf(signer, t('signers.noName'))}</h2>
      </header>
      <ScrollBox>
        <div className="sect">
          <p className={`signer-state ${tone}`}>
            <Glyph name={glyph} />
            <b>{t(`signerState.${signer.state}`)}</b>
          </p>
          {signer.state === 'UNCONFIGURED' ? (
            <p className="second">{unconfiguredWords(signer, language, t('signerStateTells.UNCONFIGURED'))}</p>
          ) : (
            signer.reason !== null && (
              <p className="second">
                <Told reason={signer.reason} />
              </p>
            )
          )}
          {signer.changeBegun && <p className="is-ask">{t('password.changeBegun')}</p>}
        </div>
        <div className="sect">
          <dl className="kv">
            {signer.serialNumber !== '' && signer.kind === 'chip' && (
              <>
                <dt>{t('password.serial')}</dt>
                <dd>
                  <SerialNumber value={signer.serialNumber} dense />
                </dd>
              </>
            )}
            {signer.label !== '' && (
              <>
                <dt>{t('signers.certificateName')}</dt>
                <dd>{signer.name}</dd>
              </>
            )}
            <dt>{t('signers.kind')}</dt>
            <dd>
              {t(`signers.kinds.${signer.kind}`)}
              {signer.isRoot && `, ${t('signers.root')}`}
            </dd>
            <dt>{t('signers.connection')}</dt>
            <dd>
              {signer.kit}
              {signer.path !== '' && <span className="second"> {signer.path}</span>}
            </dd>
            {certified && (
              <>
                <dt>{t('signers.idAndChain')}</dt>
                <dd>
                  {signer.signerId === '' ? '–' : signer.signerId}, {t('signers.chain')} {signer.chainId}
                </dd>
                <dt>{t('certificate.from')}</dt>
                <dd>{formatDate(signer.notBefore, language)}</dd>
                <dt>{t('certificate.until')}</dt>
                <dd>{formatDate(signer.notAfter, language) ?? t('certificate.noEnd')}</dd>
                <dt>{t('signers.signed')}</dt>
                <dd>
                  {formatNumber(signer.signed, language)}
                  {signer.state === 'READY' && `, ${t('signers.thisSession', { count: signer.signedThisSession })}`}
                </dd>
                <dt>{t('password.label')}</dt>
                <dd>{t(`passwordScheme.${signer.passwordScheme}`)}</dd>
              </>
            )}
          </dl>
        </div>
        {signer.chain.length > 0 && (
          <div className="sect">
            <h3>{t('signers.chain')}</h3>
            <ol className="chain">
              {signer.chain.map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ol>
          </div>
        )}
        {certificates.state === 'ready' &&
          certificates.value.map((certificate) => (
            <div className="sect" key={certificate.fingerprint}>
              <h3>{certificate.subject}</h3>
              <CertificateCard certificate={certificate} />
            </div>
          ))}
      </ScrollBox>
      {(certified || signer.state === 'UNCONFIGURED') && (
        <footer>
          <RowAction signer={signer} onSetUp={onSetUp} />
          {certified && (
            <>
              <Button icon="export" onClick={() => void exportFiles()}>
                {t('signers.export')}
              </Button>
              {present && signer.can.label && (
                <Button icon="edit" onClick={() => setDialog('rename')}>
                  {t('signers.rename')}
                </Button>
              )}
              {present && signer.can.password && (
                <Button icon="lock" onClick={() => setDialog('password')}>
                  {t('signers.changePassword')}
                </Button>
              )}
            </>
          )}
        </footer>
      )}
      {dialog === 'rename' && <RenameDialog signer={signer} onClose={() => setDialog(null)} />}
      {dialog === 'password' && <ChangePasswordDialog signer={signer} onClose={() => setDialog(null)} />}
    </section>
  );
}
