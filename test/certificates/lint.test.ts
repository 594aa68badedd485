import { describe, expect, it } from 'vitest';
import { type CertificateDefinition, type LintContext, lintDefinition } from '../../src-shared/certificates/index.ts';
import { pairOf } from './sample-definitions.ts';

const { signer, device } = pairOf('atmel-2015');
const context: LintContext = { role: 'device', hasSerialGenerator: false };
const element = (
  name: keyof CertificateDefinition['standardElements'],
  change: object,
): Partial<CertificateDefinition> => ({
  standardElements: { ...device.standardElements, [name]: { ...device.standardElements[name], ...change } },
});
const patched = (change: (template: Uint8Array) => void): Partial<CertificateDefinition> => {
  const template = device.template.slice();
  change(template);
  return { template };
};

function rules(definition: CertificateDefinition, with_: Partial<LintContext> = {}): readonly string[] {
  return lintDefinition(definition, { ...context, ...with_ }).map(({ severity, rule }) => `${severity} ${rule}`);
}

describe('findings on definitions', () => {
  it('are none but opinions for the profiles', () => {
    expect(rules(signer, { role: 'signer' })).toEqual([]);
    expect(rules(device)).toEqual(['opinion rfc-key-usage', 'opinion rfc-subject-key-id']);
  });

  it.each<[string, Partial<CertificateDefinition>, Partial<LintContext>]>([
    ['error width', { chainId: 16 }, {}],
    ['error type', { type: 2 }, {}],
    ['error template-length', { template: new Uint8Array(2049) }, {}],
    ['error template-der', patched((template) => template.fill(0, 0, 4)), {}],
    ['error range', element('signerId', { offset: 5000 }), {}],
    ['error element-missing', element('publicKey', { count: 0 }), {}],
    ['error element-size', element('issueDate', { count: 15 }), {}],
    ['error misplaced', element('publicKey', { offset: 200 }), {}],
    ['error misplaced', element('serialNumber', { offset: 16 }), {}],
    ['error misplaced', element('signerId', { offset: 200 }), {}],
    ['error misplaced', element('signature', { offset: 300 }), {}],
    ['error misplaced', { tbsLocation: { offset: 4, count: 100 } }, {}],
    ['error expire-years', { expireYears: 128 }, {}],
    ['warning format-1', { expireYears: 32 }, {}],
    ['error utc-expiry', { expireDateFormat: 1, expireYears: 20 }, {}],
    ['warning utc-expiry-end', { expireDateFormat: 1, expireYears: 18 }, {}],
    ['error utc-expiry', { expireDateFormat: 1, expireYears: 18 }, { lastIssueYear: 2032 }],
    ['error date-tag', { expireDateFormat: 1, expireYears: 0 }, {}],
    ['error date-format', { issueDateFormat: 0 }, {}],
    ['error serial-missing', element('serialNumber', { count: 0 }), {}],
    ['error serial-source', { snSource: 3 }, {}],
    ['error serial-signer-id', { snSource: 9 }, {}],
    ['error serial-length', { snSource: 9 }, {}],
    ['error serial-generator', { snSource: 0 }, {}],
    ['error serial-location', { snSource: 0 }, { hasSerialGenerator: true }],
    ['warning serial-deprecated', { snSource: 14 }, {}],
    ['warning serial-repeats', { snSource: 11 }, {}],
    ['error compressed-location', { compressedLocation: { ...device.compressedLocation, count: 64 } }, {}],
    ['error public-key-location', { publicKeyLocation: { ...device.publicKeyLocation, count: 65 } }, {}],
    ['warning public-key-stored', { publicKeyLocation: { ...device.publicKeyLocation, isGenkey: false } }, {}],
    ['warning fixed-key-id', element('authorityKeyId', { count: 0 }), {}],
    ['error algorithm', patched((template) => template.fill(0x55, 36, 37)), {}],
    ['opinion rfc-version', patched((template) => template.fill(0x01, 12, 13)), {}],
    ['opinion rfc-generalized-time', { expireYears: 5 }, {}],
    ['opinion rfc-serial-sign', patched((template) => template.fill(0x90, 15, 16)), {}],
    ['error no-ca', {}, { role: 'signer' }],
  ])('%s', (expected, change, with_) => {
    expect(rules(device)).not.toContain(expected);
    expect(rules({ ...device, ...change }, with_)).toContain(expected);
  });

  it.each<[string, CertificateDefinition, LintContext['role']]>([
    ['error device-ca', signer, 'device'],
    ['error device-cert-sign', signer, 'device'],
    [
      'error no-cert-sign',
      {
        ...signer,
        template: signer.template.map((byte, index) =>
          byte === 0x84 && signer.template[index - 1] === 0x02 ? 0x80 : byte,
        ),
      },
      'signer',
    ],
  ])('%s of the wrong role', (expected, definition, role) => {
    expect(rules(definition, { role })).toContain(expected);
  });

  it('name the member', () => {
    const [first] = lintDefinition({ ...device, ...element('authorityKeyId', { offset: 1 }) }, context);
    expect(first).toMatchObject({ rule: 'misplaced', path: 'std_cert_elements[6]', severity: 'error' });
  });
});
