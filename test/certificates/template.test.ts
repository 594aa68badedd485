import { execFileSync } from 'node:child_process';
import { createPublicKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type CertificateTemplate,
  decodeCertificate,
  decodeDefinition,
  encodeDefinition,
  encodePem,
  isObjectIdentifier,
  lintDefinition,
  lintWords,
  oids,
  parseCSource,
  profileDefaults,
  publicKeyOf,
  samplePair,
  sampleRootKey,
  type TemplateFault,
  type TemplateParameters,
  templateDefinitions,
  verifyChain,
  writeDefinitionSource,
} from '../../src-shared/certificates/index.ts';
import { certificateTemplateSchema } from '../../src-shared/ipc/certificate-template.ts';
import { templateDeviceNames, templateDeviceSerials, templateSignerSerials } from '../../src-shared/ipc/lists.ts';

/** Layouts that somebody puts together in a form. Strangers (Node, OpenSSL) read what comes out of them. */
const plain: CertificateTemplate = {
  organizationalUnit: '',
  deviceName: 'fixed',
  deviceSerial: 'key-hash',
  signerSerial: 'key-hash',
  deviceKeyUsage: ['digitalSignature', 'keyAgreement'],
  deviceExtendedKeyUsage: [],
  deviceBasicConstraints: true,
  deviceSubjectKeyId: true,
  deviceAuthorityKeyId: true,
  signerCrlSign: true,
};
const defaults: TemplateParameters = { ...profileDefaults('atmel-2015'), signerExpireYears: 31, deviceExpireYears: 28 };
const noon = { year: 2026, month: 11, day: 22, hour: 12, minute: 0, second: 0 };
const signerId = Uint8Array.of(0x00, 0xa7);
const clientAuth = '1.3.6.1.5.5.7.3.2';

function pairOf(change: Partial<CertificateTemplate>, parameters: Partial<TemplateParameters> = {}) {
  const pair = templateDefinitions({ ...plain, ...change }, { ...defaults, ...parameters });
  if (!pair.ok) throw new Error(JSON.stringify(pair.failure));
  return pair.value;
}

function samplesOf(pair: ReturnType<typeof pairOf>): { readonly signer: Uint8Array; readonly device: Uint8Array } {
  const samples = samplePair(pair, noon, signerId);
  if (!samples.ok) throw new Error(samples.failure.reason);
  return samples.value;
}

function decoded(der: Uint8Array) {
  const certificate = decodeCertificate(der);
  if (!certificate.ok) throw new Error(certificate.failure.reason);
  return certificate.value;
}

const text = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength })
    .filter((name) => Buffer.byteLength(name) <= 48 && !/\p{Cc}/u.test(name) && name.isWellFormed());
const arc = fc.integer({ min: 0, max: 0xffff_ffff });
const purposes = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 39 }), fc.array(arc, { maxLength: 8 }))
  .map(([first, second, rest]) => [first, second, ...rest].join('.'));
const templates: fc.Arbitrary<CertificateTemplate> = fc.record({
  organizationalUnit: fc.oneof(fc.constant(''), text(16)),
  deviceName: fc.constantFrom(...templateDeviceNames),
  deviceSerial: fc.constantFrom(...templateDeviceSerials),
  signerSerial: fc.constantFrom(...templateSignerSerials),
  deviceKeyUsage: fc.subarray(['digitalSignature', 'keyAgreement'] as const),
  deviceExtendedKeyUsage: fc.uniqueArray(fc.oneof(fc.constant(clientAuth), purposes), { maxLength: 3 }),
  deviceBasicConstraints: fc.boolean(),
  deviceSubjectKeyId: fc.boolean(),
  deviceAuthorityKeyId: fc.boolean(),
  signerCrlSign: fc.boolean(),
});
const parameters: fc.Arbitrary<TemplateParameters> = fc.record({
  organization: text(16),
  rootCommonName: text(16),
  signerCommonNamePrefix: text(16),
  deviceCommonName: text(16),
  chainId: fc.integer({ min: 0, max: 15 }),
  signerTemplateId: fc.integer({ min: 0, max: 7 }),
  deviceTemplateId: fc.integer({ min: 8, max: 15 }),
  signerExpireYears: fc.integer({ min: 0, max: 31 }),
  deviceExpireYears: fc.integer({ min: 0, max: 31 }),
  devicePrivateKeySlot: fc.integer({ min: 0, max: 15 }),
});

/** Just what was asked for, in this order. */
function wantedExtensions(template: CertificateTemplate): readonly (readonly [string, boolean])[] {
  const one = (there: boolean, oid: string, critical: boolean) => (there ? [[oid, critical] as const] : []);
  return [
    ...one(template.deviceBasicConstraints, oids.basicConstraints, true),
    ...one(template.deviceKeyUsage.length > 0, oids.keyUsage, true),
    ...one(template.deviceExtendedKeyUsage.length > 0, oids.extendedKeyUsage, false),
    ...one(template.deviceSubjectKeyId, oids.subjectKeyId, false),
    ...one(template.deviceAuthorityKeyId, oids.authorityKeyId, false),
  ];
}

describe('a template', () => {
  it('makes definitions that survive C and the disk, and certificates with just what was asked for, whatever it is', () => {
    const rootPublicKey = publicKeyOf(sampleRootKey());
    fc.assert(
      fc.property(templates, parameters, (template, all) => {
        expect(certificateTemplateSchema.parse(template)).toEqual(template);
        const pair = pairOf(template, all);
        for (const role of ['signer', 'device'] as const) {
          const definition = pair[role];
          const found = lintDefinition(definition, { role, hasSerialGenerator: true });
          expect(found.filter(({ severity }) => severity === 'error')).toEqual([]);
          const source = parseCSource(
            writeDefinitionSource({ comment: [], definitions: [{ name: 'g_def', definition }] }),
          );
          expect(source.ok && source.value.definitions[0]?.definition).toEqual(definition);
          const bytes = encodeDefinition(definition);
          expect(bytes.ok && decodeDefinition(bytes.value)).toEqual({ ok: true, value: definition });
        }
        const { signer, device } = samplesOf(pair);
        expect(verifyChain({ signer, device, rootPublicKey, at: noon, definitions: pair, deviceSn }).ok).toBe(true);
        const leaf = decoded(device);
        expect(leaf.extensions.map(({ oid, critical }) => [oid, critical])).toEqual(wantedExtensions(template));
        expect(leaf.keyUsage ?? 0).toBe(
          (template.deviceKeyUsage.includes('digitalSignature') ? 1 : 0) |
            (template.deviceKeyUsage.includes('keyAgreement') ? 16 : 0),
        );
        const unit = template.organizationalUnit === '' ? [] : [template.organizationalUnit];
        const chip = template.deviceName === 'chip-serial' ? '01234038D92CA571EE ' : '';
        expect(leaf.subject.attributes.map(({ value }) => value)).toEqual([
          all.organization,
          ...unit,
          `${chip}${all.deviceCommonName}`,
        ]);
        expect(decoded(signer).subject.attributes.map(({ value }) => value)).toEqual([
          all.organization,
          ...unit,
          `${all.signerCommonNamePrefix} 00A7`,
        ]);
        expect(decoded(signer).issuer.attributes.map(({ value }) => value)).toEqual([
          all.organization,
          all.rootCommonName,
        ]);
        expect(new X509Certificate(device).keyUsage ?? []).toEqual(template.deviceExtendedKeyUsage);
        expect(new X509Certificate(device).verify(new X509Certificate(signer).publicKey)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, Partial<CertificateTemplate>]>([
    ['everything', { organizationalUnit: 'Werk Süd', deviceName: 'chip-serial', deviceExtendedKeyUsage: [clientAuth] }],
    ['an identifier of the joint arc with a large number', { deviceExtendedKeyUsage: ['2.999.4294967295'] }],
    [
      'nothing at all',
      {
        deviceKeyUsage: [],
        deviceBasicConstraints: false,
        deviceSubjectKeyId: false,
        deviceAuthorityKeyId: false,
        deviceSerial: 'chip',
      },
    ],
  ])('makes certificates that OpenSSL verifies and prints, with %s', (what, change) => {
    const { signer, device } = samplesOf(pairOf(change));
    for (const [name, der] of Object.entries({ signer, device }))
      writeFileSync(join(folder, `${name}.pem`), encodePem('CERTIFICATE', der));
    const openssl = (...args: readonly string[]): string =>
      execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    // Without extensions it is no certificate of today's strict rules, but still one.
    const strict = what === 'nothing at all' ? [] : ['-x509_strict'];
    const at = String(Date.UTC(2027, 0, 1) / 1000);
    expect(openssl('verify', ...strict, '-partial_chain', '-attime', at, '-CAfile', 'signer.pem', 'device.pem')).toBe(
      'device.pem: OK\n',
    );
    const printed = openssl('x509', '-in', 'device.pem', '-noout', '-text');
    expect(printed.match(/^ {12}X509v3 .*:/gm) ?? []).toHaveLength(wantedExtensions({ ...plain, ...change }).length);
    if (change.deviceExtendedKeyUsage?.[0]?.startsWith('2.999')) expect(printed).toContain('2.999.4294967295');
    const raw = Buffer.from(publicKeyOf(sampleRootKey()));
    const [x, y] = [raw.subarray(0, 32).toString('base64url'), raw.subarray(32).toString('base64url')];
    const root = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
    expect(new X509Certificate(signer).verify(root)).toBe(true);
  });

  it.each<[TemplateFault, Partial<CertificateTemplate>, Partial<TemplateParameters>]>([
    [{ kind: 'name', name: 'organization', why: 'length', bytes: 49 }, {}, { organization: `${'é'.repeat(24)}x` }],
    [{ kind: 'name', name: 'deviceCommonName', why: 'length', bytes: 0 }, {}, { deviceCommonName: '' }],
    [{ kind: 'name', name: 'rootCommonName', why: 'control-character', bytes: 3 }, {}, { rootCommonName: 'a\nb' }],
    [{ kind: 'unit-length', characters: 65 }, { organizationalUnit: '𝕏'.repeat(65) }, {}],
    [{ kind: 'unit-text', why: 'control-character' }, { organizationalUnit: 'a\tb' }, {}],
    [
      { kind: 'device-name-length', characters: 46, maximum: 45 },
      { deviceName: 'chip-serial' },
      { deviceCommonName: 'x'.repeat(46) },
    ],
    [{ kind: 'purpose', found: 'clientAuth' }, { deviceExtendedKeyUsage: ['clientAuth'] }, {}],
    [{ kind: 'purpose-twice', found: clientAuth }, { deviceExtendedKeyUsage: [clientAuth, clientAuth] }, {}],
    [{ kind: 'number', sentence: expect.any(String) }, {}, { deviceExpireYears: 128 }],
    [{ kind: 'number', sentence: expect.any(String) }, {}, { signerTemplateId: 2 }],
  ])('is refused with the reason: %j', (failure, change, all) => {
    expect(templateDefinitions({ ...plain, ...change }, { ...defaults, ...all })).toEqual({ ok: false, failure });
  });

  it('is taken at the borders of all lengths', () => {
    const border = { organizationalUnit: '𝕏'.repeat(64), deviceName: 'chip-serial', deviceSerial: 'chip' } as const;
    const all = { deviceCommonName: 'x'.repeat(45), organization: 'é'.repeat(24), deviceExpireYears: 127 };
    const device = decoded(samplesOf(pairOf(border, all)).device);
    expect(device.subject.attributes.map(({ value }) => [...value].length)).toEqual([24, 64, 64]);
    expect(device.notAfter.year).toBe(2026 + 127);
  });

  it.each<[boolean, readonly string[]]>([
    [true, ['0.0', '1.39', '2.40', '2.999.1', clientAuth, `1.3.${0xffff_ffff}`]],
    [
      false,
      [
        '',
        '1',
        '3.1',
        '0.40',
        '1.40.1',
        '1.3.',
        '.1.3',
        '1..3',
        '1.03',
        '1.3.-1',
        '1.3.4294967296',
        ' 1.3',
        '1.3\n',
        '1.3.٣',
      ],
    ],
    [false, [`1.3${'.1'.repeat(127)}`]],
  ])('object identifiers: %s for %j', (good, all) => {
    expect(all.filter((each) => isObjectIdentifier(each) !== good)).toEqual([]);
  });
});

describe('the opinion on a template', () => {
  const rules = (change: Partial<CertificateTemplate>, role: 'signer' | 'device' = 'device'): readonly string[] =>
    lintDefinition(pairOf(change)[role], { role, hasSerialGenerator: true }).map(
      ({ severity, rule }) => `${severity} ${rule}`,
    );
  const usual = ['opinion rfc-generalized-time'];

  it('is that of every profile, when nothing is doubtful', () => {
    expect([rules({}), rules({}, 'signer')]).toEqual([usual, usual]);
    expect(rules({ deviceExtendedKeyUsage: [clientAuth], organizationalUnit: 'x'.repeat(64) })).toEqual(usual);
  });

  it.each<[string, Partial<CertificateTemplate>]>([
    ['opinion rfc-authority-key-id', { deviceAuthorityKeyId: false }],
    ['opinion rfc-subject-key-id', { deviceSubjectKeyId: false }],
    ['opinion rfc-key-usage', { deviceKeyUsage: [] }],
    ['warning no-digital-signature', { deviceKeyUsage: ['keyAgreement'] }],
    ['warning serial-stored', { deviceSerial: 'stored' }],
    ['warning serial-repeats', { deviceSerial: 'chip' }],
    ['warning serial-repeats', { deviceSerial: 'chip-hash' }],
    ['warning purpose-usage', { deviceKeyUsage: ['keyAgreement'], deviceExtendedKeyUsage: ['1.3.6.1.5.5.7.3.3'] }],
  ])('has one more finding: %s for %j', (expected, change) => {
    expect(rules(change)).toContain(expected);
    expect(rules({})).not.toContain(expected);
    const findings = lintDefinition(pairOf(change).device, { role: 'device', hasSerialGenerator: true });
    for (const finding of findings) {
      const german = lintWords(finding, 'de');
      expect(german).toMatch(/^\p{Lu}.*\.$/u);
      expect([lintWords(finding, 'en'), german.includes('{{')]).toEqual([finding.sentence, false]);
    }
  });
});

const deviceSn = Uint8Array.from(Buffer.from('01234038D92CA571EE', 'hex'));
const folder = mkdtempSync(join(tmpdir(), 'signet-template-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
