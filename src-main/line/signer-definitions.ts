import { u16be } from '../../src-shared/base/bytes.ts';
import { SignetError } from '../../src-shared/base/error.ts';
import { fail, ok, type Result } from '../../src-shared/base/result.ts';
import {
  certificateDate,
  type DefinitionFinding,
  type DefinitionPair,
  faultOfNames,
  lintDefinition,
  lintWords,
  type NameFault,
  type ProfileName,
  type ProfileParameters,
  profileDefaults,
  profileDefinitions,
  samplePair,
  type TemplateFault,
  templateDefinitions,
  templateParameters,
} from '../../src-shared/certificates/index.ts';
import type { CallOutput, ParsedInput } from '../../src-shared/ipc/contract.ts';
import {
  quoted,
  type Reason,
  type ReasonCode,
  reason,
  reasonDetails,
  sentenceParts,
} from '../../src-shared/model/reasons.ts';
import type { SignerSetUp } from '../signing/setup-request.ts';
import { certificateView } from './certificate-view.ts';

/** What a form says of a new signer's certificates. */
export type SignerForm = Pick<
  ParsedInput<'signers.setUp'>,
  'profile' | 'template' | 'name' | 'organisation' | 'deviceName' | 'chainId' | 'signerYears' | 'deviceYears'
>;

const profiles: Readonly<Record<Exclude<SignerForm['profile'], 'own'>, ProfileName>> = {
  2015: 'atmel-2015',
  'zero-touch': 'zero-touch',
  tng: 'tng',
};

/** A form in the words of a set-up, and the pair of definitions that it makes. */
export interface SignerLayout {
  readonly parameters: ProfileParameters;
  readonly definitions: SignerSetUp['definitions'];
  readonly pair: DefinitionPair;
}

/**
 * The definitions of a form below a root. A failure says which name, number or part of the template does not fit. Throws OPTION_INVALID
 * for an own layout without a template, and for a template of another.
 */
export function signerLayout(form: SignerForm, rootName: string): Result<SignerLayout, Reason> {
  const { profile, template } = form;
  const parametersOf = (name: ProfileName): ProfileParameters => ({
    ...profileDefaults(name),
    organization: form.organisation,
    rootCommonName: rootName,
    signerCommonNamePrefix: form.name,
    deviceCommonName: form.deviceName,
    chainId: form.chainId,
    signerExpireYears: form.signerYears,
    deviceExpireYears: form.deviceYears,
  });
  if (profile !== 'own') {
    if (template !== null) throw optionInvalid(reason('layout-without-template'));
    const name = profiles[profile];
    const parameters = parametersOf(name);
    const fault = faultOfNames(parameters);
    if (fault !== undefined) return fail(nameReason(fault));
    const pair = profileDefinitions(name, parameters);
    return pair.ok ? ok({ parameters, definitions: { profile: name }, pair: pair.value }) : fail(quoted(pair.failure));
  }
  if (template === null) throw optionInvalid(reason('layout-wants-template'));
  const parameters = templateParameters(template, parametersOf('atmel-2015'));
  const pair = templateDefinitions(template, parameters);
  if (!pair.ok) return fail(templateReason(pair.failure));
  return ok({ parameters, definitions: { custom: pair.value }, pair: pair.value });
}

/** A reason that keeps a signer from being made, as set-ups report it. */
export function optionInvalid(why: Reason): SignetError {
  const message = `The module cannot be made: ${sentence(why, 'en')}`;
  return new SignetError('OPTION_INVALID', message, { kind: 'parameters', ...reasonDetails(why) });
}

/** What certificates of a form will look like, by sample keys, and what the linter says of their definitions. */
export async function sampleOfSigner(
  input: ParsedInput<'signers.sample'>,
  now: Date,
): Promise<CallOutput<'signers.sample'>> {
  const { language } = input;
  const layout = signerLayout(input, input.rootName);
  if (!layout.ok) return { fault: sentence(layout.failure, language), findings: [], signer: null, device: null };
  const { pair } = layout.value;
  const findings = (['signer', 'device'] as const).flatMap((about) =>
    lintDefinition(pair[about], { role: about, hasSerialGenerator: true }).map((finding) => ({
      about,
      severity: severities[finding.severity],
      text: lintWords(finding, language),
    })),
  );
  const worst = findings.toSorted((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity));
  const made = samplePair(pair, certificateDate(now), u16be(input.signerId));
  if (!made.ok)
    return { fault: sentence(quoted(made.failure.reason), language), findings: worst, signer: null, device: null };
  const [signer, device] = await Promise.all([certificateView(made.value.signer), certificateView(made.value.device)]);
  return { fault: '', findings: worst, signer, device };
}

/** An opinion of the linter is what other lists of findings call a note. */
const severities = { error: 'error', warning: 'warning', opinion: 'note' } as const satisfies Record<
  DefinitionFinding['severity'],
  string
>;
const ranks: readonly (typeof severities)[keyof typeof severities][] = ['error', 'warning', 'note'];

function sentence({ code, facts }: Reason, language: 'en' | 'de'): string {
  return sentenceParts(code, language, facts)
    .map(({ text }) => text)
    .join('');
}

const nameCodes = {
  organization: ['layout-organisation', 'layout-organisation-text'],
  rootCommonName: ['layout-root-name', 'layout-root-name-text'],
  signerCommonNamePrefix: ['layout-signer-name', 'layout-signer-name-text'],
  deviceCommonName: ['layout-device-name', 'layout-device-name-text'],
} as const satisfies Record<NameFault['name'], readonly [ReasonCode, ReasonCode]>;

function nameReason({ name, why, bytes }: NameFault): Reason {
  const [length, text] = nameCodes[name];
  return why === 'length' ? reason(length, { bytes }) : reason(text);
}

/** What a template does not fit for, as a reason of the screens. */
export function templateReason(fault: TemplateFault): Reason {
  switch (fault.kind) {
    case 'name':
      return nameReason(fault);
    case 'unit-length':
      return reason('layout-unit', { characters: fault.characters });
    case 'unit-text':
      return reason('layout-unit-text');
    case 'device-name-length':
      return reason('layout-device-name-chip', { maximum: fault.maximum, characters: fault.characters });
    case 'purpose':
      return reason('layout-purpose', { found: fault.found });
    case 'purpose-twice':
      return reason('layout-purpose-twice', { found: fault.found });
    case 'number':
      return quoted(fault.sentence);
  }
}
