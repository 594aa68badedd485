import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  decodeCertificate,
  definitionDigestHex,
  finishRoot,
  lintDefinition,
  nameText,
  type ProfileName,
  type ProfileParameters,
  prepareRoot,
  profileDefaults,
  profileDefinitions,
  profileNames,
  publicKeyOf,
  regenerateDefinitions,
  sampleCertificate,
  writeItems,
} from '../../src-shared/certificates/index.ts';
import { pairOf, sampleDefinitions } from './sample-definitions.ts';

const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 16 }).filter((name) => {
  const length = new TextEncoder().encode(name).length;
  return length >= 1 && length <= 48 && !/\p{Cc}/u.test(name) && name.isWellFormed();
});

describe('standard profiles', () => {
  it('make the two definitions of 2015 byte for byte (signer-and-server.md 3.6)', () => {
    const pair = profileDefinitions('atmel-2015', profileDefaults('atmel-2015'));
    if (!pair.ok) throw new Error(pair.failure);
    expect(definitionDigestHex(pair.value.device)).toBe(
      '2D83F0760D876943F153C3EA47C8E1805784F59B528C420E7535E75AC03C4966',
    );
    expect(definitionDigestHex(pair.value.signer)).toBe(
      'B71024E4BD10BD5AE7C5FAD94217E30C721407D986E0589CB76D8B447C5C2B28',
    );
  });

  // These digests stand in the records of modules: a change here orphans every module made before.
  it.each<[ProfileName, string, string]>([
    [
      'zero-touch',
      '782CF7CF9E95909095B18BE5C258C981487E7763C570557AAD974B702508B0A3',
      '0F4010ABCDC918884F9D17CA08DCEB1B5636EC489AD813FBEB9FB28CA63DD9F2',
    ],
    [
      'tng',
      'B3852059DFCE438851A51044674E60473C029BF4DE98A3E8A7BE01AE7AD21A7A',
      '4AEB2CD402BA8C7F6C77DBC59DABB4678F954D099B52576036F041358409B594',
    ],
  ])('%s keeps its digests', (profile, signer, device) => {
    const pair = profileDefinitions(profile, profileDefaults(profile));
    expect(pair.ok && [definitionDigestHex(pair.value.signer), definitionDigestHex(pair.value.device)]).toEqual([
      signer,
      device,
    ]);
  });

  it('have the shape of TNG when they have its names (compressed-certificates.md 10)', () => {
    const { signer, device } = pairOf('tng', {
      organization: 'Microchip Technology Inc',
      rootCommonName: 'Crypto Authentication Root CA 002',
      signerCommonNamePrefix: 'Crypto Authentication Signer',
      deviceCommonName: 'ATECC',
    });
    expect([device.tbsLocation.count, signer.tbsLocation.count]).toEqual([415, 430]);
    expect(device.standardElements).toMatchObject({
      publicKey: { offset: 257 },
      signature: { offset: 431 },
      signerId: { offset: 120 },
      authorityKeyId: { offset: 399 },
      subjectKeyId: { offset: 366 },
    });
    expect(device.customElements.map((element) => element.certificateLocation)).toEqual([
      { offset: 206, count: 8 },
      { offset: 214, count: 10 },
    ]);
    expect(signer.standardElements).toMatchObject({
      publicKey: { offset: 266 },
      signature: { offset: 446 },
      signerId: { offset: 235 },
    });
  });

  it('come back from a record by their digests, whatever the parameters', () => {
    const parameters: fc.Arbitrary<Partial<ProfileParameters>> = fc.record({
      organization: names,
      rootCommonName: names,
      signerCommonNamePrefix: names,
      deviceCommonName: names,
      chainId: fc.integer({ min: 0, max: 15 }),
      signerTemplateId: fc.integer({ min: 0, max: 7 }),
      deviceTemplateId: fc.integer({ min: 8, max: 15 }),
      signerExpireYears: fc.integer({ min: 0, max: 127 }),
      deviceExpireYears: fc.integer({ min: 0, max: 127 }),
      devicePrivateKeySlot: fc.integer({ min: 0, max: 15 }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...profileNames), parameters, (profile, changes) => {
        const all = { ...profileDefaults(profile), ...changes };
        const pair = profileDefinitions(profile, all);
        if (!pair.ok) throw new Error(pair.failure);
        const digests = {
          signer: fromHex(definitionDigestHex(pair.value.signer)),
          device: fromHex(definitionDigestHex(pair.value.device)),
        };
        expect(regenerateDefinitions(all, digests)?.profile).toBe(profile);
        expect(regenerateDefinitions({ ...all, chainId: (all.chainId + 1) % 16 }, digests)).toBeUndefined();
        for (const role of ['signer', 'device'] as const) {
          const errors = lintDefinition(pair.value[role], { role, hasSerialGenerator: true }).filter(
            ({ severity }) => severity === 'error',
          );
          expect(errors).toEqual([]);
        }
        const [signer, device] = [
          decodeCertificate(pair.value.signer.template),
          decodeCertificate(pair.value.device.template),
        ];
        if (!signer.ok || !device.ok) throw new Error('a template is no certificate');
        expect(device.value.issuer.der).toEqual(signer.value.subject.der);
      }),
      { numRuns: 80 },
    );
  });

  it.each<[string, ProfileName, Partial<ProfileParameters>]>([
    ['an empty name', 'atmel-2015', { organization: '' }],
    ['a name of 49 bytes', 'atmel-2015', { deviceCommonName: `${'é'.repeat(24)}x` }],
    ['a name with a line break', 'atmel-2015', { rootCommonName: 'a\nb' }],
    ['a lone surrogate', 'atmel-2015', { rootCommonName: '\ud800' }],
    ['equal template ids', 'atmel-2015', { signerTemplateId: 2 }],
    ['a slot of 16', 'tng', { devicePrivateKeySlot: 16 }],
    ['128 years', 'zero-touch', { deviceExpireYears: 128 }],
    ['a source that the profile does not know', 'zero-touch', { deviceSnSource: 10 }],
    ['the signer id as serial number of devices', 'atmel-2015', { deviceSnSource: 9 }],
    ['a common name that would be too long', 'tng', { deviceCommonName: 'x'.repeat(46) }],
  ])('refuse %s', (_what, profile, changes) => {
    expect(profileDefinitions(profile, { ...profileDefaults(profile), ...changes }).ok).toBe(false);
  });
});

describe('roots', () => {
  const publicKey = publicKeyOf(new Secret(new Uint8Array(32).fill(7)));
  const request = {
    organization: 'Example Organization',
    commonName: 'Example ATECC508A Root CA',
    publicKey,
    serialNumber: new Uint8Array(16).fill(0xff),
    notBefore: { year: 2026, month: 11, day: 22, hour: 7, minute: 1, second: 2 },
    notAfter: undefined,
  };

  it('have the subject that the signer template of 2015 names as its issuer', () => {
    const prepared = prepareRoot(request);
    if (!prepared.ok) throw new Error(prepared.failure);
    const root = decodeCertificate(finishRoot(prepared.value, new Uint8Array(64).fill(1)));
    const pair = profileDefinitions('atmel-2015', profileDefaults('atmel-2015'));
    const signer = pair.ok ? decodeCertificate(pair.value.signer.template) : undefined;
    if (!root.ok || signer?.ok !== true) throw new Error('not decoded');
    expect(root.value.subject.der).toEqual(signer.value.issuer.der);
    expect(root.value.subject.der).toEqual(root.value.issuer.der);
    expect(root.value.basicConstraints).toEqual({ ca: true, pathLength: undefined });
    expect(root.value.serialNumber[0]).toBe(0x7f);
    expect([root.value.notBeforeFormat, root.value.notAfterFormat]).toEqual([1, 4]);
  });

  it.each([
    ['a key off the curve', { publicKey: new Uint8Array(64) }],
    ['a short serial number', { serialNumber: new Uint8Array(7) }],
    ['a long serial number', { serialNumber: new Uint8Array(21) }],
    ['an expiry before the beginning', { notAfter: { ...request.notBefore, year: 2020 } }],
    ['a date that does not exist', { notBefore: { ...request.notBefore, month: 2, day: 30 } }],
  ])('refuse %s', (_what, change) => {
    expect(prepareRoot({ ...request, ...change }).ok).toBe(false);
  });
});

describe('samples', () => {
  const noon = { year: 2026, month: 11, day: 22, hour: 12, minute: 0, second: 0 };
  it.each(profileNames)('show what %s will look like', (profile) => {
    const { signer, device } = pairOf(profile);
    for (const definition of [signer, device]) {
      const sample = sampleCertificate(definition, noon);
      const decoded = sample.ok ? decodeCertificate(sample.value) : sample;
      expect(decoded.ok && nameText(decoded.value.subject)).toContain('Harbour');
      expect(sampleCertificate(definition, noon)).toEqual(sample);
    }
  });

  it('keep the dates that Zero Touch repeats in the chip, and these go into the slot', () => {
    const [, zeroTouch] = sampleDefinitions.find(([file]) => file === 'zero-touch-2017/cert_def_1_signer.c') ?? [];
    const definition = zeroTouch?.['g_cert_def_1_signer'];
    if (definition === undefined) throw new Error('no such sample');
    const sample = sampleCertificate(definition, noon);
    if (!sample.ok) throw new Error(sample.failure.reason);
    const decoded = decodeCertificate(sample.value);
    expect(decoded.ok && decoded.value.notAfter).toEqual({ ...noon, year: 2036 });
    const written = writeItems([{ definition, certificate: sample.value }]);
    const slot14 = written.ok
      ? written.value.filter((item) => item.slot === 14).flatMap((item) => [...item.bytes])
      : [];
    expect(String.fromCharCode(...slot14.slice(22, 35))).toBe('261122120000Z');
    expect(String.fromCharCode(...slot14.slice(37, 52))).toBe('20361122120000Z');
  });

  it('exist for definitions with elements of every kind', () => {
    const { device } = pairOf('atmel-2015');
    const place = { offset: 164, count: 8 };
    for (const [kinds, count] of [
      [[0, 0], 8],
      [[2, 0], 4],
      [[4, 0], 16],
      [[8, 0], 23],
    ] as const) {
      const deviceLocation = { zone: 2, slot: 8, isGenkey: false, offset: 4, count };
      const definition = {
        ...device,
        customElements: [{ id: 'x', deviceLocation, certificateLocation: place, transforms: kinds }],
      };
      expect(sampleCertificate(definition, noon).ok).toBe(true);
    }
  });
});
