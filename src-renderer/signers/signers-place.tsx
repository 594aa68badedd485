import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignerView } from '../../src-shared/ipc/state.ts';
import { useAsk } from '../app/client-context.tsx';
import { useShortcut } from '../app/use-keys.ts';
import { Button } from '../parts/button.tsx';
import { formatCountdown, formatDate, formatNumber } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { Tag } from '../parts/tag.tsx';
import { Told } from '../parts/told.tsx';
import { useSlice } from '../stores/station-store.ts';
import { useLanguage } from '../texts/sentence.ts';
import { useDelay } from './password-dialog.tsx';
import { RootSetUp } from './root-set-up.tsx';
import { RowAction } from './row-action.tsx';
import { SignerPanel } from './signer-panel.tsx';
import { SignerSetUp } from './signer-set-up.tsx';
import { nameOf, signerMark, unconfiguredWords } from './signer-words.ts';
import './signers.css';
import { ScrollBox } from '../parts/scroll-box.tsx';

type View = { readonly kind: 'list' } | { readonly kind: 'set-up'; readonly kit: string } | { readonly kind: 'root' };

/** The supervisor's screen: which signers there are, what they need, and how a new one is made. */
export default function SignersPlace() {
  const signers = useSlice('signers');
  const [view, setView] = useState<View>({ kind: 'list' });
  if (signers === undefined) return null;
  const back = (): void => setView({ kind: 'list' });
  if (view.kind === 'set-up') return <SignerSetUp kit={view.kit} onLeave={back} />;
  if (view.kind === 'root') return <RootSetUp onLeave={back} />;
  return <SignerList signers={signers} onView={setView} />;
}

function SignerList({
  signers,
  onView,
}: {
  readonly signers: readonly SignerView[];
  readonly onView: (view: View) => void;
}) {
  const { t } = useTranslation();
  const ask = useAsk();
  const station = useSlice('station');
  const [chosen, setChosen] = useState<string | null>(null);
  const signer = signers.find((candidate) => keyOf(candidate) === chosen) ?? signers[0];
  useShortcut('lock', () => {
    if (signer?.state === 'READY') void ask('signers.lock', { serialNumber: signer.serialNumber });
  });
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('place.signers')}</h1>
        <span className="sub">
          {t('signers.summary', { ready: station?.signersReady ?? 0, total: station?.signersTotal ?? 0 })}
        </span>
        <span className="grow" />
        <Button icon="lock" onClick={() => void ask('signers.lockAll', {})}>
          {t('signers.lockAll')}
        </Button>
        <Button icon="plus" onClick={() => onView({ kind: 'root' })}>
          {t('signers.newRoot')}
        </Button>
        <Button kind="primary" icon="plus" onClick={() => onView({ kind: 'set-up', kit: '' })}>
          {t('signers.setUpOne')}
        </Button>
      </header>
      <div className={signer === undefined ? 'split is-single' : 'split'}>
        <section className="card" aria-label={t('place.signers')}>
          {signers.length === 0 ? (
            <div className="empty-note">
              <p>{t('signers.none')}</p>
              <p>{t('signers.noneTell')}</p>
            </div>
          ) : (
            <ScrollBox>
              <table className="table signer-table">
                <thead>
                  <tr>
                    <th>{t('signers.state')}</th>
                    <th>{t('signers.signer')}</th>
                    <th className="num signer-chain">{t('signers.chain')}</th>
                    <th className="num">{t('signers.signed')}</th>
                    <th className="signer-until">{t('signers.until')}</th>
                    <th>
                      <span className="hidden-text">{t('signers.action')}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {signers.map((entry) => (
                    <SignerRow
                      key={keyOf(entry)}
                      signer={entry}
                      chosen={entry === signer}
                      onChoose={() => setChosen(keyOf(entry))}
                      onSetUp={() => onView({ kind: 'set-up', kit: entry.path })}
                    />
                  ))}
                </tbody>
              </table>
            </ScrollBox>
          )}
          <footer>{t('signers.forgets')}</footer>
        </section>
        {signer !== undefined && (
          <SignerPanel
            key={keyOf(signer)}
            signer={signer}
            onSetUp={() => onView({ kind: 'set-up', kit: signer.path })}
          />
        )}
      </div>
    </div>
  );
}

/** A module without a readable serial number is known by its place. */
function keyOf(signer: SignerView): string {
  return signer.serialNumber === '' ? signer.path : signer.serialNumber;
}

function SignerRow({
  signer,
  chosen,
  onChoose,
  onSetUp,
}: {
  readonly signer: SignerView;
  readonly chosen: boolean;
  readonly onChoose: () => void;
  readonly onSetUp: () => void;
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [glyph, tone] = signerMark(signer.state);
  const certified = signer.notAfter !== '';
  return (
    <tr className={chosen ? 'is-chosen' : undefined} onClick={onChoose}>
      <td>
        <span className={`signer-state ${tone}`}>
          <Glyph name={glyph} />
          <span>
            <b>{t(`signerState.${signer.state}`)}</b>
            <StateDetail signer={signer} />
          </span>
        </span>
      </td>
      <td>
        <button type="button" className="row-button" aria-pressed={chosen} onClick={onChoose}>
          <b>{nameOf(signer, t('signers.noName'))}</b>
          <span className="row-what">
            {signer.isRoot && <Tag tone="none">{t('signers.root')}</Tag>}
            {signer.serialNumber === '' ? (
              <span className="second">{t('signers.noSerial')}</span>
            ) : signer.kind === 'chip' ? (
              <SerialNumber value={signer.serialNumber} dense />
            ) : (
              <span className="second">{signer.kit}</span>
            )}
          </span>
        </button>
      </td>
      <td className="num signer-chain">{certified ? signer.chainId : '–'}</td>
      <td className="num">{certified ? formatNumber(signer.signed, language) : '–'}</td>
      <td className="signer-until nowrap">
        {certified ? (formatDate(signer.notAfter, language) ?? t('certificate.noEnd')) : '–'}
      </td>
      <td className="row-action">
        <RowAction signer={signer} onSetUp={onSetUp} />
      </td>
    </tr>
  );
}

function StateDetail({ signer }: { readonly signer: SignerView }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const delay = useDelay(signer.delayUntil);
  const text = ((): ReactNode => {
    switch (signer.state) {
      case 'READY':
        return t('signers.thisSession', { count: signer.signedThisSession });
      case 'PASSWORD_REQUIRED':
        return signer.waitingBoards > 0
          ? t('signers.waiting', { count: signer.waitingBoards })
          : t(`passwordScheme.${signer.passwordScheme}`);
      case 'LOCKED_OUT':
        return t('signers.nextTry', { time: formatCountdown(delay) });
      case 'UNCONFIGURED':
        return unconfiguredWords(signer, language, t('signerStateTells.UNCONFIGURED'));
      case 'FAULT':
        return signer.reason !== null && <Told reason={signer.reason} />;
      default:
        return signer.reason === null ? t(`signerStateTells.${signer.state}`) : <Told reason={signer.reason} />;
    }
  })();
  return <small>{text}</small>;
}
