import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CertificateDefinition,
  checkDefinition,
  decodeDefinition,
  definitionDigestHex,
  encodeDefinition,
} from '../../src-shared/certificates/index.ts';
import { definitions } from './arbitraries.ts';
import { pairOf } from './sample-definitions.ts';

const { signer } = pairOf('atmel-2015');

function encoded(definition: CertificateDefinition): Uint8Array {
  const bytes = encodeDefinition(definition);
  if (!bytes.ok) throw new Error(JSON.stringify(bytes.failure));
  return bytes.value;
}

describe('the canonical layout (compressed-certificates.md 5)', () => {
  it('decodes to the same definition and has the stated length', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        const bytes = encoded(definition);
        const custom = definition.customElements.reduce((sum, element) => sum + 16 + element.id.length, 0);
        expect(bytes).toHaveLength(77 + custom + definition.template.length);
        expect(decodeDefinition(bytes)).toEqual({ ok: true, value: definition });
      }),
    );
  });

  it('is refused when a byte is missing or left over, or the frame is wrong', () => {
    const bytes = encoded(signer);
    for (const cut of [0, 3, 20, 76, bytes.length - 1]) expect(decodeDefinition(bytes.slice(0, cut)).ok).toBe(false);
    expect(decodeDefinition(Uint8Array.of(...bytes, 0)).ok).toBe(false);
    for (const at of [0, 41]) {
      const wrong = bytes.slice();
      wrong[at] = 0x55;
      expect(decodeDefinition(wrong).ok).toBe(false);
    }
  });

  it('never throws on any bytes, and what it takes encodes to the same bytes', () => {
    const start = encoded({ ...signer, template: new Uint8Array(3), customElements: [] });
    fc.assert(
      fc.property(fc.nat({ max: start.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const changed = start.slice();
        changed[at] = byte;
        const decoded = decodeDefinition(changed);
        if (decoded.ok) expect(encoded(decoded.value)).toEqual(changed);
      }),
      { numRuns: 400 },
    );
  });

  it('tells any two definitions apart', () => {
    fc.assert(
      fc.property(definitions, definitions, (a, b) => {
        const same = Buffer.from(encoded(a)).equals(Buffer.from(encoded(b)));
        expect(definitionDigestHex(a) === definitionDigestHex(b)).toBe(same);
      }),
    );
  });
});

describe('values that do not fit their member', () => {
  it.each<[string, Partial<CertificateDefinition>]>([
    ['type', { type: 3 }],
    ['template_id', { templateId: 16 }],
    ['chain_id', { chainId: -1 }],
    ['private_key_slot', { privateKeySlot: 0x10000 }],
    ['sn_source', { snSource: 16 }],
    ['sn_source', { snSource: 1.5 }],
    ['expire_years', { expireYears: 256 }],
    ['cert_sn_dev_loc.zone', { serialNumberLocation: { ...signer.serialNumberLocation, zone: 5 } }],
    ['public_key_dev_loc.count', { publicKeyLocation: { ...signer.publicKeyLocation, count: 0x10000 } }],
    ['comp_cert_dev_loc.slot', { compressedLocation: { ...signer.compressedLocation, slot: 0x10000 } }],
    ['tbs_cert_loc.offset', { tbsLocation: { offset: 0x10000, count: 1 } }],
    [
      'std_cert_elements[6].count',
      { standardElements: { ...signer.standardElements, authorityKeyId: { offset: 0, count: -1 } } },
    ],
    ['cert_template_size', { template: new Uint8Array(0x10000) }],
  ])('%s', (path, change) => {
    const checked = checkDefinition({ ...signer, ...change });
    expect(checked.ok ? [] : checked.failure.map((fault) => fault.path)).toEqual([path]);
  });

  it.each([
    ['id', { id: 'x'.repeat(25) }],
    ['id', { id: 'é' }],
    ['transforms[1]', { transforms: [0, 10] as const }],
  ])('cert_elements[0].%s', (member, change) => {
    const element = {
      id: 'a',
      deviceLocation: signer.compressedLocation,
      certificateLocation: { offset: 0, count: 1 },
      transforms: [0, 0] as const,
      ...change,
    };
    const checked = checkDefinition({ ...signer, customElements: [element] });
    expect(checked.ok ? [] : checked.failure.map((fault) => fault.path)).toEqual([`cert_elements[0].${member}`]);
  });
});
