import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WireError } from '../../src-shared/ipc/contract.ts';
import { roleWanted, useClient } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { saveFile } from '../parts/save-file.ts';
import { ui } from '../stores/ui-store.ts';
import { FormField } from './form-field.tsx';
import { useNewPasswords } from './new-passwords.tsx';
import { HoldFoot, Sequence, WorkList } from './sequence.tsx';
import { BlankKits, PasswordStep, SetUpFailure } from './set-up-choices.tsx';
import { type RootForm, rootFormFaults, startRootForm } from './set-up-form.ts';
import { YearsSelect } from './signer-set-up.tsx';

type Made = { readonly record: string; readonly publicKey: string; readonly fingerprint: string };

/** The root ceremony: a stick (or a key file for trials) that signs signers, and the record of how it was made. */
export function RootSetUp({ onLeave }: { readonly onLeave: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const [form, setForm] = useState<RootForm>(startRootForm);
  const [step, setStep] = useState(0);
  const [working, setWorking] = useState(false);
  const [error, setError] = useState<Pick<WireError, 'code' | 'message'> | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  const count = form.scheme === 'two-persons' ? 2 : 1;
  const fresh = useNewPasswords(count);
  const [tried, setTried] = useState(false);
  const faults = rootFormFaults(form);
  const shown = tried ? faults : [];
  const set = <K extends keyof RootForm>(name: K, value: RootForm[K]): void =>
    setForm((old) => ({ ...old, [name]: value }));

  const make = async (): Promise<void> => {
    setWorking(true);
    setError(null);
    const answer = await client.call('signers.createRoot', {
      kind: form.kind,
      kit: form.kind === 'file' ? '' : form.kit.trim(),
      commonName: form.commonName.trim(),
      organisation: form.organisation.trim(),
      years: form.years,
      passwords: fresh.take(),
    });
    setWorking(false);
    if (answer.ok) {
      setMade(answer.value);
      setStep(4);
      return;
    }
    const role = roleWanted(answer.failure);
    if (role !== undefined) ui.askSignOn({ kind: 'role', role });
    else setError(answer.failure);
    setStep(2);
  };

  const blocked = step === 0 && faults.includes('kit');
  return (
    <Sequence
      title={t('setUp.root.title')}
      step={step}
      onLeave={onLeave}
      {...(working || made !== null ? {} : { onBack: () => setStep(step - 1) })}
      steps={[
        { name: t('setUp.root.steps.where') },
        { name: t('setUp.root.steps.names') },
        { name: t('setUp.root.steps.password') },
        { name: t('setUp.root.steps.make'), final: true },
        { name: t('setUp.root.steps.done') },
      ]}
      permanent={[
        { name: t('setUp.permanent.rootKey'), tell: t('setUp.permanent.rootKeyTell') },
        { name: t('setUp.permanent.password'), tell: t('setUp.permanent.passwordTell') },
        { name: t('setUp.permanent.trust'), tell: t('setUp.permanent.trustTell') },
        { name: t('setUp.permanent.forget'), tell: t('setUp.permanent.rootForgetTell') },
      ]}
      {...(step === 3
        ? {
            warning: (
              <p>
                <b>{t('setUp.final.title')}</b> {t('setUp.final.root')}
              </p>
            ),
          }
        : {})}
      foot={
        step === 4 ? (
          <div className="actions">
            {made !== null && (
              <Button icon="export" size="op" onClick={() => saveFile('root-ceremony.txt', made.record)}>
                {t('setUp.root.saveRecord')}
              </Button>
            )}
            <Button kind="primary" size="op" onClick={onLeave}>
              {t('sequence.finish')}
            </Button>
          </div>
        ) : step === 3 ? (
          working ? null : (
            <HoldFoot onDone={() => void make()}>{t('setUp.root.make')}</HoldFoot>
          )
        ) : (
          <div className="actions">
            <Button
              kind="primary"
              size="op"
              disabled={blocked}
              onClick={() => {
                if (step === 1 && faults.length > 0) {
                  setTried(true);
                  return;
                }
                if (step === 2 && !fresh.complete()) return;
                setStep(step + 1);
              }}
            >
              {t('sequence.next')}
            </Button>
          </div>
        )
      }
    >
      {error !== null && <SetUpFailure failure={error} />}
      {step === 0 && (
        <>
          <h2>{t('setUp.root.steps.where')}</h2>
          <fieldset className="choice-list plain-fieldset">
            <legend className="hidden-text">{t('setUp.root.steps.where')}</legend>
            {(['chip', 'file'] as const).map((kind) => (
              <label className="choice-row" key={kind}>
                <input
                  type="radio"
                  name="kind"
                  checked={form.kind === kind}
                  onChange={() => setForm((old) => ({ ...old, kind, kit: '' }))}
                />
                <b>{t(`setUp.root.kind.${kind}`)}</b>
                <small>{t(`setUp.root.kindTell.${kind}`)}</small>
              </label>
            ))}
          </fieldset>
          {form.kind === 'file' ? (
            <p className="second">{t('setUp.root.fileTell')}</p>
          ) : (
            <BlankKits
              legend={<legend>{t('setUp.root.stick')}</legend>}
              kit={form.kit}
              onChoose={(path) => set('kit', path)}
            />
          )}
        </>
      )}
      {step === 1 && (
        <>
          <h2>{t('setUp.root.steps.names')}</h2>
          <div className="fields-two">
            <FormField label={t('setUp.form.commonName')} invalid={shown.includes('commonName')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={48}
                  value={form.commonName}
                  onChange={(event) => set('commonName', event.target.value)}
                />
              )}
            </FormField>
            <FormField label={t('setUp.form.organisation')} invalid={shown.includes('organisation')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={48}
                  value={form.organisation}
                  onChange={(event) => set('organisation', event.target.value)}
                />
              )}
            </FormField>
            <FormField label={t('setUp.form.rootYears')} hint={t('setUp.form.yearsTell')}>
              {(props) => <YearsSelect {...props} value={form.years} onChange={(years) => set('years', years)} />}
            </FormField>
          </div>
        </>
      )}
      {(step === 2 || step === 3) && (
        <PasswordStep
          hidden={step !== 2}
          title={t('setUp.root.steps.password')}
          tell={t('setUp.root.passwordTell')}
          schemes={['two-persons', 'one']}
          scheme={form.scheme}
          onScheme={(scheme) => set('scheme', scheme)}
          passwords={fresh}
        />
      )}
      {step === 3 &&
        (working ? (
          <>
            <h2>{t('setUp.working')}</h2>
            <p>{t('setUp.workingTell')}</p>
            <WorkList />
          </>
        ) : (
          <>
            <h2>{t('setUp.root.steps.make')}</h2>
            <dl className="kv">
              <dt>{t('setUp.form.commonName')}</dt>
              <dd>{form.commonName}</dd>
              <dt>{t('setUp.form.organisation')}</dt>
              <dd>{form.organisation}</dd>
              <dt>{t('signers.kind')}</dt>
              <dd>{t(`setUp.root.kind.${form.kind}`)}</dd>
            </dl>
          </>
        ))}
      {step === 4 && made !== null && (
        <>
          <h2>{t('setUp.root.madeTitle')}</h2>
          <dl className="kv">
            <dt>{t('certificate.fingerprint')}</dt>
            <dd className="hex">{made.fingerprint}</dd>
            <dt>{t('setUp.root.publicKey')}</dt>
            <dd className="hex">{made.publicKey}</dd>
          </dl>
          <h3>{t('setUp.root.record')}</h3>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
          <pre className="pem" tabIndex={0} lang="en">
            {made.record}
          </pre>
        </>
      )}
    </Sequence>
  );
}
