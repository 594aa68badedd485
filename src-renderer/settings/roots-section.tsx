import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../parts/button.tsx';
import { hexPairs } from '../parts/format.ts';
import { parseHex } from '../plan/draft.ts';
import { FormField } from '../signers/form-field.tsx';
import { Group, type SectionProps } from './group.tsx';

/** Upper-case hex of a P-256 public key: 64 bytes, or 65 with the leading 04 taken off; undefined for anything else. */
export function rootKey(typed: string): string | undefined {
  const hex = parseHex(typed);
  if (hex?.length === 128) return hex;
  return hex?.length === 130 && hex.startsWith('04') ? hex.slice(2) : undefined;
}

/** Roots whose signers this station believes. */
export function RootsSection({ settings, onChange }: SectionProps) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const key = rootKey(typed);
  return (
    <Group title={t('settings.sections.roots')} tell={t('settings.roots.tell')}>
      <ul className="plain-list">
        {settings.trustedRoots.map((root) => (
          <li key={root.publicKey}>
            <span className="grow">
              <b>{root.name}</b>
              <span className="hex second root-key">{hexPairs(root.publicKey).join(' ')}</span>
            </span>
            <Button
              kind="quiet"
              onClick={() =>
                onChange({
                  trustedRoots: settings.trustedRoots.filter((other) => other.publicKey !== root.publicKey),
                })
              }
            >
              {t('plan.remove')}
            </Button>
          </li>
        ))}
      </ul>
      {settings.trustedRoots.length === 0 && <p className="second">{t('settings.roots.none')}</p>}
      <form
        className="root-form"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (key === undefined || name.trim() === '') return;
          onChange({ trustedRoots: [...settings.trustedRoots, { name: name.trim(), publicKey: key }] });
          setName('');
          setTyped('');
          setTried(false);
        }}
      >
        <FormField label={t('settings.roots.name')} invalid={tried && name.trim() === ''}>
          {(props) => (
            <input {...props} maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </FormField>
        <FormField
          label={t('settings.roots.key')}
          hint={t('settings.roots.keyTell')}
          invalid={tried && key === undefined}
        >
          {(props) => (
            <textarea
              {...props}
              className="input hex"
              rows={3}
              spellCheck={false}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </FormField>
        <div className="actions">
          <Button submit>{t('settings.add')}</Button>
        </div>
      </form>
    </Group>
  );
}
