import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../parts/button.tsx';
import { hexPairs } from '../parts/format.ts';
import { parseHex } from '../plan/draft.ts';
import { FormField } from '../signers/form-field.tsx';
import { Group, type SectionProps } from './group.tsx';
import { type ReadRoot, RootFile } from './root-file.tsx';

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
  const [read, setRead] = useState<ReadRoot | null>(null);
  const key = rootKey(typed);
  const known = settings.trustedRoots.some(({ publicKey }) => publicKey.toUpperCase() === key);
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
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (key === undefined || known || name.trim() === '') {
            const form = event.currentTarget;
            requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
            return;
          }
          onChange({ trustedRoots: [...settings.trustedRoots, { name: name.trim(), publicKey: key }] });
          setName('');
          setTyped('');
          setRead(null);
          setTried(false);
        }}
      >
        <RootFile
          // What was read stands there as long as its key is the one that will be added.
          root={read?.publicKey === key ? read : null}
          onRoot={(root) => {
            setRead(root);
            if (root === null) return;
            setName(root.name.slice(0, 64));
            setTyped(root.publicKey);
          }}
        />
        <FormField
          label={t('settings.roots.name')}
          fault={tried && name.trim() === '' ? t('settings.roots.nameFault') : undefined}
        >
          {(props) => (
            <input {...props} maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </FormField>
        <FormField
          label={t('settings.roots.key')}
          hint={t('settings.roots.keyTell')}
          fault={
            tried && key === undefined
              ? t('settings.roots.keyFault')
              : (tried || read !== null) && known
                ? t('settings.roots.known')
                : undefined
          }
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
