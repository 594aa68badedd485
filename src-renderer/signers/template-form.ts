import type { CertificateTemplate } from '../../src-shared/ipc/certificate-template.ts';
import type { CallInput } from '../../src-shared/ipc/contract.ts';
import { templateKeyUsages } from '../../src-shared/ipc/lists.ts';
import type { SignerForm } from './set-up-form.ts';

type SampleInput = CallInput<'signers.sample'>;

/** Purposes that have a box of their own. */
export const commonPurposes = ['clientAuth', 'serverAuth'] as const;

/** Extensions of the device's certificate, and a right of the signer's, that are there or not. */
export const templateMarks = [
  'deviceBasicConstraints',
  'deviceSubjectKeyId',
  'deviceAuthorityKeyId',
  'signerCrlSign',
] as const satisfies readonly (keyof CertificateTemplate)[];

type Switch = (typeof templateKeyUsages)[number] | (typeof commonPurposes)[number] | (typeof templateMarks)[number];

/** An own template as it is typed and chosen. */
export interface TemplateForm
  extends Readonly<Record<Switch, boolean>>,
    Readonly<Pick<CertificateTemplate, 'organizationalUnit' | 'deviceName' | 'deviceSerial' | 'signerSerial'>> {
  /** Dotted object identifiers, with spaces, commas or semicolons between them. */
  readonly otherPurposes: string;
}

/** A device that proves itself as a TLS client, with the extensions that RFC 5280 asks for. */
export const startTemplateForm: TemplateForm = {
  organizationalUnit: '',
  deviceName: 'fixed',
  deviceSerial: 'key-hash',
  signerSerial: 'key-hash',
  digitalSignature: true,
  keyAgreement: false,
  clientAuth: true,
  serverAuth: false,
  otherPurposes: '',
  deviceBasicConstraints: true,
  deviceSubjectKeyId: true,
  deviceAuthorityKeyId: true,
  signerCrlSign: false,
};

/** RFC 5280, 4.2.1.12. */
const purposeOids: Readonly<Record<(typeof commonPurposes)[number], string>> = {
  clientAuth: '1.3.6.1.5.5.7.3.2',
  serverAuth: '1.3.6.1.5.5.7.3.1',
};

/** As many purposes as the contract takes; what is wrong with one of them the sample says. */
const mostPurposes = 8;

/** The object identifiers as they are typed. */
export function typedPurposes(form: TemplateForm): readonly string[] {
  return form.otherPurposes.split(/[\s,;]+/).filter((part) => part !== '');
}

/** Object identifiers of the purposes that are ticked and typed, each once. */
function purposesOf(form: TemplateForm): string[] {
  const ticked = commonPurposes.filter((purpose) => form[purpose]).map((purpose) => purposeOids[purpose]);
  return [...new Set([...ticked, ...typedPurposes(form)])];
}

/** Whether more purposes stand there than a template can have. */
export function tooManyPurposes(form: SignerForm): boolean {
  return form.profile === 'own' && purposesOf(form.template).length > mostPurposes;
}

/** The template of a form whose layout is an own one; null for the layouts that have none. */
export function templateOf(form: SignerForm): CertificateTemplate | null {
  if (form.profile !== 'own') return null;
  const { template } = form;
  return {
    organizationalUnit: template.organizationalUnit.trim(),
    deviceName: template.deviceName,
    deviceSerial: template.deviceSerial,
    signerSerial: template.signerSerial,
    deviceKeyUsage: templateKeyUsages.filter((usage) => template[usage]),
    deviceExtendedKeyUsage: purposesOf(template),
    deviceBasicConstraints: template.deviceBasicConstraints,
    deviceSubjectKeyId: template.deviceSubjectKeyId,
    deviceAuthorityKeyId: template.deviceAuthorityKeyId,
    signerCrlSign: template.signerCrlSign,
  };
}

/** What is asked for samples of both certificates; null while the template cannot be sent. */
export function sampleInput(
  form: SignerForm,
  rootName: string,
  language: NonNullable<SampleInput['language']>,
): SampleInput | null {
  if (tooManyPurposes(form)) return null;
  return {
    profile: form.profile,
    template: templateOf(form),
    name: form.name.trim(),
    organisation: form.organisation.trim(),
    deviceName: form.deviceName.trim(),
    signerId: Number.parseInt(form.signerId, 16),
    chainId: form.chainId,
    signerYears: form.signerYears,
    deviceYears: form.deviceYears,
    rootName,
    language,
  };
}
