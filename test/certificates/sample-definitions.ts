import {
  type CertificateDefinition,
  certificateType,
  type DefinitionPair,
  dateFormat,
  deviceZone,
  noDeviceLocation,
  noElement,
  type ProfileName,
  type ProfileParameters,
  profileDefaults,
  profileDefinitions,
  serialSource,
  transform,
} from '../../src-shared/certificates/index.ts';

/** What the sources under samples/ mean, said a second time in TypeScript: the parser must come to the same. */

const names = {
  organization: 'Harbour Instruments',
  rootCommonName: 'Harbour Root CA',
  signerCommonNamePrefix: 'Harbour Signer',
  deviceCommonName: 'Harbour Gauge',
};

/** The pair of a profile with our names; RangeError when the profile refuses. */
export function pairOf(profile: ProfileName, changes: Partial<ProfileParameters> = {}): DefinitionPair {
  const pair = profileDefinitions(profile, { ...profileDefaults(profile), ...names, ...changes });
  if (!pair.ok) throw new RangeError(pair.failure);
  return pair.value;
}

const atmel2015 = pairOf('atmel-2015', { chainId: 1, deviceExpireYears: 30 });
const unitTest = pairOf('atmel-2015', {
  deviceTemplateId: 0,
  signerSnSource: serialSource.SIGNER_ID,
  deviceSnSource: serialSource.DEVICE_SN,
  signerExpireYears: 28,
  deviceExpireYears: 20,
});
const zeroTouch = pairOf('zero-touch');
const tng = pairOf('tng');

/** Zero Touch keeps the dates of the signer as texts in slot 14, next to its serial number. */
const zeroTouchSigner: CertificateDefinition = {
  ...zeroTouch.signer,
  serialNumberLocation: { zone: deviceZone.DATA, slot: 14, isGenkey: false, offset: 4, count: 16 },
  customElements: [
    {
      id: 'IssueDate',
      deviceLocation: { zone: deviceZone.DATA, slot: 14, isGenkey: false, offset: 22, count: 13 },
      certificateLocation: zeroTouch.signer.standardElements.issueDate,
      transforms: [transform.NONE, transform.NONE],
    },
    {
      id: 'ExpireDate',
      deviceLocation: { zone: deviceZone.DATA, slot: 14, isGenkey: false, offset: 37, count: 15 },
      certificateLocation: zeroTouch.signer.standardElements.expireDate,
      transforms: [transform.NONE, transform.NONE],
    },
  ],
};

/** A signing request: no dates, no issuer; its public key comes from GenKey. */
const zeroTouchRequest: CertificateDefinition = {
  type: certificateType.X509,
  templateId: 3,
  chainId: 0,
  privateKeySlot: 0,
  snSource: serialSource.STORED,
  serialNumberLocation: noDeviceLocation,
  issueDateFormat: dateFormat.RFC5280_UTC,
  expireDateFormat: dateFormat.RFC5280_UTC,
  tbsLocation: { offset: 4, count: 30 },
  expireYears: 0,
  publicKeyLocation: { zone: deviceZone.DATA, slot: 0, isGenkey: true, offset: 0, count: 64 },
  compressedLocation: noDeviceLocation,
  standardElements: {
    publicKey: { offset: 40, count: 64 },
    signature: { offset: 110, count: 74 },
    issueDate: noElement,
    expireDate: noElement,
    signerId: noElement,
    serialNumber: noElement,
    authorityKeyId: noElement,
    subjectKeyId: noElement,
  },
  customElements: [],
  template: Uint8Array.from({ length: 184 }, (_, index) => (index * 7) & 0xff),
};

/** A serial number of any length: the element begins at the length byte. */
const dynamicSigner: CertificateDefinition = {
  ...atmel2015.signer,
  chainId: 3,
  snSource: serialSource.STORED_DYNAMIC,
  serialNumberLocation: { zone: deviceZone.DATA, slot: 4, isGenkey: false, offset: 0, count: 18 },
  compressedLocation: { zone: deviceZone.DATA, slot: 14, isGenkey: false, offset: 0, count: 72 },
  publicKeyLocation: { zone: deviceZone.DATA, slot: 9, isGenkey: false, offset: 0, count: 72 },
  standardElements: { ...atmel2015.signer.standardElements, serialNumber: { offset: 14, count: 18 } },
  expireYears: 0,
};

const zeroLocation = { zone: 0, slot: 0, isGenkey: false, offset: 0, count: 0 };

/** Everything but the place of the whole certificate is left out, and so zero. */
const fullyStored: CertificateDefinition = {
  type: certificateType.X509_FULL_STORED,
  templateId: 0,
  chainId: 0,
  privateKeySlot: 0,
  snSource: 0,
  serialNumberLocation: zeroLocation,
  issueDateFormat: dateFormat.ISO8601_SEP,
  expireDateFormat: dateFormat.ISO8601_SEP,
  tbsLocation: noElement,
  expireYears: 0,
  publicKeyLocation: zeroLocation,
  compressedLocation: { zone: deviceZone.DATA, slot: 0x8601, isGenkey: false, offset: 0, count: 329 },
  standardElements: {
    publicKey: noElement,
    signature: noElement,
    issueDate: noElement,
    expireDate: noElement,
    signerId: noElement,
    serialNumber: noElement,
    authorityKeyId: noElement,
    subjectKeyId: noElement,
  },
  customElements: [],
  template: new Uint8Array(0),
};

/** Every sample file with the definitions it holds. */
export const sampleDefinitions: readonly (readonly [
  file: string,
  definitions: Readonly<Record<string, CertificateDefinition>>,
])[] = [
  ['atmel-2015/cert_def_1_signer.c', { g_cert_def_1_signer: atmel2015.signer }],
  ['atmel-2015/cert_def_2_device.c', { g_cert_def_2_device: atmel2015.device }],
  ['unit-test-2016/test_cert_def_0_device.c', { g_test_cert_def_0_device: unitTest.device }],
  ['unit-test-2016/test_cert_def_1_signer.c', { g_test_cert_def_1_signer: unitTest.signer }],
  ['zero-touch-2017/cert_def_1_signer.c', { g_cert_def_1_signer: zeroTouchSigner }],
  [
    'zero-touch-2017/cert_def_2_device.c',
    { g_cert_def_2_device: zeroTouch.device, g_cert_def_3_device_csr: zeroTouchRequest },
  ],
  ['trust-platform/trust_cert_def_1_signer.c', { g_trust_cert_def_1_signer: tng.signer }],
  ['trust-platform/trust_cert_def_2_device.c', { g_trust_cert_def_2_device: tng.device }],
  ['customer/cust_def_1_signer.c', { g_cust_def_1_signer: dynamicSigner }],
  ['customer/cust_def_5_device.c', { g_cust_def_5_device: fullyStored }],
];
