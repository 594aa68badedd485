import { useTranslation } from 'react-i18next';
import { useClient } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { saveFile } from '../parts/save-file.ts';
import { FormField } from './form-field.tsx';
import { useNewPasswords } from './new-passwords.tsx';
import { BlankKits, PasswordStep } from './set-up-choices.tsx';
import { type RootForm, rootFormFaults, startRootForm } from './set-up-form.ts';
import { SetUpFrame, useSetUp } from './set-up-frame.tsx';
import { YearsSelect } from './years-select.tsx';

type Made = { readonly record: string; readonly publicKey: string; readonly fingerprint: string };

/** The root ceremony: a stick (or a key file for trials) that signs signers, and the record of how it was made. */
export function RootSetUp({ onLeave }: { readonly onLeave: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const setUp = useSetUp<RootForm, Made>(startRootForm, { count: 5, first: 0, names: 1 });
  const { form, change, step } = setUp;
  const fresh = useNewPasswords(form.scheme === 'two-persons' ? 2 : 1);
  const faults = rootFormFaults(form);
  const nameFault = (field: (typeof faults)[number]): string | undefined =>
    setUp.tried && faults.includes(field) ? t('setUp.form.nameFault') : undefined;
  const make = (): Promise<void> =>
    setUp.make(() =>
      client.call('signers.createRoot', {
        kind: form.kind,
        kit: form.kind === 'file' ? '' : form.kit.trim(),
        commonName: form.commonName.trim(),
        organisation: form.organisation.trim(),
        years: form.years,
        passwords: fresh.take(),
      }),
    );
  return (
    <SetUpFrame
      setUp={setUp}
      title={t('setUp.root.title')}
      steps={[
        t('setUp.root.steps.where'),
        t('setUp.root.steps.names'),
        t('setUp.root.steps.password'),
        t('setUp.root.steps.make'),
        t('setUp.root.steps.done'),
      ]}
      permanent={[
        { name: t('setUp.permanent.rootKey'), tell: t('setUp.permanent.rootKeyTell') },
        { name: t('setUp.permanent.password'), tell: t('setUp.permanent.passwordTell') },
        { name: t('setUp.permanent.trust'), tell: t('setUp.permanent.trustTell') },
        { name: t('setUp.permanent.forget'), tell: t('setUp.permanent.rootForgetTell') },
      ]}
      final={t('setUp.final.root')}
      makeLabel={t('setUp.root.make')}
      blocked={step === 0 && faults.includes('kit')}
      faulty={faults.length > 0}
      complete={() => fresh.complete()}
      onMake={() => void make()}
      onLeave={onLeave}
      summary={
        <dl className="kv">
          <dt>{t('setUp.form.commonName')}</dt>
          <dd>{form.commonName}</dd>
          <dt>{t('setUp.form.organisation')}</dt>
          <dd>{form.organisation}</dd>
          <dt>{t('signers.kind')}</dt>
          <dd>{t(`setUp.root.kind.${form.kind}`)}</dd>
        </dl>
      }
      outcome={(made) => (
        <>
          <h2>{t('setUp.root.madeTitle')}</h2>
          <dl className="kv">
            <dt>{t('setUp.root.keyHash')}</dt>
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
      keep={(made) => (
        <Button icon="export" size="op" onClick={() => saveFile('root-ceremony.txt', made.record)}>
          {t('setUp.root.saveRecord')}
        </Button>
      )}
    >
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
                  onChange={() => change({ kind, kit: '' })}
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
              onChoose={(path) => change({ kit: path })}
            />
          )}
        </>
      )}
      {step === 1 && (
        <>
          <h2>{t('setUp.root.steps.names')}</h2>
          <div className="fields-two">
            <FormField label={t('setUp.form.commonName')} fault={nameFault('commonName')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={48}
                  value={form.commonName}
                  onChange={(event) => change({ commonName: event.target.value })}
                />
              )}
            </FormField>
            <FormField label={t('setUp.form.organisation')} fault={nameFault('organisation')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={48}
                  value={form.organisation}
                  onChange={(event) => change({ organisation: event.target.value })}
                />
              )}
            </FormField>
            <FormField label={t('setUp.form.rootYears')} hint={t('setUp.form.yearsTell')}>
              {(props) => <YearsSelect {...props} value={form.years} onChange={(years) => change({ years })} />}
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
          onScheme={(scheme) => change({ scheme })}
          passwords={fresh}
        />
      )}
    </SetUpFrame>
  );
}
