import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src-shared/base/bytes.ts';
import {
  type CertificateDefinition,
  certificateType,
  compressCertificate,
  decompressCertificate,
  noDeviceLocation,
  readCertificate,
  rebuildCertificate,
  sampleCertificate,
  writeItems,
} from '../../src-shared/certificates/index.ts';
import { pairOf } from './sample-definitions.ts';

const { device } = pairOf('atmel-2015', { deviceExpireYears: 12 });
const noon = { year: 2026, month: 11, day: 22, hour: 12, minute: 0, second: 0 };
const sample = sampleCertificate(device, noon);
if (!sample.ok) throw new Error(sample.failure.reason);
const certificate = sample.value;

const element = (
  name: keyof CertificateDefinition['standardElements'],
  offset: number,
  count: number,
): CertificateDefinition => ({
  ...device,
  standardElements: { ...device.standardElements, [name]: { offset, count } },
});
const kind = (result: { ok: true } | { ok: false; failure: { kind: string } }): string =>
  result.ok ? 'ok' : result.failure.kind;

describe('elements of a certificate', () => {
  it('fail each on its own', () => {
    expect(kind(readCertificate(element('issueDate', 0, 0), certificate).issueDate)).toBe('element-missing');
    expect(kind(readCertificate(element('issueDate', 0, 15), certificate).issueDate)).toBe('element-size');
    expect(kind(readCertificate(element('issueDate', 500, 13), certificate).issueDate)).toBe('out-of-bounds');
    expect(kind(readCertificate(element('issueDate', 100, 13), certificate).issueDate)).toBe('decoding');
    expect(kind(readCertificate(element('signerId', 20, 4), certificate).signerId)).toBe('decoding');
    expect(kind(readCertificate(element('signerId', 20, 5), certificate).signerId)).toBe('element-size');
    expect(kind(readCertificate(element('signature', 5000, 64), certificate).signature)).toBe('out-of-bounds');
    expect(kind(readCertificate(element('signature', 300, 64), certificate).signature)).toBe('decoding');
    const outside = { ...device, tbsLocation: { offset: 4, count: 5000 } };
    expect(kind(readCertificate(outside, certificate).tbs)).toBe('bad-certificate');
    const fields = readCertificate(device, certificate);
    for (const field of Object.values(fields)) expect(kind(field)).toBe('ok');
  });

  it('are compressed with the defaults of the reference library when they are absent', () => {
    const without: CertificateDefinition = {
      ...device,
      standardElements: {
        ...device.standardElements,
        issueDate: { offset: 0, count: 0 },
        expireDate: { offset: 0, count: 0 },
        signerId: { offset: 0, count: 0 },
      },
    };
    const compressed = compressCertificate(without, certificate);
    expect(compressed.ok && [...compressed.value.slice(64)]).toEqual([0, 0x84, 12, 0, 0, 0x20, 0xa0, 0]);
    const again = compressed.ok ? decompressCertificate(without, compressed.value) : compressed;
    expect(again.ok).toBe(true);
  });

  it('take the years of the definition when issue and expiry are no whole years apart', () => {
    const { offset } = device.standardElements.expireDate;
    const odd = certificate.map((byte, index) => (index === offset + 9 ? 0x34 : byte));
    const compressed = compressCertificate({ ...device, expireYears: 7 }, odd, { otherExpireYears: false });
    expect(compressed.ok && (compressed.value[66] ?? 0) & 0x1f).toBe(7);
  });
});

describe('certificates that are no templates', () => {
  const location = { zone: 2, slot: 8, isGenkey: false, offset: 3, count: 413 };
  const stored: CertificateDefinition = {
    ...device,
    type: certificateType.X509_FULL_STORED,
    compressedLocation: location,
    publicKeyLocation: noDeviceLocation,
    template: new Uint8Array(0),
  };

  it('a fully stored one is written and read as it is', () => {
    const items = writeItems([{ definition: stored, certificate: certificate.slice(0, 413) }]);
    if (!items.ok) throw new Error(items.failure.reason);
    expect(items.value).toHaveLength(13);
    const bytes = new Uint8Array(416);
    for (const item of items.value) bytes.set(item.bytes, item.offset);
    const long = { ...location, offset: 0, count: 416 };
    const read = rebuildCertificate(
      { ...stored, compressedLocation: { ...location, offset: 0, count: 416 } },
      undefined,
      [{ location: long, bytes: Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05, ...bytes.slice(5)) }],
    );
    expect(read).toEqual({ ok: true, value: fromHex('3003020105') });
    expect(kind(rebuildCertificate(stored, undefined, []))).toBe('parameters');
    expect(kind(rebuildCertificate(stored, undefined, [{ location, bytes: new Uint8Array(413) }]))).toBe('decoding');
    expect(kind(writeItems([{ definition: stored, certificate: new Uint8Array(414) }]))).toBe('element-size');
  });

  it('a custom one has its signature as a plain element', () => {
    const custom: CertificateDefinition = {
      ...device,
      type: certificateType.CUSTOM,
      standardElements: {
        ...device.standardElements,
        signature: { offset: 0, count: 64 },
        serialNumber: { offset: 0, count: 0 },
      },
      template: device.template,
    };
    const compressed = compressCertificate(custom, certificate);
    expect(compressed.ok && compressed.value.slice(0, 64)).toEqual(certificate.slice(0, 64));
    const there = compressed.ok ? decompressCertificate(custom, compressed.value) : compressed;
    expect(there.ok && there.value.slice(0, 64)).toEqual(certificate.slice(0, 64));
    const wrong = { ...custom, standardElements: { ...custom.standardElements, signature: { offset: 0, count: 65 } } };
    expect(kind(compressCertificate(wrong, certificate))).toBe('element-size');
  });

  it('a template whose outer length is wrong is refused', () => {
    const template = device.template.map((byte, index) => (index === 3 ? byte ^ 1 : byte));
    const compressed = compressCertificate(device, certificate);
    if (!compressed.ok) throw new Error(compressed.failure.reason);
    expect(kind(decompressCertificate({ ...device, template }, compressed.value))).toBe('bad-certificate');
    expect(kind(decompressCertificate({ ...device, templateId: 9 }, compressed.value))).toBe('wrong-definition');
    expect(kind(decompressCertificate({ ...device, chainId: 9 }, compressed.value))).toBe('wrong-definition');
    expect(kind(decompressCertificate({ ...device, snSource: 9 }, compressed.value))).toBe('wrong-definition');
  });
});
