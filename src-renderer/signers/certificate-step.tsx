import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput, WireError } from '../../src-shared/ipc/contract.ts';
import { signerProfiles } from '../../src-shared/ipc/lists.ts';
import { useCall, useClient } from '../app/client-context.tsx';
import { CertificateCard } from '../parts/certificate.tsx';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { TabPanel, Tabs } from '../parts/tabs.tsx';
import { useSettled } from '../parts/use-settled.ts';
import { useLanguage, useSentence } from '../texts/sentence.ts';
import { FormField } from './form-field.tsx';
import type { SignerForm } from './set-up-form.ts';
import { TemplateFields } from './template-fields.tsx';
import { sampleInput, tooManyPurposes } from './template-form.ts';
import { YearsSelect } from './years-select.tsx';
import '../parts/finding.css';

type Sample = CallOutput<'signers.sample'>;

/** How long nothing is changed before the sample is made anew, ms. */
const settleMs = 250;

/** The sample of what is chosen, made anew as it changes; the old one stays meanwhile. */
export interface SampleState {
  readonly value: Sample | undefined;
  readonly error: WireError | undefined;
  /** Makes it now and says whether the certificates can be made like this; where not, why is shown and has the focus. */
  passes(): Promise<boolean>;
}

/** The sample of a form, asked for while it is `wanted`. */
export function useSample(form: SignerForm, rootName: string, wanted: boolean): SampleState {
  const client = useClient();
  const language = useLanguage();
  const input = useMemo(
    () => (wanted ? sampleInput(form, rootName, language) : null),
    [form, rootName, language, wanted],
  );
  const loaded = useCall('signers.sample', useSettled(input, settleMs));
  return {
    value: loaded.value,
    error: loaded.state === 'failed' ? loaded.error : undefined,
    async passes() {
      const answer = input === null ? undefined : await client.call('signers.sample', input);
      if (answer?.ok === true && answer.value.fault === '') return true;
      if (answer?.ok === false) loaded.reload();
      requestAnimationFrame(() =>
        document.querySelector<HTMLElement>('.certificate-fault, .certificate-step [aria-invalid="true"]')?.focus(),
      );
      return false;
    },
  };
}

/** Layout and validity of the certificates, an own template where one is wanted, and what will come of it. */
export function CertificateStep({
  form,
  change,
  sample,
}: {
  readonly form: SignerForm;
  readonly change: (part: Partial<SignerForm>) => void;
  readonly sample: SampleState;
}) {
  const { t } = useTranslation();
  const sentence = useSentence();
  const { value, error } = sample;
  const fault = error === undefined ? (value?.fault ?? '') : sentence(error);
  return (
    <>
      <h2>{t('setUp.signer.steps.certificates')}</h2>
      {fault !== '' && (
        <div className="failure certificate-fault" role="alert" tabIndex={-1}>
          <Glyph name="fail" />
          <div>
            {t('setUp.sample.fault')}
            <p className="second">{fault}</p>
          </div>
        </div>
      )}
      <div className="certificate-step">
        <div className="sequence-stack">
          <div className="fields-two">
            <FormField label={t('setUp.form.profile')} hint={t(`setUp.profileTell.${form.profile}`)}>
              {(props) => (
                <select
                  {...props}
                  value={form.profile}
                  onChange={(e) =>
                    change({ profile: signerProfiles.find((known) => known === e.target.value) ?? 'zero-touch' })
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
                <select {...props} value={form.chainId} onChange={(e) => change({ chainId: Number(e.target.value) })}>
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
              {(props) => (
                <YearsSelect {...props} value={form.signerYears} onChange={(y) => change({ signerYears: y })} />
              )}
            </FormField>
            <FormField label={t('setUp.form.deviceYears')} hint={t('setUp.form.yearsTell')}>
              {(props) => (
                <YearsSelect {...props} value={form.deviceYears} onChange={(y) => change({ deviceYears: y })} />
              )}
            </FormField>
          </div>
          {form.profile === 'own' && (
            <TemplateFields
              template={form.template}
              tooManyPurposes={tooManyPurposes(form)}
              onChange={(part) => change({ template: { ...form.template, ...part } })}
            />
          )}
        </div>
        <SampleView sample={value} />
      </div>
    </>
  );
}

const glyphs: Readonly<Record<Sample['findings'][number]['severity'], GlyphName>> = {
  error: 'fail',
  warning: 'aside',
  note: 'info',
};

/** What the linter says and both certificates, the device's first: it is what the products carry. */
function SampleView({ sample }: { readonly sample: Sample | undefined }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState<'device' | 'signer'>('device');
  const certificate = sample?.[shown] ?? null;
  return (
    <section className="certificate-sample" aria-label={t('setUp.sample.title')}>
      {sample?.fault === '' && <h3>{t('setUp.sample.linter')}</h3>}
      {sample?.fault === '' && sample.findings.length === 0 && (
        <p className="finding-count is-pass">
          <Glyph name="pass" />
          {t('setUp.sample.noFindings')}
        </p>
      )}
      {sample !== undefined && sample.findings.length > 0 && (
        <ul className="sample-findings">
          {sample.findings.map((finding) => (
            <li
              key={`${finding.about} ${finding.severity} ${finding.text}`}
              className={`finding finding-${finding.severity}`}
            >
              <Glyph name={glyphs[finding.severity]} label={t(`plan.severity.${finding.severity}`)} />
              <p>
                <b>{t(`setUp.sample.of.${finding.about}`)}</b>
                {': '}
                {finding.text}
              </p>
            </li>
          ))}
        </ul>
      )}
      <h3>{t('setUp.sample.title')}</h3>
      <p className="field-hint">{t('setUp.sample.tell')}</p>
      <Tabs
        label={t('setUp.sample.title')}
        value={shown}
        onChange={setShown}
        tabs={[
          { id: 'device', name: t('setUp.sample.of.device') },
          { id: 'signer', name: t('setUp.sample.of.signer') },
        ]}
      />
      <TabPanel id={shown}>
        {certificate === null ? (
          <p className="second">{t(sample === undefined ? 'setUp.sample.making' : 'setUp.sample.none')}</p>
        ) : (
          <CertificateCard key={shown} certificate={certificate} first="tree" />
        )}
      </TabPanel>
    </section>
  );
}
