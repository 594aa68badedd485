import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireError } from '../../src-shared/ipc/contract.ts';
import { signerProfiles } from '../../src-shared/ipc/lists.ts';
import { roleWanted, useCall, useClient } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { formatDate, formatDuration } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { ui } from '../stores/ui-store.ts';
import { useLanguage } from '../texts/sentence.ts';
import { FormField } from './form-field.tsx';
import { useNewPasswords } from './new-passwords.tsx';
import { PasswordSteps, usePasswordFields } from './password-fields.tsx';
import { HoldFoot, Sequence, WorkList } from './sequence.tsx';
import { BlankKits, PasswordStep, SetUpFailure } from './set-up-choices.tsx';
import { type SignerForm, signerFormFaults, startSignerForm } from './set-up-form.ts';

type Made = { readonly serialNumber: string; readonly files: readonly string[]; readonly signatureWindowMs: number };

/** Makes a new signer module: choose it, choose its root, name it, give it a password, then hold to make it. */
export function SignerSetUp({ kit, onLeave }: { readonly kit: string; readonly onLeave: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useClient();
  const roots = useCall('signers.roots', {});
  const [form, setForm] = useState<SignerForm>({ ...startSignerForm, kit });
  const [step, setStep] = useState(kit === '' ? 0 : 1);
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<Pick<WireError, 'code' | 'message'> | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const two = form.scheme === 'two-persons';
  const fresh = useNewPasswords(two ? 2 : 1);
  const rootCount = roots.value?.find((entry) => entry.id === form.root)?.passwords ?? 0;
  const rootFields = usePasswordFields(Math.max(1, rootCount));
  const set = <K extends keyof SignerForm>(name: K, value: SignerForm[K]): void =>
    setForm((old) => ({ ...old, [name]: value }));
  const [tried, setTried] = useState(false);
  const faults = signerFormFaults(form);
  const shown = tried ? faults : [];

  const make = async (): Promise<void> => {
    setWorking(true);
    setError(null);
    const answer = await client.call('signers.setUp', {
      kit: form.kit,
      root: form.root,
      rootPasswords: rootCount === 0 ? [] : rootFields.take(),
      name: form.name.trim(),
      organisation: form.organisation.trim(),
      deviceName: form.deviceName.trim(),
      signerId: Number.parseInt(form.signerId, 16),
      chainId: form.chainId,
      profile: form.profile,
      deviceYears: form.deviceYears,
      signerYears: form.signerYears,
      passwords: form.scheme === 'open' ? [] : fresh.take(),
    });
    setWorking(false);
    if (answer.ok) {
      setMade(answer.value);
      setStep(5);
      return;
    }
    const role = roleWanted(answer.failure);
    if (role !== undefined) ui.askSignOn({ kind: 'role', role });
    else setError(answer.failure);
    // The passwords are gone from the fields: they are asked for again.
    setStep(3);
  };

  const next = (): void => {
    if (step === 2 && faults.length > 0) {
      setTried(true);
      return;
    }
    if (step === 3 && form.scheme !== 'open' && !fresh.complete()) return;
    setStep(step + 1);
  };

  const blocked = (step === 0 && form.kit === '') || (step === 1 && form.root === '');

  return (
    <Sequence
      title={t('setUp.signer.title')}
      step={step}
      onLeave={onLeave}
      {...(working || made !== null ? {} : { onBack: () => setStep(step - 1) })}
      steps={[
        { name: t('setUp.signer.steps.module') },
        { name: t('setUp.signer.steps.root') },
        { name: t('setUp.signer.steps.names') },
        { name: t('setUp.signer.steps.password') },
        { name: t('setUp.signer.steps.make'), final: true },
        { name: t('setUp.signer.steps.done') },
      ]}
      permanent={[
        { name: t('setUp.permanent.key'), tell: t('setUp.permanent.keyTell') },
        { name: t('setUp.permanent.password'), tell: t('setUp.permanent.passwordTell') },
        { name: t('setUp.permanent.record'), tell: t('setUp.permanent.recordTell') },
        { name: t('setUp.permanent.rest'), tell: t('setUp.permanent.restTell') },
        { name: t('setUp.permanent.forget'), tell: t('setUp.permanent.forgetTell') },
      ]}
      {...(step === 4
        ? {
            warning: (
              <p>
                <b>{t('setUp.final.title')}</b> {t('setUp.final.signer')}
              </p>
            ),
          }
        : {})}
      foot={
        step === 5 ? (
          <div className="actions">
            <Button kind="primary" size="op" onClick={onLeave}>
              {t('sequence.finish')}
            </Button>
          </div>
        ) : step === 4 ? (
          working ? null : (
            <HoldFoot onDone={() => void make()}>{t('setUp.signer.make')}</HoldFoot>
          )
        ) : (
          <div className="actions">
            <Button kind="primary" size="op" disabled={blocked} onClick={next}>
              {t('sequence.next')}
            </Button>
          </div>
        )
      }
    >
      {error !== null && <SetUpFailure failure={error} />}
      {step === 0 && (
        <>
          <h2>{t('setUp.signer.steps.module')}</h2>
          <p>{t('setUp.signer.moduleTell')}</p>
          <BlankKits
            legend={<legend className="hidden-text">{t('setUp.signer.steps.module')}</legend>}
            kit={form.kit}
            onChoose={(path) => set('kit', path)}
            detailed
          />
        </>
      )}
      {step === 1 && (
        <>
          <h2>{t('setUp.signer.steps.root')}</h2>
          <p>{t('setUp.signer.rootTell')}</p>
          <fieldset className="choice-list plain-fieldset">
            <legend className="hidden-text">{t('setUp.signer.steps.root')}</legend>
            {(roots.value ?? []).map((entry) => (
              <label className="choice-row" key={entry.id}>
                <input
                  type="radio"
                  name="root"
                  checked={form.root === entry.id}
                  onChange={() => set('root', entry.id)}
                />
                <b>{entry.name}</b>
                <small>
                  {t(`signers.kinds.${entry.kind}`)}, {t('certificate.until')}{' '}
                  {formatDate(entry.notAfter, language) ?? t('certificate.noEnd')}
                </small>
              </label>
            ))}
          </fieldset>
          {roots.state === 'ready' && roots.value.length === 0 && (
            <p className="empty-note">{t('setUp.signer.noRoot')}</p>
          )}
        </>
      )}
      {step === 2 && (
        <>
          <h2>{t('setUp.signer.steps.names')}</h2>
          <div className="fields-two">
            <FormField label={t('setUp.form.name')} hint={t('setUp.form.nameTell')} invalid={shown.includes('name')}>
              {(props) => (
                <input {...props} maxLength={48} value={form.name} onChange={(e) => set('name', e.target.value)} />
              )}
            </FormField>
            <FormField label={t('setUp.form.organisation')} invalid={shown.includes('organisation')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={48}
                  value={form.organisation}
                  onChange={(e) => set('organisation', e.target.value)}
                />
              )}
            </FormField>
            <FormField label={t('setUp.form.deviceName')} invalid={shown.includes('deviceName')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={48}
                  value={form.deviceName}
                  onChange={(e) => set('deviceName', e.target.value)}
                />
              )}
            </FormField>
            <FormField
              label={t('setUp.form.signerId')}
              hint={t('setUp.form.signerIdTell')}
              invalid={shown.includes('signerId')}
            >
              {(props) => (
                <input
                  {...props}
                  className="input hex"
                  maxLength={4}
                  value={form.signerId}
                  onChange={(e) => set('signerId', e.target.value.toUpperCase())}
                />
              )}
            </FormField>
            <FormField label={t('setUp.form.profile')}>
              {(props) => (
                <select
                  {...props}
                  value={form.profile}
                  onChange={(e) =>
                    set('profile', signerProfiles.find((known) => known === e.target.value) ?? 'zero-touch')
                  }
                >
                  {signerProfiles.map((profile) => (
                    <option key={profile} value={profile}>
                      {t(`setUp.profile.${profile}`)}
                    </option>
                  ))}
                </select>
              )}
            </FormField>
            <FormField label={t('setUp.form.chainId')} hint={t('setUp.form.chainIdTell')}>
              {(props) => (
                <select {...props} value={form.chainId} onChange={(e) => set('chainId', Number(e.target.value))}>
                  {Array.from({ length: 16 }, (_, chain) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: the number is the choice
                    <option key={chain} value={chain}>
                      {chain}
                    </option>
                  ))}
                </select>
              )}
            </FormField>
            <FormField label={t('setUp.form.signerYears')} hint={t('setUp.form.yearsTell')}>
              {(props) => <YearsSelect {...props} value={form.signerYears} onChange={(y) => set('signerYears', y)} />}
            </FormField>
            <FormField label={t('setUp.form.deviceYears')} hint={t('setUp.form.yearsTell')}>
              {(props) => <YearsSelect {...props} value={form.deviceYears} onChange={(y) => set('deviceYears', y)} />}
            </FormField>
          </div>
        </>
      )}
      {(step === 3 || step === 4) && (
        <PasswordStep
          hidden={step !== 3}
          title={t('setUp.signer.steps.password')}
          tell={t('setUp.signer.passwordTell')}
          schemes={['one', 'two-persons', 'open']}
          scheme={form.scheme}
          onScheme={(scheme) => set('scheme', scheme)}
          passwords={fresh}
        />
      )}
      {step === 4 &&
        (working ? (
          <>
            <h2>{t('setUp.working')}</h2>
            <p>{t('setUp.workingTell')}</p>
            <WorkList />
          </>
        ) : (
          <>
            <h2>{t('setUp.signer.steps.make')}</h2>
            <dl className="kv">
              <dt>{t('setUp.form.name')}</dt>
              <dd>{form.name}</dd>
              <dt>{t('setUp.form.signerId')}</dt>
              <dd className="hex">{form.signerId}</dd>
              <dt>{t('setUp.form.profile')}</dt>
              <dd>{t(`setUp.profile.${form.profile}`)}</dd>
              <dt>{t('password.label')}</dt>
              <dd>{t(`passwordScheme.${form.scheme}`)}</dd>
            </dl>
            {rootCount > 0 && (
              <>
                <p>{t('setUp.signer.rootPassword')}</p>
                <PasswordSteps
                  fields={rootFields}
                  labels={rootCount === 2 ? [t('setUp.rootFirst'), t('setUp.rootSecond')] : [t('setUp.rootPassword')]}
                  autoFocus={false}
                />
                {rootFields.step < rootFields.count - 1 && (
                  <div className="actions">
                    <Button onClick={() => rootFields.advance()}>{t('password.next')}</Button>
                  </div>
                )}
              </>
            )}
          </>
        ))}
      {step === 5 && made !== null && (
        <>
          <h2>{t('setUp.signer.madeTitle')}</h2>
          <p className="failure is-pass">
            <Glyph name="pass" />
            {t('setUp.signer.made')}
          </p>
          <dl className="kv">
            <dt>{t('password.serial')}</dt>
            <dd>
              <SerialNumber value={made.serialNumber} />
            </dd>
            <dt>{t('setUp.window')}</dt>
            <dd>{formatDuration(made.signatureWindowMs, language)}</dd>
            <dt>{t('setUp.files')}</dt>
            <dd>{made.files.join(', ')}</dd>
          </dl>
          <p>{t('setUp.windowTell')}</p>
        </>
      )}
    </Sequence>
  );
}

/** Years of validity; 0 = without an end. */
export function YearsSelect({
  value,
  onChange,
  ...props
}: {
  readonly id: string;
  readonly className: string;
  readonly value: number;
  readonly onChange: (years: number) => void;
}) {
  const { t } = useTranslation();
  return (
    <select {...props} value={value} onChange={(event) => onChange(Number(event.target.value))}>
      {Array.from({ length: 32 }, (_, years) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the number is the choice
        <option key={years} value={years}>
          {years === 0 ? t('certificate.noEnd') : t('setUp.years', { count: years })}
        </option>
      ))}
    </select>
  );
}
