import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { derLength, integer, oid, oidText, raw, sequence, tlv } from '../../src-shared/certificates/der.ts';
import {
  certificatesOf,
  commonName,
  decodeCertificate,
  decodeDer,
  decodePem,
  decodeTbs,
  encodePem,
  sampleCertificate,
} from '../../src-shared/certificates/index.ts';
import { pairOf } from './sample-definitions.ts';

const noon = { year: 2026, month: 11, day: 22, hour: 12, minute: 0, second: 0 };
const sample = sampleCertificate(pairOf('tng').device, noon);
if (!sample.ok) throw new Error(sample.failure.reason);
const certificate = sample.value;

describe('DER', () => {
  it('reads what was written, at any depth and length', () => {
    const { tree } = fc.letrec<{ tree: ReturnType<typeof raw> }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.uint8Array({ maxLength: 300 }).map((bytes) => tlv(0x04, raw(bytes))),
        fc.array(tie('tree'), { maxLength: 4 }).map((parts) => sequence(...parts)),
      ),
    }));
    fc.assert(
      fc.property(tree, (piece) => {
        const decoded = decodeDer(piece.bytes);
        expect(decoded.ok).toBe(true);
        expect(decodeDer(Uint8Array.of(...piece.bytes, 0)).ok).toBe(false);
        expect(decodeDer(piece.bytes.slice(0, -1)).ok).toBe(false);
      }),
    );
  });

  it.each([
    ['indefinite length', '308000'],
    ['a length in the long form that fits the short one', '04810100'],
    ['a length with a leading zero', '0482007f'],
    ['a length of four bytes', '048400000001ff'],
    ['a tag of two bytes', '1f8101'],
    ['a child longer than its parent', '30020405'],
    ['nothing', ''],
  ])('refuses %s', (_what, text) => {
    expect(decodeDer(fromHex(text)).ok).toBe(false);
  });

  it('bounds depth and number of elements', () => {
    const nested = (depth: number): Uint8Array =>
      depth === 0 ? Uint8Array.of(5, 0) : sequence(raw(nested(depth - 1))).bytes;
    expect(decodeDer(nested(24)).ok).toBe(true);
    expect(decodeDer(nested(25)).ok).toBe(false);
    expect(decodeDer(sequence(...Array.from({ length: 5000 }, () => raw([5, 0]))).bytes).ok).toBe(false);
  });

  it('names object identifiers', () => {
    for (const dotted of ['1.2.840.10045.4.3.2', '2.5.29.35', '2.23.133.1', '0.9.2342.19200300.100.1.25']) {
      expect(oidText(oid(dotted).bytes.slice(2))).toBe(dotted);
    }
    expect(oidText(fromHex('2a8086'))).toBeUndefined();
    expect(oidText(new Uint8Array(0))).toBeUndefined();
  });

  it('writes lengths in the shortest form', () => {
    expect([0, 127, 128, 255, 256, 65535].map((length) => toHex(derLength(length)))).toEqual([
      '00',
      '7F',
      '8180',
      '81FF',
      '820100',
      '82FFFF',
    ]);
    expect(() => derLength(65536)).toThrow(RangeError);
    expect(toHex(integer([5]).bytes)).toBe('020105');
  });
});

describe('certificates', () => {
  it('are decoded with the places of their parts', () => {
    const decoded = decodeCertificate(certificate);
    if (!decoded.ok) throw new Error(decoded.failure.reason);
    const { places, publicKey, authorityKeyId, subjectKeyId, keyUsage, basicConstraints, version } = decoded.value;
    const { standardElements, tbsLocation } = pairOf('tng').device;
    expect(places.publicKey).toEqual(standardElements.publicKey);
    expect(places.authorityKeyId).toEqual(standardElements.authorityKeyId);
    expect(places.subjectKeyId).toEqual(standardElements.subjectKeyId);
    expect(places.issueDate).toEqual(standardElements.issueDate);
    expect(places.tbs).toEqual(tbsLocation);
    expect([publicKey?.length, authorityKeyId?.length, subjectKeyId?.length, keyUsage, version]).toEqual([
      64, 20, 20, 0b10001, 3,
    ]);
    expect(basicConstraints).toEqual({ ca: false, pathLength: undefined });
    expect(commonName(decoded.value.subject)).toBe('01234038D92CA571EE Harbour Gauge');
  });

  it('say what a to-be-signed part alone will be', () => {
    const decoded = decodeCertificate(certificate);
    if (!decoded.ok) throw new Error(decoded.failure.reason);
    const tbs = decodeTbs(decoded.value.tbs);
    expect(tbs.ok && tbs.value.issuer.der).toEqual(decoded.value.issuer.der);
    expect(tbs.ok && tbs.value.serialNumber).toEqual(decoded.value.serialNumber);
    expect(decodeTbs(certificate).ok).toBe(false);
  });

  it('never throw, whatever byte is changed or cut', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: certificate.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        fc.boolean(),
        (at, byte, cut) => {
          const changed = cut ? certificate.slice(0, at) : certificate.map((old, index) => (index === at ? byte : old));
          const decoded = decodeCertificate(changed);
          if (!decoded.ok) expect(decoded.failure.kind).toBe('decoding');
        },
      ),
      { numRuns: 1500 },
    );
    expect(decodeCertificate(new Uint8Array(17_000)).ok).toBe(false);
  });
});

describe('PEM', () => {
  it('comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.constantFrom('\n', '\r\n'), (bytes, newline) => {
        const text = `noise${newline}${encodePem('CERTIFICATE', bytes).replaceAll('\n', newline)}more`;
        expect(decodePem(text)).toEqual({ ok: true, value: [{ label: 'CERTIFICATE', bytes }] });
      }),
    );
  });

  it('is found in files of either form', () => {
    expect(certificatesOf(certificate)).toEqual({ ok: true, value: [certificate] });
    const two =
      encodePem('CERTIFICATE', certificate) +
      encodePem('PRIVATE KEY', certificate) +
      encodePem('CERTIFICATE', certificate);
    expect(certificatesOf(utf8(two))).toEqual({ ok: true, value: [certificate, certificate] });
    expect(certificatesOf(utf8('hello')).ok).toBe(false);
  });

  it.each([
    ['an end without beginning', '-----END X-----'],
    ['a block that is not closed', '-----BEGIN X-----\nAAAA'],
    ['another label at the end', '-----BEGIN X-----\nAAAA\n-----END Y-----'],
    ['a block within a block', '-----BEGIN X-----\n-----BEGIN X-----'],
    ['characters outside Base64', '-----BEGIN X-----\nAA*A\n-----END X-----'],
    ['padding in the middle', '-----BEGIN X-----\nAA==AAAA\n-----END X-----'],
  ])('refuses %s', (_what, text) => {
    expect(decodePem(text).ok).toBe(false);
  });
});
