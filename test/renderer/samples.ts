import { sampleOfSigner } from '../../src-main/line/signer-definitions.ts';
import { galleryNow } from '../../src-renderer/gallery/fixtures/station.ts';
import { type SignerForm, startSignerForm } from '../../src-renderer/signers/set-up-form.ts';
import { sampleInput, startTemplateForm, type TemplateForm } from '../../src-renderer/signers/template-form.ts';
import { contract } from '../../src-shared/ipc/contract.ts';

/** The form as the gallery's steps fill it in. */
const filled: SignerForm = {
  ...startSignerForm,
  name: 'Example Signer',
  organisation: 'Example Organisation',
  deviceName: 'Example Device',
  signerId: '0041',
};
const own = (part: Partial<TemplateForm>): SignerForm => ({
  ...filled,
  profile: 'own',
  template: { ...startTemplateForm, ...part },
});

/** What the core answers to every form of which the gallery shows a sample, at the gallery's time. */
export async function samplesOfGallery() {
  const samples = [];
  for (const form of [filled, own({}), own({ deviceSerial: 'stored' }), own({ otherPurposes: '1.3.6.1.5.5.7.3.' })])
    for (const language of ['en', 'de'] as const) {
      const input = contract.calls['signers.sample'].in.parse(sampleInput(form, 'Example ATECC508A Root CA', language));
      samples.push({ input, answer: await sampleOfSigner(input, new Date(galleryNow)) });
    }
  return samples;
}
