import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { Secret } from '../../src-shared/base/secret.ts';
import {
  type CertificateDate,
  type CertificateDefinition,
  type ChainToVerify,
  compressCertificate,
  decodeCertificate,
  deviceSnOfConfig,
  encodePem,
  finishCertificate,
  finishRoot,
  type IssuedCertificate,
  isGenkeyLocation,
  keyId,
  type LocationContent,
  locationsToRead,
  nameText,
  oidName,
  type ProfileName,
  prepareCertificate,
  prepareRoot,
  profileNames,
  publicKeyOf,
  readCertificate,
  rebuildCertificate,
  rebuildFromReader,
  serialSource,
  signDigest,
  verifyChain,
  type WriteItem,
  writeItems,
} from '../../src-shared/certificates/index.ts';
import { bytesOf, calendarDates } from './arbitraries.ts';
import { pairOf } from './sample-definitions.ts';

const key = (role: string) => new Secret(sha256(utf8(`atecc reference ${role}`)));
const [rootKey, signerKey, deviceKey] = [key('root'), key('signer'), key('device')];
const [rootPublic, signerPublic, devicePublic] = [rootKey, signerKey, deviceKey].map(publicKeyOf) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const deviceSn = fromHex('0123030405060708EE');
const configZone = fromHex(`01230304 00005000 05060708EE ${'00'.repeat(115)}`);
const signerId = fromHex('C48B');
const noon: CertificateDate = { year: 2026, month: 11, day: 22, hour: 12, minute: 34, second: 56 };

/** Definitions 0 and 1 of the worked examples (compressed-certificates.md 8 and 9). */
const exampleSigner: CertificateDefinition = {
  ...pairOf('atmel-2015').signer,
  templateId: 1,
  chainId: 0,
  snSource: serialSource.SIGNER_ID,
  issueDateFormat: 1,
  expireDateFormat: 1,
  tbsLocation: { offset: 4, count: 347 },
  expireYears: 28,
  standardElements: {
    publicKey: { offset: 205, count: 64 },
    signature: { offset: 363, count: 73 },
    issueDate: { offset: 90, count: 13 },
    expireDate: { offset: 105, count: 13 },
    signerId: { offset: 174, count: 4 },
    serialNumber: { offset: 15, count: 3 },
    authorityKeyId: { offset: 331, count: 20 },
    subjectKeyId: { offset: 298, count: 20 },
  },
  template: fromHex(`
    308201B130820157A0030201020203400102300A06082A8648CE3D0403023036
    3110300E060355040A0C074578616D706C653122302006035504030C19457861
    6D706C652041544543433530384120526F6F74204341301E170D313530373331
    3030313231355A170D3335303733313030313231355A303A3110300E06035504
    0A0C074578616D706C653126302406035504030C1D4578616D706C6520415445
    434335303841205369676E657220585858583059301306072A8648CE3D020106
    082A8648CE3D03010703420004F80D8B65E8BCCE1476E18D05E201693BA2A659
    CFB9FD95E7BAD02177F138761B34F1B35895A1350D948247E5236FB3920151D1
    3A6F0123D670B5E50CE0FF4931A350304E300C0603551D13040530030101FF30
    1D0603551D0E041604141FAF8F90865F7DD226B06FE3204E48A5D29465E2301F
    0603551D230418301680147723A2C432A6941D8132CB7604C3801DD2BE955D30
    0A06082A8648CE3D040302034800304502204390CD89E075D045937B373F526F
    F65C4B4CCA7C613C5F9CF2F4C9E7CEDF24AA022100895236F3C37CD79D5C43F4
    A91BB3B1C73EB266746C20530A3B90776CA9C7790D`),
};
const exampleDevice: CertificateDefinition = {
  ...pairOf('atmel-2015').device,
  templateId: 0,
  chainId: 0,
  snSource: serialSource.DEVICE_SN,
  issueDateFormat: 1,
  expireDateFormat: 1,
  tbsLocation: { offset: 4, count: 308 },
  expireYears: 20,
  standardElements: {
    publicKey: { offset: 211, count: 64 },
    signature: { offset: 324, count: 73 },
    issueDate: { offset: 101, count: 13 },
    expireDate: { offset: 116, count: 13 },
    signerId: { offset: 93, count: 4 },
    serialNumber: { offset: 15, count: 10 },
    authorityKeyId: { offset: 292, count: 20 },
    subjectKeyId: { offset: 0, count: 0 },
  },
  template: fromHex(`
    3082018A30820130A003020102020A400123030405060708EE300A06082A8648
    CE3D040302303A3110300E060355040A0C074578616D706C6531263024060355
    04030C1D4578616D706C6520415445434335303841205369676E657220585858
    58301E170D3135303733313030313231365A170D333530373331303031323136
    5A30353110300E060355040A0C074578616D706C653121301F06035504030C18
    4578616D706C6520415445434335303841204465766963653059301306072A86
    48CE3D020106082A8648CE3D03010703420004C3DC86E9CC59A1FAF8E602B344
    89D1704A3B440452AA119335A9BE6F6832DC59CE5E7473B844BD084D5D3DE5DE
    21C34F8DC1614F1727AF6DC49C4283EE36E231A3233021301F0603551D230418
    301680141FAF8F90865F7DD226B06FE3204E48A5D29465E2300A06082A8648CE
    3D040302034800304502205E13590508DA03FD941BAFEF8A3DC824E54907B8A2
    BD3660261475273666E1AA02210096FF2BDF34549B7C568F54444FE6AD3BFE63
    BDD29365F2655922C625907AEC19`),
};

interface Issue {
  readonly definition: CertificateDefinition;
  readonly publicKey: Uint8Array;
  readonly caKey: Secret;
  readonly asked?: CertificateDate;
  readonly serial?: Uint8Array;
  readonly contents?: readonly LocationContent[];
}

function issue(request: Issue): IssuedCertificate {
  const prepared = prepareCertificate({
    definition: request.definition,
    publicKey: request.publicKey,
    caPublicKey: publicKeyOf(request.caKey),
    asked: request.asked ?? noon,
    signerId,
    configZone,
    ...(request.serial === undefined ? {} : { storedSerialNumber: request.serial }),
    ...(request.contents === undefined ? {} : { contents: request.contents }),
  });
  if (!prepared.ok) throw new Error(prepared.failure.reason);
  const issued = finishCertificate(prepared.value, signDigest(request.caKey, prepared.value.digest));
  if (!issued.ok) throw new Error(issued.failure.reason);
  return issued.value;
}

/** A chip's memory after the write items: what a reader would find. */
function contentsAfter(
  definition: CertificateDefinition,
  items: readonly WriteItem[],
  genkey: Uint8Array,
): readonly LocationContent[] {
  return locationsToRead(definition).map((location) => {
    if (isGenkeyLocation(location)) return { location, bytes: genkey };
    if (location.zone === 0)
      return { location, bytes: configZone.slice(location.offset, location.offset + location.count) };
    const bytes = new Uint8Array(location.count);
    for (const item of items) {
      if (item.zone !== location.zone || item.slot !== location.slot) continue;
      item.bytes.forEach((byte, index) => {
        const at = item.offset + index - location.offset;
        if (at >= 0 && at < bytes.length) bytes[at] = byte;
      });
    }
    return { location, bytes };
  });
}

function rebuilt(definition: CertificateDefinition, ca: Uint8Array, contents: readonly LocationContent[]): Uint8Array {
  const certificate = rebuildCertificate(definition, ca, contents);
  if (!certificate.ok) throw new Error(certificate.failure.reason);
  return certificate.value;
}

function items(definition: CertificateDefinition, certificate: Uint8Array): readonly WriteItem[] {
  const written = writeItems([{ definition, certificate }]);
  if (!written.ok) throw new Error(written.failure.reason);
  return written.value;
}

describe('worked example B (compressed-certificates.md 9)', () => {
  it('issues the signer byte for byte', () => {
    const asked = { year: 2021, month: 3, day: 7, hour: 10, minute: 11, second: 12 };
    const { certificate, compressed } = issue({
      definition: exampleSigner,
      publicKey: signerPublic,
      caKey: rootKey,
      asked,
    });
    expect(
      toHex(
        readCertificate(exampleSigner, certificate).tbsDigest.ok ? sha256(certificate.slice(4, 351)) : new Uint8Array(),
      ),
    ).toBe('A9DBA10EBC49B3794F182F471C5667380D47E7C3FDA05880968BB73765264F88');
    expect(toHex(compressed)).toBe(
      'E61CCC4D6E1EDCDA00A44D8002DAB89EF117828EFA7DCEE1420A7D86B22B38FA9CF62B8D35DAFDA3C74770563AC0965EBC9BF3F02235B848A221B63BB773AD4EA99D5CC48B109000',
    );
    expect(certificate).toHaveLength(438);
    expect(toHex(certificate.slice(0, 18))).toBe('308201B230820157A003020102020340C48B');
    expect(toHex(certificate.slice(363))).toBe(
      '0349003046022100E61CCC4D6E1EDCDA00A44D8002DAB89EF117828EFA7DCEE1420A7D86B22B38FA0221009CF62B8D35DAFDA3C74770563AC0965EBC9BF3F02235B848A221B63BB773AD4E',
    );
    const slot11 = items(exampleSigner, certificate).filter((item) => item.slot === 11);
    expect(
      slot11
        .map((item) => toHex(item.bytes))
        .join('')
        .slice(0, 144),
    ).toBe(
      '00000000E0FB53447242A92F5AE943DDC8439615E2EE376DC17733759C2190CD3B82256F00000000E3F1BC72F3AC0B7EAE817A74A98958F1590A8EB0CE7EFE5B59A79A10ECE55E1B',
    );
  });

  it('issues the device byte for byte', () => {
    const asked = { year: 2021, month: 6, day: 15, hour: 13, minute: 0, second: 0 };
    const { certificate, compressed } = issue({
      definition: exampleDevice,
      publicKey: devicePublic,
      caKey: signerKey,
      asked,
    });
    expect(toHex(compressed)).toBe(
      '21C71ADCA8EA35E0E187E45A9F0DD0210EAE77E7F59957DAC8E3B92CE1E4CBE8721346B1E69BDBCFD73BED5432070942BA8FE8DFA145EBDBFA09C69D8EA44912AB3DB4C48B008000',
    );
    expect(certificate).toHaveLength(397);
    const blocks = items(exampleDevice, certificate);
    expect(blocks.map(({ slot, offset }) => [slot, offset])).toEqual([
      [10, 0],
      [10, 32],
      [10, 64],
    ]);
    expect(toHex(blocks[2]?.bytes ?? new Uint8Array())).toBe(`AB3DB4C48B008000${'00'.repeat(24)}`);
    expect(rebuilt(exampleDevice, signerPublic, contentsAfter(exampleDevice, blocks, devicePublic))).toEqual(
      certificate,
    );
  });

  it('example A: another first byte of R makes the certificate one byte longer', () => {
    const compressed = fromHex(`
      63E6FDCC7A99D50D6A06702DC02F3425192A105199AE63FCEBD933EB90257D2E
      A91289B5AE90027CBCB1C7443A8A00BD15F2F56F5501D17ADFEF486B89F0C6AF A99D5CC48B109000`);
    const build = (bytes: Uint8Array): Uint8Array =>
      rebuilt(exampleSigner, rootPublic, [
        { location: exampleSigner.compressedLocation, bytes },
        { location: exampleSigner.publicKeyLocation, bytes: new Uint8Array(72) },
      ]);
    const first = build(compressed);
    expect(first).toHaveLength(437);
    expect(toHex(first.slice(88, 118))).toBe(`170D${toHex(utf8('210307100000Z'))}170D${toHex(utf8('490307100000Z'))}`);
    const longer = build(compressed.map((byte, index) => (index === 0 ? 0x83 : byte)));
    expect(longer).toHaveLength(438);
    expect(toHex(longer.slice(2, 4))).toBe('01B2');
  });
});

describe('issue, write, read, rebuild', () => {
  const serial = fromHex('5A000102030405060708090A0B0C0D0E');
  const profiles = fc.constantFrom<ProfileName>(...profileNames);

  it('gives the same certificate whatever the profile, date, key and signature', () => {
    fc.assert(
      fc.property(
        profiles,
        // UTCTime issue dates end in 2049.
        calendarDates(2000, 2049),
        fc.integer({ min: 0, max: 127 }),
        bytesOf(32),
        (profile, asked, expireYears, seed) => {
          const pair = pairOf(profile, { deviceExpireYears: expireYears });
          const subject = new Secret(sha256(seed));
          const stored = pair.device.snSource === serialSource.STORED ? { serial } : {};
          const issued = issue({
            definition: pair.device,
            publicKey: publicKeyOf(subject),
            caKey: signerKey,
            asked,
            ...stored,
          });
          const contents = contentsAfter(pair.device, items(pair.device, issued.certificate), publicKeyOf(subject));
          expect(rebuilt(pair.device, signerPublic, contents)).toEqual(issued.certificate);
          expect(compressCertificate(pair.device, issued.certificate)).toEqual({ ok: true, value: issued.compressed });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('moves everything behind a dynamic serial number', () => {
    const base = pairOf('atmel-2015').signer;
    const definition: CertificateDefinition = {
      ...base,
      snSource: serialSource.STORED_DYNAMIC,
      serialNumberLocation: { zone: 2, slot: 8, isGenkey: false, offset: 40, count: 21 },
      standardElements: { ...base.standardElements, serialNumber: { offset: 14, count: 18 } },
    };
    for (const length of [1, 8, 16, 17, 20]) {
      const number = new Uint8Array(length).fill(0x5a);
      const { certificate } = issue({ definition, publicKey: signerPublic, caKey: rootKey, serial: number });
      const decoded = decodeCertificate(certificate);
      if (!decoded.ok) throw new Error(decoded.failure.reason);
      expect(decoded.value.serialNumber).toEqual(number);
      expect(decoded.value.publicKey).toEqual(signerPublic);
      expect(decoded.value.subjectKeyId).toEqual(keyId(signerPublic));
      const blocks = items(definition, certificate);
      expect(rebuilt(definition, rootPublic, contentsAfter(definition, blocks, signerPublic))).toEqual(certificate);
    }
    const short = {
      ...definition,
      template: fromHex('3003020105'),
      standardElements: { ...definition.standardElements, signature: { offset: 4, count: 1 } },
    };
    expect(rebuildCertificate(short, undefined, []).ok).toBe(false);
  });

  it('refuses a dynamic serial number for which a length would need another byte', () => {
    const base = pairOf('atmel-2015').signer;
    // Outer length 0xFF in two bytes: one more and it would need three.
    const content = new Uint8Array(0xff).fill(0x05);
    content.set([0x30, 0x81, 0xf0, 0x02, 0x02, 0x11, 0x22]);
    const definition: CertificateDefinition = {
      ...base,
      snSource: serialSource.STORED_DYNAMIC,
      serialNumberLocation: { zone: 2, slot: 8, isGenkey: false, offset: 0, count: 9 },
      standardElements: { ...base.standardElements, serialNumber: { offset: 7, count: 3 } },
      template: Uint8Array.of(0x30, 0x81, 0xff, ...content),
    };
    const location = definition.serialNumberLocation;
    const grown = rebuildCertificate(definition, undefined, [{ location, bytes: fromHex('035A5A5A5A5A5A5A5A') }]);
    expect(grown.ok ? '' : grown.failure.kind).toBe('bad-certificate');
  });

  it('lays certificates that share a block into it together, and refuses a conflict', () => {
    const pair = pairOf('tng');
    const at = (offset: number) => ({ zone: 2, slot: 8, isGenkey: false, offset, count: 72 });
    const signer = { ...pair.signer, publicKeyLocation: at(0), compressedLocation: at(144) };
    const device = { ...pair.device, compressedLocation: at(72) };
    const signerCertificate = issue({ definition: signer, publicKey: signerPublic, caKey: rootKey }).certificate;
    const deviceCertificate = issue({ definition: device, publicKey: devicePublic, caKey: signerKey }).certificate;
    const stored = [
      { definition: device, certificate: deviceCertificate },
      { definition: signer, certificate: signerCertificate },
    ];
    const written = writeItems(stored);
    if (!written.ok) throw new Error(written.failure.reason);
    expect(written.value.map((item) => item.offset).toSorted((a, b) => a - b)).toEqual([0, 32, 64, 96, 128, 160, 192]);
    expect(rebuilt(signer, rootPublic, contentsAfter(signer, written.value, signerPublic))).toEqual(signerCertificate);
    expect(rebuilt(device, signerPublic, contentsAfter(device, written.value, devicePublic))).toEqual(
      deviceCertificate,
    );
    const conflict = writeItems(
      [stored[0], { definition: { ...signer, compressedLocation: at(100) }, certificate: signerCertificate }].filter(
        (each) => each !== undefined,
      ),
    );
    expect(conflict.ok ? '' : conflict.failure.kind).toBe('wrong-definition');
  });

  it('reads through a reader, passes its failure on, and misses nothing silently', async () => {
    const { device } = pairOf('atmel-2015', { deviceSnSource: serialSource.DEVICE_SN_HASH });
    const { certificate } = issue({ definition: device, publicKey: devicePublic, caKey: signerKey });
    const contents = contentsAfter(device, items(device, certificate), devicePublic);
    const read = await rebuildFromReader(device, signerPublic, async (location) => {
      const found = contents.find(
        (content) =>
          content.location.slot === location.slot &&
          content.location.zone === location.zone &&
          content.location.isGenkey === location.isGenkey,
      );
      return found === undefined ? { ok: false, failure: 'not there' } : { ok: true, value: found.bytes };
    });
    expect(read).toEqual({ ok: true, value: certificate });
    const failed = await rebuildFromReader(device, signerPublic, async () => ({ ok: false, failure: 'kit lost' }));
    expect(failed).toEqual({ ok: false, failure: 'kit lost' });
    for (let missing = 0; missing < contents.length; missing += 1) {
      const without = rebuildCertificate(
        device,
        signerPublic,
        contents.filter((_, index) => index !== missing),
      );
      expect(without.ok ? '' : without.failure.kind).toBe('parameters');
    }
  });

  it('knows nine bytes of serial number', () => {
    expect(deviceSnOfConfig(configZone)).toEqual(deviceSn);
  });
});

describe('what an issuer refuses', () => {
  const { device } = pairOf('atmel-2015');
  const base = {
    definition: device,
    publicKey: devicePublic,
    caPublicKey: signerPublic,
    asked: noon,
    signerId,
    configZone,
  };
  const stored = { ...device, snSource: serialSource.STORED };
  it.each([
    ['a fully stored definition', { definition: { ...device, type: 2 } }],
    ['a key of 63 bytes', { publicKey: devicePublic.slice(1) }],
    ['a CA key of 63 bytes', { caPublicKey: signerPublic.slice(1) }],
    ['a signer id of three bytes', { signerId: fromHex('000102') }],
    ['a stored serial number that is missing', { definition: stored }],
    ['a stored serial number of another length', { definition: stored, storedSerialNumber: fromHex('5A01') }],
    ['a negative stored serial number', { definition: stored, storedSerialNumber: new Uint8Array(16).fill(0x80) }],
    ['a stored serial number with a leading zero', { definition: stored, storedSerialNumber: new Uint8Array(16) }],
    ['a given serial number where one is generated', { storedSerialNumber: new Uint8Array(16).fill(1) }],
    ['a missing element', { definition: pairOf('tng').device, configZone: new Uint8Array(0) }],
    ['a date before 2000', { asked: { ...noon, year: 1999 } }],
    [
      'an element outside the template',
      {
        definition: {
          ...device,
          standardElements: { ...device.standardElements, publicKey: { offset: 400, count: 64 } },
        },
      },
    ],
  ])('%s', (_what, change) => {
    const run = () => prepareCertificate({ ...base, ...change });
    let refused = true;
    try {
      refused = !run().ok;
    } catch (thrown) {
      refused = thrown instanceof RangeError;
    }
    expect(refused).toBe(true);
  });
});

describe('chains', () => {
  const pair = pairOf('tng');
  const signer = issue({ definition: pair.signer, publicKey: signerPublic, caKey: rootKey }).certificate;
  const device = issue({
    definition: pair.device,
    publicKey: devicePublic,
    caKey: signerKey,
    asked: { ...noon, hour: 13 },
  }).certificate;
  const chain: ChainToVerify = {
    device,
    signer,
    rootPublicKey: rootPublic,
    at: { ...noon, year: 2030 },
    definitions: pair,
    deviceSn,
  };
  const broken = (change: Partial<ChainToVerify>): readonly string[] => {
    const result = verifyChain({ ...chain, ...change });
    return result.ok ? [] : result.failure.map(({ member, rule }) => `${member} ${rule}`);
  };

  it('hold', () => {
    expect(broken({})).toEqual([]);
    const result = verifyChain(chain);
    expect(result.ok && nameText(result.value.device.subject)).toBe(
      'O=Harbour Instruments, CN=0123030405060708EE Harbour Gauge',
    );
  });

  it('break by rule', () => {
    const flipped = device.map((byte, index) => (index === device.length - 1 ? byte ^ 1 : byte));
    expect(broken({ device: flipped })).toEqual(['device signature']);
    expect(broken({ rootPublicKey: devicePublic })).toEqual(['signer signature', 'signer authority-key-id']);
    expect(broken({ at: { ...noon, year: 2025 } })).toEqual(['signer dates', 'device dates']);
    expect(broken({ at: { ...noon, year: 2090 } })).toEqual(['signer dates', 'device dates']);
    expect(broken({ device: device.slice(0, 40) })).toEqual(['device encoding']);
    expect(broken({ signer: Uint8Array.of(1) })).toEqual(['signer encoding']);
    expect(broken({ device: signer })).toContain('device constraints');
    expect(broken({ signer: device })).toContain('signer constraints');
    const foreign = issue({
      definition: pairOf('tng', { organization: 'Harbour Instrumentz' }).device,
      publicKey: devicePublic,
      caKey: signerKey,
      asked: { ...noon, hour: 13 },
    });
    expect(broken({ device: foreign.certificate })).toEqual(['device issuer']);
    const otherKey = issue({
      definition: pair.device,
      publicKey: devicePublic,
      caKey: rootKey,
      asked: { ...noon, hour: 13 },
    });
    expect(broken({ device: otherKey.certificate })).toEqual(['device signature', 'device authority-key-id']);
    const early = issue({
      definition: pair.device,
      publicKey: devicePublic,
      caKey: signerKey,
      asked: { ...noon, hour: 3 },
    });
    expect(broken({ device: early.certificate })).toEqual(['device nesting']);
    const { deviceSn: _, ...withoutSn } = {
      ...chain,
      definitions: { ...pair, device: { ...pair.device, snSource: 11 } },
    };
    expect(broken({ ...withoutSn })).toEqual(['device serial-number']);
  });

  it('break when the serial number is not what its source gives', () => {
    const place = pair.device.standardElements.serialNumber;
    const prepared = prepareCertificate({
      definition: pair.device,
      publicKey: devicePublic,
      caPublicKey: signerPublic,
      asked: { ...noon, hour: 13 },
      signerId,
      configZone,
    });
    if (!prepared.ok) throw new Error(prepared.failure.reason);
    const unsigned = prepared.value.unsigned.map((byte, index) => (index === place.offset + 3 ? byte ^ 1 : byte));
    const { offset, count } = pair.device.tbsLocation;
    const signature = signDigest(signerKey, sha256(unsigned.slice(offset, offset + count)));
    const forged = finishCertificate({ ...prepared.value, unsigned }, signature);
    expect(forged.ok && broken({ device: forged.value.certificate })).toEqual(['device serial-number']);
  });
});

describe('a stranger reads our certificates', () => {
  it('OpenSSL verifies root, signer and device of every profile', () => {
    const folder = mkdtempSync(join(tmpdir(), 'signet-chain-'));
    try {
      const root = prepareRoot({
        organization: 'Harbour Instruments',
        commonName: 'Harbour Root CA',
        publicKey: rootPublic,
        serialNumber: new Uint8Array(16).fill(0xff),
        notBefore: { year: 2020, month: 1, day: 1, hour: 0, minute: 0, second: 0 },
        notAfter: undefined,
      });
      if (!root.ok) throw new Error(root.failure);
      const rootCertificate = finishRoot(root.value, signDigest(rootKey, root.value.digest));
      writeFileSync(join(folder, 'root.pem'), encodePem('CERTIFICATE', rootCertificate));
      for (const profile of profileNames) {
        const pair = pairOf(profile);
        const serial =
          pair.device.snSource === serialSource.STORED ? { serial: fromHex('5A000102030405060708090A0B0C0D0E') } : {};
        const signer = issue({
          definition: pair.signer,
          publicKey: signerPublic,
          caKey: rootKey,
          ...serial,
        }).certificate;
        const device = issue({
          definition: pair.device,
          publicKey: devicePublic,
          caKey: signerKey,
          ...serial,
        }).certificate;
        writeFileSync(join(folder, 'signer.pem'), encodePem('CERTIFICATE', signer));
        writeFileSync(join(folder, 'device.pem'), encodePem('CERTIFICATE', device));
        const told = execFileSync(
          'openssl',
          [
            'verify',
            '-x509_strict',
            '-attime',
            '1800000000',
            '-CAfile',
            'root.pem',
            '-untrusted',
            'signer.pem',
            'device.pem',
          ],
          { cwd: folder, encoding: 'utf8' },
        );
        expect(told.trim()).toBe('device.pem: OK');
        const text = execFileSync(
          'openssl',
          ['x509', '-in', 'signer.pem', '-noout', '-subject', '-serial', '-nameopt', 'RFC2253'],
          { cwd: folder, encoding: 'utf8' },
        );
        expect(text).toContain('CN=Harbour Signer C48B,O=Harbour Instruments');
        const decoded = decodeCertificate(signer);
        expect(decoded.ok && text.includes(toHex(decoded.value.serialNumber))).toBe(true);
        expect(decoded.ok && decoded.value.extensions.map((extension) => oidName(extension.oid)).toSorted()).toEqual([
          'authorityKeyId',
          'basicConstraints',
          'keyUsage',
          'subjectKeyId',
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
