import { describe, expect, it } from 'vitest';
import { type SignerForm, startSignerForm } from '../../src-renderer/signers/set-up-form.ts';
import {
  sampleInput,
  startTemplateForm,
  type TemplateForm,
  templateOf,
  tooManyPurposes,
} from '../../src-renderer/signers/template-form.ts';
import { certificateTemplateSchema } from '../../src-shared/ipc/certificate-template.ts';
import { contract } from '../../src-shared/ipc/contract.ts';
import { signerProfiles } from '../../src-shared/ipc/lists.ts';

const own = (part: Partial<TemplateForm> = {}, more: Partial<SignerForm> = {}): SignerForm => ({
  ...startSignerForm,
  name: ' Line signer ',
  organisation: 'Example',
  deviceName: 'Gateway',
  signerId: '0A01',
  profile: 'own',
  template: { ...startTemplateForm, ...part },
  ...more,
});

describe('the form of an own template', () => {
  it('begins as a template of the contract', () => {
    expect(certificateTemplateSchema.safeParse(templateOf(own())).error?.issues ?? []).toEqual([]);
    expect(templateOf(own())).toMatchObject({
      deviceKeyUsage: ['digitalSignature'],
      deviceExtendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
    });
  });

  it('has a template for the own layout only, and keeps what was typed while another is chosen', () => {
    const form = own({ organizationalUnit: ' Line 3 ' });
    for (const profile of signerProfiles)
      expect(templateOf({ ...form, profile })?.organizationalUnit, profile).toBe(
        profile === 'own' ? 'Line 3' : undefined,
      );
  });

  it('takes purposes from boxes and from what is typed, each once, in the order of the screen', () => {
    const form = own({ serverAuth: true, otherPurposes: ' 1.3.6.1.5.5.7.3.4,1.3.6.1.5.5.7.3.1 ; 1.3.6.1.4.1.311.1\n' });
    expect(templateOf(form)?.deviceExtendedKeyUsage).toEqual([
      '1.3.6.1.5.5.7.3.2',
      '1.3.6.1.5.5.7.3.1',
      '1.3.6.1.5.5.7.3.4',
      '1.3.6.1.4.1.311.1',
    ]);
    expect(templateOf(own({ clientAuth: false }))?.deviceExtendedKeyUsage).toEqual([]);
    expect(templateOf(own({ digitalSignature: false, keyAgreement: true }))?.deviceKeyUsage).toEqual(['keyAgreement']);
  });

  it('does not ask for more purposes than the contract takes', () => {
    const typed = (count: number): string => Array.from({ length: count }, (_, index) => `1.2.${index}`).join(' ');
    const full = own({ otherPurposes: typed(7) });
    expect(tooManyPurposes(full)).toBe(false);
    expect(certificateTemplateSchema.safeParse(templateOf(full)).success).toBe(true);
    const over = own({ otherPurposes: typed(8) });
    expect(tooManyPurposes(over)).toBe(true);
    expect(certificateTemplateSchema.safeParse(templateOf(over)).success).toBe(false);
    expect(sampleInput(over, 'Root', 'en')).toBeNull();
    // What is typed there does not hold up another layout.
    expect(tooManyPurposes({ ...over, profile: 'tng' })).toBe(false);
  });

  it('asks for a sample of what is chosen, for every layout', () => {
    for (const profile of signerProfiles) {
      const input = sampleInput(own({}, { profile, signerYears: 31, deviceYears: 0, chainId: 15 }), 'Plant root', 'de');
      expect(contract.calls['signers.sample'].in.safeParse(input).error?.issues ?? [], profile).toEqual([]);
      expect(input).toMatchObject({
        profile,
        name: 'Line signer',
        signerId: 0x0a01,
        chainId: 15,
        signerYears: 31,
        deviceYears: 0,
        rootName: 'Plant root',
        language: 'de',
      });
    }
  });
});
