import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AsnConvert, AsnSerializer } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_keyUsage,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
} from '@peculiar/asn1-x509';
import { afterAll, describe, expect, it } from 'vitest';
import { newPrivateKey, softwareRoot } from '../../src-main/signing/root.ts';
import type { Secret } from '../../src-shared/base/secret.ts';
import {
  type CertificateDefinition,
  finishCertificate,
  lintDefinition,
  type ProfileName,
  type ProfileParameters,
  prepareCertificate,
  profileDefaults,
  profileDefinitions,
  publicKeyOf,
  serialSource,
  signDigest,
} from '../../src-shared/certificates/index.ts';
import { device as product, requestFor } from '../signing/factory.ts';
import { seeded } from '../signing/rig.ts';

/**
 * Rules of RFC 5280 on finished certificates of every profile, read by strangers: the ASN.1 schemas of PKI.js's family, OpenSSL
 * and Node. Our own decoder has no say here.
 */
const folder = mkdtempSync(join(tmpdir(), 'signet-rfc5280-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const EC_PUBLIC_KEY = '1.2.840.10045.2.1';

interface Chain {
  readonly root: Uint8Array;
  readonly signer: Uint8Array;
  readonly device: Uint8Array;
  readonly opinions: { readonly signer: readonly string[]; readonly device: readonly string[] };
}

const cases: readonly (readonly [ProfileName, string, Partial<ProfileParameters>, number])[] = [
  ['atmel-2015', 'as it was', {}, 2026],
  [
    'atmel-2015',
    'numbers from the chip, ends within UTCTime',
    { deviceSnSource: serialSource.DEVICE_SN, deviceExpireYears: 20, signerExpireYears: 23 },
    2026,
  ],
  ['atmel-2015', 'in the last year of format 0', {}, 2031],
  [
    'atmel-2015',
    'hash of the chip’s number, names of 48 bytes',
    { deviceSnSource: serialSource.DEVICE_SN_HASH, deviceCommonName: 'G'.repeat(48) },
    2026,
  ],
  ['zero-touch', 'stored numbers', {}, 2026],
  ['zero-touch', 'names beyond ASCII', { deviceCommonName: 'Gerät Größe 7' }, 2026],
  ['tng', 'as it is', {}, 2026],
];

function issue(
  definition: CertificateDefinition,
  publicKey: Uint8Array,
  caKey: Secret | ((digest: Uint8Array, tbs: Uint8Array) => Promise<Uint8Array>),
  caPublicKey: Uint8Array,
  year: number,
): Promise<Uint8Array> | Uint8Array {
  const chip = requestFor(product(7), root2026).configZone;
  const prepared = prepareCertificate({
    definition,
    publicKey,
    caPublicKey,
    asked: { year, month: 6, day: 15, hour: 12, minute: 0, second: 0 },
    signerId: Uint8Array.of(0xc4, 0x8b),
    configZone: chip,
    ...(definition.snSource === serialSource.STORED ? { storedSerialNumber: new Uint8Array(16).fill(0x5a) } : {}),
  });
  if (!prepared.ok) throw new Error(prepared.failure.reason);
  const finish = (signature: Uint8Array): Uint8Array => {
    const finished = finishCertificate(prepared.value, signature);
    if (!finished.ok) throw new Error(finished.failure.reason);
    return finished.value.certificate;
  };
  if (typeof caKey === 'function') return caKey(prepared.value.digest, prepared.value.tbs).then(finish);
  return finish(signDigest(caKey, prepared.value.digest));
}

const rootOf = (organization: string, commonName: string, year: number) =>
  softwareRoot({
    organization,
    commonName,
    chainId: 0,
    years: 0,
    serialPolicy: 'key-hash',
    now: new Date(Date.UTC(year, 0, 1)),
    random: seeded('rfc5280'),
  });
const root2026 = rootOf('Example Organization', 'Example ATECC508A Root CA', 2026);

async function chainOf(profile: ProfileName, changes: Partial<ProfileParameters>, year: number): Promise<Chain> {
  const parameters = { ...profileDefaults(profile), ...changes };
  const pair = profileDefinitions(profile, parameters);
  if (!pair.ok) throw new Error(pair.failure);
  const root = rootOf(parameters.organization, parameters.rootCommonName, year);
  const signerKey = newPrivateKey(seeded('signer'));
  const deviceKey = newPrivateKey(seeded('device'));
  const signer = await issue(
    pair.value.signer,
    publicKeyOf(signerKey),
    async (_, tbs) => {
      const signed = await root.signSigner(tbs);
      if (!signed.ok) throw new Error(signed.failure.kind);
      return signed.value;
    },
    root.facts.publicKey,
    year,
  );
  const device = await issue(pair.value.device, publicKeyOf(deviceKey), signerKey, publicKeyOf(signerKey), year);
  const opinionsOn = (role: 'signer' | 'device'): readonly string[] =>
    lintDefinition(pair.value[role], { role, hasSerialGenerator: true }).map(({ rule }) => rule);
  return {
    root: root.facts.certificate,
    signer,
    device,
    opinions: { signer: opinionsOn('signer'), device: opinionsOn('device') },
  };
}

const pem = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

const parse = (der: Uint8Array): Certificate => AsnConvert.parse(der, Certificate);
const keyId = (certificate: Certificate): string =>
  createHash('sha1')
    .update(new Uint8Array(certificate.tbsCertificate.subjectPublicKeyInfo.subjectPublicKey))
    .digest('hex');
const hex = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('hex');

function extension<T>(
  certificate: Certificate,
  oid: string,
  type: new () => T,
): { value: T; critical: boolean } | undefined {
  const found = certificate.tbsCertificate.extensions?.find(({ extnID }) => extnID === oid);
  return found && { value: AsnConvert.parse(found.extnValue.buffer, type), critical: found.critical };
}

/** What holds of every certificate (RFC 5280 4.1, 4.2). */
function judge(
  der: Uint8Array,
  issuer: Certificate,
  ca: { readonly pathLength: number | undefined } | undefined,
  opinions: readonly string[] = [],
): void {
  const certificate = parse(der);
  const { tbsCertificate: tbs } = certificate;
  // DER: what was read, written by somebody else, is the same bytes.
  expect(hex(AsnSerializer.serialize(certificate))).toBe(Buffer.from(der).toString('hex'));
  // 4.1.2.1: extensions, so version 3.
  expect(tbs.version).toBe(2);
  // 4.1.2.2: positive, at most 20 octets.
  const serial = new Uint8Array(tbs.serialNumber);
  expect(serial.length).toBeLessThanOrEqual(20);
  expect((serial[0] ?? 0x80) < 0x80 && serial.some((byte) => byte !== 0)).toBe(true);
  // 4.1.1.2, 4.1.2.3 and RFC 5758 3.2: the same algorithm twice, without parameters.
  for (const { algorithm, parameters } of [certificate.signatureAlgorithm, tbs.signature])
    expect([algorithm, parameters ?? undefined]).toEqual([ECDSA_SHA256, undefined]);
  expect(tbs.subjectPublicKeyInfo.algorithm.algorithm).toBe(EC_PUBLIC_KEY);
  // 4.1.2.4, 6.1: the issuer's subject, byte for byte; never empty.
  expect(hex(AsnSerializer.serialize(tbs.issuer))).toBe(hex(AsnSerializer.serialize(issuer.tbsCertificate.subject)));
  expect(tbs.issuer.length).toBeGreaterThan(0);
  expect(tbs.subject.length).toBeGreaterThan(0);
  // 4.1.2.5: UTCTime through 2049, GeneralizedTime from then on, in order.
  const { notBefore, notAfter } = tbs.validity;
  for (const time of [notBefore, notAfter]) {
    const year = time.getTime().getUTCFullYear();
    const asWanted = time.utcTime === undefined ? year >= 2050 : year < 2050;
    // Layouts that were published with GeneralizedTime stay byte for byte; the linter says so, as of nothing else.
    expect(asWanted || (time === notAfter && opinions.includes('rfc-generalized-time')), `${year}`).toBe(true);
  }
  expect(notBefore.getTime() < notAfter.getTime()).toBe(true);
  // 4.2: no extension twice.
  const oids = (tbs.extensions ?? []).map(({ extnID }) => extnID);
  expect(new Set(oids).size).toBe(oids.length);
  // 4.2.1.1: the issuer's key.
  const authority = extension(certificate, id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier);
  expect(hex(authority?.value.keyIdentifier?.buffer ?? new ArrayBuffer(0))).toBe(keyId(issuer));
  expect(authority?.critical).toBe(false);
  const own = extension(certificate, id_ce_subjectKeyIdentifier, SubjectKeyIdentifier);
  if (own !== undefined) expect([hex(own.value.buffer), own.critical]).toEqual([keyId(certificate), false]);
  const constraints = extension(certificate, id_ce_basicConstraints, BasicConstraints);
  const usage = extension(certificate, id_ce_keyUsage, KeyUsage);
  const bits = usage?.value.toNumber() ?? 0;
  if (ca === undefined) {
    expect(constraints?.value.cA ?? false).toBe(false);
    expect(bits & KeyUsageFlags.keyCertSign).toBe(0);
    return;
  }
  // 4.2.1.2, 4.2.1.3, 4.2.1.9: an authority says so, critically, and names its key.
  expect(own).toBeDefined();
  expect([constraints?.critical, constraints?.value.cA, constraints?.value.pathLenConstraint]).toEqual([
    true,
    true,
    ca.pathLength,
  ]);
  expect(usage?.critical).toBe(true);
  expect(bits & KeyUsageFlags.keyCertSign).not.toBe(0);
}

describe('RFC 5280, by strangers', () => {
  it.each(cases)('%s, %s', async (profile, _, changes, year) => {
    const chain = await chainOf(profile, changes, year);
    const [root, signer] = [parse(chain.root), parse(chain.signer)];
    judge(chain.root, root, { pathLength: undefined });
    judge(chain.signer, root, { pathLength: 0 }, chain.opinions.signer);
    judge(chain.device, signer, undefined, chain.opinions.device);
    for (const name of ['root', 'signer', 'device'] as const) {
      const der = chain[name];
      writeFileSync(join(folder, `${name}.pem`), pem(der));
      const told = execFileSync('openssl', ['asn1parse', '-in', `${name}.pem`], { cwd: folder, encoding: 'utf8' });
      expect(told).not.toMatch(/error|BAD/i);
      const text = execFileSync('openssl', ['x509', '-in', `${name}.pem`, '-noout', '-text'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(text).not.toMatch(/\(Negative\)|Unable to load|<EMPTY>/);
    }
    const verified = execFileSync(
      'openssl',
      [
        'verify',
        '-x509_strict',
        '-attime',
        String(Date.UTC(year, 8, 1) / 1000),
        '-CAfile',
        'root.pem',
        '-untrusted',
        'signer.pem',
        'device.pem',
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(verified.trim()).toBe('device.pem: OK');
    const [nodeRoot, nodeSigner, nodeDevice] = [chain.root, chain.signer, chain.device].map(
      (der) => new X509Certificate(der),
    );
    if (nodeRoot === undefined || nodeSigner === undefined || nodeDevice === undefined) throw new Error('no chain');
    expect(nodeDevice.checkIssued(nodeSigner) && nodeDevice.verify(nodeSigner.publicKey)).toBe(true);
    expect(nodeSigner.checkIssued(nodeRoot) && nodeSigner.verify(nodeRoot.publicKey)).toBe(true);
    expect(nodeRoot.verify(nodeRoot.publicKey)).toBe(true);
    expect([nodeDevice.ca, nodeSigner.ca, nodeRoot.ca]).toEqual([false, true, true]);
  });

  it('the judge sees what is wrong', async () => {
    const chain = await chainOf('tng', {}, 2026);
    const root = parse(chain.root);
    // A signer judged as one that may have further authorities below it, a device under the wrong issuer.
    expect(() => judge(chain.signer, root, { pathLength: undefined })).toThrow();
    expect(() => judge(chain.device, root, undefined)).toThrow();
    expect(() => judge(chain.device, parse(chain.signer), { pathLength: 0 })).toThrow();
  });
});
