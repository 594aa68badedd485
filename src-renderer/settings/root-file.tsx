import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toHex } from '../../src-shared/base/bytes.ts';
import type { CallOutput } from '../../src-shared/ipc/contract.ts';
import { largestRootFile } from '../../src-shared/ipc/lists.ts';
import { useAsk } from '../app/client-context.tsx';
import { formatDate, hexPairs } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { useLanguage, useSentence } from '../texts/sentence.ts';

/** A root certificate as the core read it. */
export type ReadRoot = NonNullable<CallOutput<'settings.readRoot'>['root']>;

/** A root by its certificate file, chosen or dropped: the core reads it, and what it is stands here before anybody trusts it. */
export function RootFile({
  root,
  onRoot,
}: {
  /** What was read last and still stands in the fields. */
  readonly root: ReadRoot | null;
  readonly onRoot: (root: ReadRoot | null) => void;
}) {
  const { t } = useTranslation();
  const ask = useAsk();
  const sentence = useSentence();
  const language = useLanguage();
  const [error, setError] = useState<string | null>(null);
  const [file, setFile] = useState('');
  const take = async (chosen: File): Promise<void> => {
    setError(null);
    onRoot(null);
    if (chosen.size > largestRootFile) {
      setError(t('settings.roots.fileTooLarge', { most: largestRootFile / 1024 }));
      return;
    }
    const content = toHex(new Uint8Array(await chosen.arrayBuffer()));
    const answer = await ask('settings.readRoot', { content }, (failure) => {
      setError(sentence(failure));
      return true;
    });
    if (answer === undefined) return;
    if (answer.fault !== null) setError(t(`settings.roots.fault.${answer.fault}`));
    setFile(chosen.name);
    onRoot(answer.root);
  };
  return (
    <section
      className="root-file"
      aria-label={t('settings.roots.file')}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        const dropped = event.dataTransfer.files[0];
        if (dropped !== undefined) void take(dropped);
      }}
    >
      <h3>{t('settings.roots.file')}</h3>
      <p className="second">{t('settings.roots.fileTell')}</p>
      <label className="btn btn-plain btn-desk file-button">
        {t('plan.openFile')}
        <input
          type="file"
          accept=".pem,.crt,.cer,.der"
          className="hidden-text"
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            event.target.value = '';
            if (chosen !== undefined) void take(chosen);
          }}
        />
      </label>
      {error !== null && (
        <p className="failure" role="alert">
          <Glyph name="fail" />
          {error}
        </p>
      )}
      {root !== null && (
        <div role="status">
          <p>{t('settings.roots.fileShown', { file })}</p>
          <dl className="kv">
            <dt>{t('settings.roots.subject')}</dt>
            <dd>{root.subject}</dd>
            <dt>{t('certificate.until')}</dt>
            <dd>{formatDate(root.notAfter, language) ?? t('certificate.noEnd')}</dd>
            <dt>{t('settings.roots.certificateHash')}</dt>
            <dd className="hex root-key">{hexPairs(root.fingerprint).join(' ')}</dd>
            <dt>{t('setUp.root.keyHash')}</dt>
            <dd className="hex root-key">{hexPairs(root.keyFingerprint).join(' ')}</dd>
          </dl>
        </div>
      )}
    </section>
  );
}
