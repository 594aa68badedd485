import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  type CertInfo,
  certInfoFileName,
  certInfoOfPair,
  checkCertInfoDefinitions,
  definitionDigestHex,
  publicKeyOf,
  readCertInfo,
  writeCertInfo,
  writeDefinitionSource,
} from '../../src-shared/certificates/index.ts';
import { certInfoReason, inEnglish } from '../../src-shared/model/reasons.ts';
import { bytesOf } from './arbitraries.ts';
import { withCompiler } from './compiler.ts';
import { pairOf } from './sample-definitions.ts';

const comment = {
  generator: 'Signet test',
  created: { year: 2026, month: 11, day: 22, hour: 7, minute: 0, second: 0 },
};
const caPublicKey = publicKeyOf(new Secret(new Uint8Array(32).fill(9)));
const pair = pairOf('atmel-2015', { chainId: 3 });
const certInfo = (() => {
  const made = certInfoOfPair(pair, caPublicKey, {
    name: 'Linie "3" */ ??/ ü',
    requiredSignerSn: fromHex('01231E6CD82CA571EE'),
  });
  if (!made.ok) throw new Error(made.failure);
  return made.value;
})();
const text = writeCertInfo(certInfo, comment);
const file = (content: string, fileName = 'atcaprov_cert_info_3.c') => ({ fileName, text: content });

function message(...contents: readonly string[]): string {
  const result = readCertInfo(contents.map((content, index) => file(content, `file${index}.c`)));
  return result.ok ? 'accepted' : inEnglish(certInfoReason(result.failure));
}

describe('certinfo files (signer-and-server.md 8)', () => {
  it('read back what was written', () => {
    const infos: fc.Arbitrary<CertInfo> = fc.record({
      chainId: fc.integer({ min: 0, max: 15 }),
      signerTemplateId: fc.integer({ min: 0, max: 15 }),
      deviceTemplateId: fc.integer({ min: 0, max: 15 }),
      devicePrivateKeySlot: fc.integer({ min: 0, max: 0xffff }),
      caPublicKey: bytesOf(32)
        .filter((b) => b.some((x) => x > 0))
        .map((seed) => publicKeyOf(new Secret(seed.fill(1, 0, 4)))),
      deviceDigest: bytesOf(32),
      signerDigest: bytesOf(32),
      requiredSignerSn: fc.option(
        bytesOf(9).filter((sn) => sn.some((byte) => byte !== 0)),
        { nil: undefined },
      ),
      name: fc
        .string({ unit: 'grapheme', maxLength: 16 })
        .filter((name) => utf8(name).length <= 48 && !name.includes('\0')),
    });
    fc.assert(
      fc.property(infos, (info) => {
        const read = readCertInfo([file(writeCertInfo(info, comment))]);
        expect(read).toEqual({ ok: true, value: { certInfo: info, fingerprint: 'matches', definitions: undefined } });
      }),
      { numRuns: 60 },
    );
  });

  it('compile as strict C99', () => {
    withCompiler((compiler) => {
      compiler.check(text);
      const printed = compiler.run(`${text}
#include <stdio.h>
int main(void) { const atcaprov_cert_info_t* c = &g_atcaprov_cert_info_3; int i;
printf("%u %u %u %u %u %s ", c->version, c->chain_id, c->signer_template_id, c->device_template_id, c->device_private_key_slot, c->name);
for (i = 0; i < 64; i++) printf("%02X", c->signer_ca_public_key[i]);
for (i = 0; i < 32; i++) printf("%02X", c->device_def_sha256[i]);
return 0; }`);
      expect(printed).toBe(`1 3 1 2 0 Linie "3" */ ??/ ü ${toHex(caPublicKey)}${definitionDigestHex(pair.device)}`);
    });
  });

  it('say whether somebody changed them', () => {
    expect(readCertInfo([file(text.replaceAll('\n', '\r\n'))])).toMatchObject({ value: { fingerprint: 'matches' } });
    expect(
      readCertInfo([file(text.replace('.device_private_key_slot = 0', '.device_private_key_slot = 2'))]),
    ).toMatchObject({
      value: { fingerprint: 'differs', certInfo: { devicePrivateKeySlot: 2 } },
    });
    expect(readCertInfo([file(text.slice(text.indexOf('#include')))])).toMatchObject({
      value: { fingerprint: 'absent' },
    });
  });

  it('are named after the chain', () => {
    expect(certInfoFileName(3)).toBe('atcaprov_cert_info_3.c');
  });

  it('hold definitions of the same files against their digests', () => {
    const source = writeDefinitionSource({
      comment: [],
      definitions: [
        { name: 'g_signer', definition: pair.signer },
        { name: 'g_device', definition: pair.device, caDefinition: 'g_signer' },
      ],
    });
    expect(readCertInfo([file(text), file(source, 'definitions.c')])).toMatchObject({
      ok: true,
      value: { definitions: pair },
    });
    const other = pairOf('atmel-2015', { chainId: 3, deviceExpireYears: 1 });
    expect(checkCertInfoDefinitions(certInfo, pair).ok).toBe(true);
    expect(checkCertInfoDefinitions(certInfo, { ...pair, device: other.device }).ok).toBe(false);
    expect(checkCertInfoDefinitions(certInfo, { ...pair, signer: { ...pair.signer, expireYears: 1 } }).ok).toBe(false);
    const changed = writeDefinitionSource({
      comment: [],
      definitions: [
        { name: 'g_signer', definition: pair.signer },
        { name: 'g_device', definition: other.device },
      ],
    });
    expect(message(text, changed)).toContain('the device definition is not the one that the certinfo names');
  });

  it.each([
    [
      'another version',
      text.replace('.version                 = 1', '.version                 = 2'),
      /^file0\.c:\d+:32: certinfo version 2/,
    ],
    [
      'a key off the curve',
      text.replace(/0x[0-9a-f]{2}, 0x[0-9a-f]{2}, /, '0x00, 0x00, '),
      /:\d+: the CA public key is no point of P-256$/,
    ],
    ['a wrong key id', text.replace(/(signer_ca_key_id\s+= \{\s+)0x../, '$10xEE'), /signer_ca_key_id does not belong/],
    [
      'a chain id of 16',
      text.replace('.chain_id                = 3', '.chain_id                = 16'),
      /chain_id: 16 is not within 0\.\.15/,
    ],
    ['a short key', text.replaceAll('[64]', '[]').replace(/0x[0-9a-f]{2}, /, ''), /the CA public key has 64 bytes/],
    [
      'a name too long',
      text.replace(/\.name += "[^\n]*/, `.name = "${'x'.repeat(50)}"`),
      /the text is longer than 49 bytes/,
    ],
    [
      'a name without room for its NUL',
      text.replace(/\.name += "[^\n]*/, `.name = "${'x'.repeat(49)}"`),
      /no room for its closing NUL/,
    ],
    ['a truncated file', text.slice(0, -40), /^file0\.c:\d+:\d+: /],
    [
      'an empty file',
      '',
      /neither a certinfo nor a pair of definitions: a signer and a device definition are needed, 0 were found/,
    ],
    ['C outside the subset', 'int main(void) { return 0; }', /^file0\.c:1:16: functions are outside the subset$/],
  ])('refuse %s', (_what, content, expected) => {
    expect(message(content)).toMatch(expected);
  });

  it('refuse two certinfos at once', () => {
    expect(message(text, text)).toBe('file1.c: more than one certinfo in the files');
  });
});

describe('a plain pair of definition files', () => {
  const sample = (name: string) => {
    const path = new URL(`samples/atmel-2015/${name}`, import.meta.url).pathname;
    return { fileName: name, text: readFileSync(path, 'utf8') };
  };

  it('stands for a certinfo', () => {
    const read = readCertInfo([sample('cert_def_2_device.c'), sample('cert_def_1_signer.c')]);
    if (!read.ok) throw new Error(inEnglish(certInfoReason(read.failure)));
    const { certInfo: derived, definitions } = read.value;
    expect(derived).toMatchObject({
      chainId: 1,
      signerTemplateId: 1,
      deviceTemplateId: 2,
      devicePrivateKeySlot: 0,
      name: '',
    });
    expect(toHex(derived.deviceDigest)).toBe(definitionDigestHex(definitions?.device ?? pair.device));
    expect(definitions?.signer.templateId).toBe(1);
  });

  it('may bring the definition of a signing request along', () => {
    const path = new URL('samples/zero-touch-2017/', import.meta.url).pathname;
    const [signer, device] = ['cert_def_1_signer.c', 'cert_def_2_device.c'].map((name) =>
      readFileSync(path + name, 'utf8'),
    );
    // The sample's key array is filled at run time.
    expect(message(signer ?? '', device ?? '')).toContain('the CA public key is no point of P-256');
  });

  it('is refused without a CA key, with half a pair, or with two chains', () => {
    const device = sample('cert_def_2_device.c');
    const signer = sample('cert_def_1_signer.c');
    expect(message(device.text)).toContain('1 were found');
    expect(message(device.text, signer.text.replace('g_signer_1_ca_public_key', 'g_other'))).toContain(
      'one 64-byte array with the CA public key',
    );
    expect(message(device.text, signer.text.replace(/(\.chain_id\s+= )1/, '$12'))).toContain('different chain ids');
    expect(message(device.text, signer.text.replace('0x4B, 0x27', '0x4B, 0x28'))).toContain('no point of P-256');
  });
});
