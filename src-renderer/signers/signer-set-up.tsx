import { useTranslation } from 'react-i18next';
import { useCall, useClient } from '../app/client-context.tsx';
import { Button } from '../parts/button.tsx';
import { formatDate, formatDuration } from '../parts/format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { SerialNumber } from '../parts/serial-number.tsx';
import { useLanguage } from '../texts/sentence.ts';
import { CertificateStep, useSample } from './certificate-step.tsx';
import { FormField } from './form-field.tsx';
import { useNewPasswords } from './new-passwords.tsx';
import { PasswordSteps, usePasswordFields } from './password-fields.tsx';
import { BlankKits, PasswordStep } from './set-up-choices.tsx';
import { commonFolder, type SignerForm, signerFormFaults, startSignerForm } from './set-up-form.ts';
import { SetUpFrame, useSetUp } from './set-up-frame.tsx';
import { templateOf } from './template-form.ts';
import { TemplateSummary } from './template-summary.tsx';
import { yearsWords } from './years-select.tsx';

type Made = { readonly serialNumber: string; readonly files: readonly string[]; readonly signatureWindowMs: number };

/** The step of the certificates, after the one of the names. */
const certificates = 3;

/**
 * Makes a new signer module: choose it, choose its root, name it, see what its certificates will be, give it a password, then
 * hold to make it.
 */
export function SignerSetUp({ kit, onLeave }: { readonly kit: string; readonly onLeave: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const client = useClient();
  const roots = useCall('signers.roots', {});
  const setUp = useSetUp<SignerForm, Made>(
    { ...startSignerForm, kit },
    {
      count: 7,
      first: kit === '' ? 0 : 1,
      names: certificates - 1,
    },
  );
  const { form, change, step, at } = setUp;
  const fresh = useNewPasswords(form.scheme === 'two-persons' ? 2 : 1);
  const root = roots.value?.find((entry) => entry.id === form.root);
  const rootCount = root?.passwords ?? 0;
  const rootFields = usePasswordFields(Math.max(1, rootCount));
  const faults = signerFormFaults(form);
  const sample = useSample(form, root?.name ?? '', step === certificates);
  const faultOf = (field: (typeof faults)[number]): string | undefined =>
    setUp.tried && faults.includes(field)
      ? t(field === 'signerId' ? 'setUp.form.signerIdFault' : 'setUp.form.nameFault')
      : undefined;
  const make = (): Promise<void> =>
    setUp.make(() =>
      client.call('signers.setUp', {
        kit: form.kit,
        root: form.root,
        rootPasswords: rootCount === 0 ? [] : rootFields.take(),
        name: form.name.trim(),
        organisation: form.organisation.trim(),
        deviceName: form.deviceName.trim(),
        signerId: Number.parseInt(form.signerId, 16),
        chainId: form.chainId,
        profile: form.profile,
        template: templateOf(form),
        deviceYears: form.deviceYears,
        signerYears: form.signerYears,
        passwords: form.scheme === 'open' ? [] : fresh.take(),
      }),
    );
  return (
    <SetUpFrame
      setUp={setUp}
      title={t('setUp.signer.title')}
      steps={[
        t('setUp.signer.steps.module'),
        t('setUp.signer.steps.root'),
        t('setUp.signer.steps.names'),
        t('setUp.signer.steps.certificates'),
        t('setUp.signer.steps.password'),
        t('setUp.signer.steps.make'),
        t('setUp.signer.steps.done'),
      ]}
      permanent={[
        { name: t('setUp.permanent.key'), tell: t('setUp.permanent.keyTell') },
        { name: t('setUp.permanent.password'), tell: t('setUp.permanent.passwordTell') },
        { name: t('setUp.permanent.record'), tell: t('setUp.permanent.recordTell') },
        { name: t('setUp.permanent.rest'), tell: t('setUp.permanent.restTell') },
        { name: t('setUp.permanent.forget'), tell: t('setUp.permanent.forgetTell') },
      ]}
      final={t('setUp.final.signer')}
      makeLabel={t('setUp.signer.make')}
      blocked={(step === 0 && form.kit === '') || (step === 1 && form.root === '')}
      faulty={faults.length > 0}
      complete={() => form.scheme === 'open' || fresh.complete()}
      passes={step === certificates ? () => sample.passes() : undefined}
      note={
        step === certificates &&
        sample.value !== undefined &&
        sample.value.fault !== '' && <span className="note-bad">{t('setUp.sample.blocked')}</span>
      }
      wide={step === certificates}
      onMake={() => void make()}
      onLeave={onLeave}
      summary={
        <>
          <dl className="kv">
            <dt>{t('setUp.form.name')}</dt>
            <dd>{form.name}</dd>
            <dt>{t('setUp.form.signerId')}</dt>
            <dd className="hex">{form.signerId}</dd>
            <dt>{t('setUp.form.profile')}</dt>
            <dd>
              {t(`setUp.profile.${form.profile}`)}
              {form.profile === 'own' && <TemplateSummary template={form.template} />}
            </dd>
            <dt>{t('setUp.form.signerYears')}</dt>
            <dd>{yearsWords(form.signerYears, t)}</dd>
            <dt>{t('setUp.form.deviceYears')}</dt>
            <dd>{yearsWords(form.deviceYears, t)}</dd>
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
      }
      outcome={(made) => (
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
            <dd>
              <WrittenFiles paths={made.files} />
            </dd>
          </dl>
          <p>{t('setUp.windowTell')}</p>
        </>
      )}
    >
      {step === 0 && (
        <>
          <h2>{t('setUp.signer.steps.module')}</h2>
          <p>{t('setUp.signer.moduleTell')}</p>
          <BlankKits
            legend={<legend className="hidden-text">{t('setUp.signer.steps.module')}</legend>}
            kit={form.kit}
            onChoose={(path) => change({ kit: path })}
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
                  onChange={() => change({ root: entry.id })}
                />
                <b>{entry.name}</b>
                <small>
                  {t(`setUp.root.kind.${entry.kind}`)}, {t('certificate.until')}:{' '}
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
            <FormField label={t('setUp.form.name')} hint={t('setUp.form.nameTell')} fault={faultOf('name')}>
              {(props) => (
                <input {...props} maxLength={48} value={form.name} onChange={(e) => change({ name: e.target.value })} />
              )}
            </FormField>
            <FormField label={t('setUp.form.organisation')} fault={faultOf('organisation')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={48}
                  value={form.organisation}
                  onChange={(e) => change({ organisation: e.target.value })}
                />
              )}
            </FormField>
            <FormField label={t('setUp.form.deviceName')} fault={faultOf('deviceName')}>
              {(props) => (
                <input
                  {...props}
                  maxLength={48}
                  value={form.deviceName}
                  onChange={(e) => change({ deviceName: e.target.value })}
                />
              )}
            </FormField>
            <FormField label={t('setUp.form.signerId')} hint={t('setUp.form.signerIdTell')} fault={faultOf('signerId')}>
              {(props) => (
                <input
                  {...props}
                  className="input hex"
                  maxLength={4}
                  value={form.signerId}
                  onChange={(e) => change({ signerId: e.target.value.toUpperCase() })}
                />
              )}
            </FormField>
          </div>
        </>
      )}
      {step === certificates && <CertificateStep form={form} change={change} sample={sample} />}
      {(step === at.password || step === at.make) && (
        <PasswordStep
          hidden={step !== at.password}
          title={t('setUp.signer.steps.password')}
          tell={t('setUp.signer.passwordTell')}
          schemes={['one', 'two-persons', 'open']}
          scheme={form.scheme}
          onScheme={(scheme) => change({ scheme })}
          passwords={fresh}
        />
      )}
    </SetUpFrame>
  );
}

/** Files by the folder that they are in, which is told once. */
function WrittenFiles({ paths }: { readonly paths: readonly string[] }) {
  const folder = commonFolder(paths);
  return (
    <>
      {folder}
      <ul>
        {paths.map((path) => (
          <li key={path}>{path.slice(folder.length)}</li>
        ))}
      </ul>
    </>
  );
}
