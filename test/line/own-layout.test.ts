import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { firstPlan } from '../../src-main/line/plan-inspect.ts';
import { type RunningSimulation, startSimulatedBoard } from '../../src-main/line/simulate.ts';
import { defaultImage } from '../../src-shared/atecc/config/index.ts';
import { toHex } from '../../src-shared/base/bytes.ts';
import type { CertificateTemplate } from '../../src-shared/ipc/certificate-template.ts';
import type { CallInput } from '../../src-shared/ipc/contract.ts';
import { type LineWorld, openWorld } from './world.ts';

/** Signers whose certificates somebody put together in a form: the sample that is shown, the stick that is made, the boards below it. */
let world: LineWorld;
const running: RunningSimulation[] = [];
afterEach(async () => {
  await world.close();
  for (const each of running.splice(0)) await each.close();
});

const clientAuth = '1.3.6.1.5.5.7.3.2';
const template: CertificateTemplate = {
  organizationalUnit: 'Werk Süd',
  deviceName: 'chip-serial',
  deviceSerial: 'key-hash',
  signerSerial: 'stored',
  deviceKeyUsage: ['digitalSignature'],
  deviceExtendedKeyUsage: [clientAuth],
  deviceBasicConstraints: true,
  deviceSubjectKeyId: true,
  deviceAuthorityKeyId: true,
  signerCrlSign: true,
};
const names = {
  name: 'Own Signer',
  organisation: 'Own Works',
  deviceName: 'Pump',
  signerId: 0x00a7,
  chainId: 2,
  signerYears: 31,
  deviceYears: 20,
} as const;
const sampleOf = { ...names, rootName: 'Own Root' } satisfies Partial<CallInput<'signers.sample'>>;

/** Silicon behind a TCP port, as a real kit is for the station. */
async function plugIn(name: string, stick: boolean): Promise<{ address: string; serialNumber: string }> {
  const started = await startSimulatedBoard({
    host: '127.0.0.1',
    port: 0,
    stateFile: join(world.folder, `${name}.json`),
    realTime: false,
    ...(stick ? { stick } : { part: '508' as const, dialect: 'd21' as const }),
  });
  running.push(started);
  return { address: `tcp:127.0.0.1:${started.port}`, serialNumber: started.serialNumbers()[0] ?? '' };
}

/** What strangers read of a certificate: Node its names and purposes, OpenSSL its extensions in order. */
function readByStrangers(pem: string): { readonly node: X509Certificate; readonly extensions: readonly string[] } {
  const text = execFileSync('openssl', ['x509', '-noout', '-text'], { input: pem, encoding: 'utf8' });
  const extensions = [...text.matchAll(/^ {12}X509v3 ([^:]+):/gm)].map(([, name]) => name ?? '');
  return { node: new X509Certificate(pem), extensions };
}

describe('a signer with a layout of its own', () => {
  it('is set up on the screen, is found again after a restart, and certifies boards as its sample showed', async () => {
    world = await openWorld();
    await world.call('station.setUp', { name: 'Bench' });
    const [stick, board] = [await plugIn('stick', true), await plugIn('board', false)];
    const rootPassword = 'a long root password';
    await world.call('signers.createRoot', {
      kind: 'file',
      kit: '',
      commonName: 'Own Root',
      organisation: names.organisation,
      years: 0,
      passwords: [rootPassword],
    });
    const settings = await world.call('settings.get', {});
    await world.call('settings.save', { ...settings, extraKits: [stick.address] });
    await world.eventually(
      async () => (await world.call('kits.list', {})).some(({ path }) => path === stick.address),
      'the stick',
    );
    const [{ id } = { id: '' }] = await world.call('signers.roots', {});
    const made = await world.call('signers.setUp', {
      ...names,
      kit: stick.address,
      root: id,
      rootPasswords: [rootPassword],
      profile: 'own',
      template,
      passwords: [],
    });
    expect(made.serialNumber).toBe(stick.serialNumber);
    const file = (name: string): string => made.files.find((path) => path.endsWith(name)) ?? '';

    // The plan has the certinfo alone: the definitions have to come from what the station kept of them.
    const plan = firstPlan({
      name: 'Pumps',
      certinfo: readFileSync(file('atcaprov_cert_info_2.c'), 'utf8'),
      images: { ATECC508A: toHex(defaultImage('ATECC508A')) },
      note: '',
    });
    const { version } = await world.call('plan.save', { plan });
    await world.call('plan.release', { name: plan.name, version });
    await world.call('plan.activate', { name: plan.name, version });
    const sites = [{ id: 'site-1', label: 'Site 1', connector: board.address, enabled: true }];
    await world.call('settings.save', { ...(await world.call('settings.get', {})), sites });

    await world.reopen();
    const signer = async () =>
      (await world.call('snapshot', {})).state.signers.find(({ serialNumber }) => serialNumber === stick.serialNumber);
    await world.eventually(async () => (await signer())?.state === 'READY', 'the signer');
    await world.until('site-1', 'seen');
    await world.call('line.start', { site: 'site-1', action: 'provision' });
    expect((await world.until('site-1', 'verdict')).verdict).toMatchObject({ kind: 'PASS' });

    const unit = await world.call('records.unit', { serialNumber: board.serialNumber });
    const [issued] = unit.certificates;
    if (issued === undefined) throw new Error('no certificate');
    expect(issued.chain.verified).toBe(true);
    const device = readByStrangers(issued.device.pem);
    expect(device.node.subject).toBe(`O=Own Works\nOU=Werk Süd\nCN=${board.serialNumber} Pump`);
    expect(device.node.issuer).toBe('O=Own Works\nOU=Werk Süd\nCN=Own Signer 00A7');
    expect(device.node.keyUsage).toEqual([clientAuth]);
    const sample = await world.call('signers.sample', { ...sampleOf, profile: 'own', template });
    expect(sample.device?.issuer).toBe(issued.device.issuer);
    expect(readByStrangers(sample.device?.pem ?? '').extensions).toEqual(device.extensions);
    expect(readByStrangers(sample.signer?.pem ?? '').extensions).toEqual(readByStrangers(issued.signer.pem).extensions);

    const pems = {
      root: readFileSync(file('root_certificate.pem')),
      signer: issued.signer.pem,
      device: issued.device.pem,
    };
    for (const [name, pem] of Object.entries(pems)) writeFileSync(join(world.folder, `${name}.pem`), pem);
    const verified = execFileSync(
      'openssl',
      [
        'verify',
        '-x509_strict',
        '-purpose',
        'sslclient',
        '-CAfile',
        'root.pem',
        '-untrusted',
        'signer.pem',
        'device.pem',
      ],
      { cwd: world.folder, encoding: 'utf8' },
    );
    expect(verified).toBe('device.pem: OK\n');
  });

  it('is refused before anything is made without its template, with another’s, and with a template that does not fit', async () => {
    world = await openWorld();
    await world.call('station.setUp', { name: 'Bench' });
    const passwords = ['a long root password'];
    const root = { kind: 'file', kit: '', commonName: 'Own Root', organisation: 'Own Works', years: 0 } as const;
    await world.call('signers.createRoot', { ...root, passwords });
    const [{ id } = { id: '' }] = await world.call('signers.roots', {});
    // The root is not even opened for it.
    const wish = { ...names, kit: 'tcp:127.0.0.1:1', root: id, rootPasswords: ['not that one'], passwords: [] };
    const wrong = { ...template, deviceExtendedKeyUsage: ['1.3.6.1.5.5.7.3.x'] };
    for (const [asked, reason] of [
      [{ profile: 'own', template: null }, 'layout-wants-template'],
      [{ profile: 'tng', template }, 'layout-without-template'],
      [{ profile: 'own', template: wrong }, 'layout-purpose'],
    ] as const) {
      const refused = await world.refused('signers.setUp', { ...wish, ...asked });
      expect(refused).toMatchObject({ code: 'OPTION_INVALID', details: { kind: 'parameters', reason } });
    }
    expect((await world.refused('signers.sample', { ...sampleOf, profile: 'own' })).code).toBe('OPTION_INVALID');
  });
});

describe('the sample of a form', () => {
  it('tells in the reader’s language what does not fit, and what the linter thinks', async () => {
    world = await openWorld();
    const ask = (change: Partial<CallInput<'signers.sample'>>) =>
      world.call('signers.sample', { ...sampleOf, profile: 'own', template, ...change });
    const long = { deviceName: 'x'.repeat(46) };
    expect((await ask(long)).fault).toContain('has at most 45 characters, not 46.');
    expect(await ask({ ...long, language: 'de' })).toMatchObject({
      fault: expect.stringMatching(/^Nach der Seriennummer .* höchstens 45 Zeichen, nicht 46\.$/),
      signer: null,
      device: null,
    });
    expect((await ask({ profile: 'zero-touch', template: null, name: '' })).fault).toBe(
      'The name of the signer has 1 to 48 bytes of UTF-8, not 0.',
    );
    const bare = { ...template, deviceSubjectKeyId: false, deviceKeyUsage: ['keyAgreement' as const] };
    const [english, german] = [await ask({ template: bare }), await ask({ template: bare, language: 'de' })];
    const told = english.findings.map(({ about, severity }) => `${about} ${severity}`);
    expect(told).toEqual(['device warning', 'signer note', 'device note', 'device note']);
    expect(german.findings.map(({ about, severity }) => `${about} ${severity}`)).toEqual(told);
    expect(german.findings.map(({ text }) => text)).toContain('Die eigene Schlüsselkennung fehlt.');
    for (const [i, { text }] of german.findings.entries()) expect(text).not.toBe(english.findings[i]?.text);
    // Every layout has its sample, not only one's own.
    for (const profile of ['2015', 'zero-touch', 'tng'] as const) {
      const { fault, signer, device } = await ask({ profile, template: null });
      expect([fault, signer?.subject]).toEqual(['', 'O=Own Works, CN=Own Signer 00A7']);
      expect(device?.issuer).toBe(signer?.subject);
    }
  });
});
