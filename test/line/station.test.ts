import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Line } from '../../src-main/line/line.ts';
import { startServing } from '../../src-main/line/serve.ts';
import { openSettings } from '../../src-main/line/settings-file.ts';
import { startSimulatedBoard } from '../../src-main/line/simulate.ts';
import { createSimulatedSigner } from '../../src-main/line/simulate-signer.ts';
import { openStore } from '../../src-main/records/store.ts';
import { toHex, utf8 } from '../../src-shared/base/bytes.ts';
import { type LineWorld, openWorld, simulatedWorld } from './world.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function opened(world: Promise<LineWorld>): Promise<LineWorld> {
  const it = await world;
  closers.push(() => it.close());
  return it;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'signet-station-'));
  closers.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

describe('settings', () => {
  const now = (): Date => new Date('2026-11-22T12:34:56.000Z');

  it('that are no JSON are moved aside, and the station says so and works', async () => {
    const world = await opened(openWorld());
    await world.call('station.setUp', { name: 'ST-07' });
    await world.line.close();
    writeFileSync(join(world.folder, 'settings.json'), '{"station": "ST-07", "lang');
    await world.reopen();
    const { health, station } = (await world.call('snapshot', {})).state;
    const item = health.find(({ id }) => id === 'settings-file');
    expect(item).toMatchObject({
      level: 'warning',
      facts: { file: expect.stringContaining('settings.json.damaged-') },
    });
    expect(readdirSync(world.folder)).toContain(item?.facts['file']);
    expect(station.mode).toBe('real');
    const lines = await world.call('activity.recent', {});
    expect(lines.some(({ text }) => text.includes('settings file was damaged'))).toBe(true);
  });

  it('lose only the members that are wrong', () => {
    const path = folder();
    writeFileSync(
      join(path, 'settings.json'),
      JSON.stringify({ station: 'ST-07', language: 'de', textScale: 999, sites: 'no' }),
    );
    const { value, damaged } = openSettings(path, { now });
    expect(value).toMatchObject({ station: 'ST-07', language: 'de', textScale: 100, sites: [] });
    expect(damaged).toBe('settings.json.damaged-20261122T123456Z');
  });

  it('that cannot be are refused with a reason', async () => {
    const world = await opened(simulatedWorld({ sites: 2 }));
    const settings = await world.call('settings.get', {});
    const [site] = settings.sites;
    if (site === undefined) throw new Error('no site');
    const twice = { ...settings, sites: [site, { ...site, id: 'other' }] };
    expect((await world.refused('settings.save', twice)).message).toContain('bound to the connector');
    const nowhere = { ...settings, server: { ...settings.server, mode: 'remote' as const, remoteHost: '' } };
    expect((await world.refused('settings.save', nowhere)).code).toBe('OPTION_INVALID');
    const tooBig = { ...settings, textScale: 500 };
    expect(await world.refused('settings.save', tooBig)).toMatchObject({ details: { path: 'textScale' } });
  });

  it('switch sites off and rename them; tiles keep their numbers', async () => {
    const world = await opened(simulatedWorld({ sites: 3 }));
    const settings = await world.call('settings.get', {});
    await world.call('settings.save', {
      ...settings,
      sites: settings.sites.map((site, i) => ({ ...site, enabled: i !== 1, label: i === 2 ? 'Rechts' : site.label })),
    });
    const { sites } = (await world.call('snapshot', {})).state;
    expect(sites.map(({ number, state, label }) => [number, state, label])).toEqual([
      [1, 'empty', 'Site 1'],
      [2, 'off', 'Site 2'],
      [3, 'empty', 'Rechts'],
    ]);
  });
});

describe('a data folder', () => {
  it('that another program has is not touched', async () => {
    const world = await opened(openWorld());
    await expect(Line.open({ folder: world.folder })).rejects.toMatchObject({ code: 'DATA_DIR_IN_USE' });
  });

  it('of a newer program is left alone', async () => {
    const path = folder();
    const store = openStore(join(path, 'signet.db'));
    await store.write((database) => database.exec('PRAGMA user_version = 4711'));
    store.close();
    await expect(Line.open({ folder: path })).rejects.toMatchObject({ code: 'STORE_VERSION' });
  });

  it('that is damaged is said to be', async () => {
    const path = folder();
    writeFileSync(join(path, 'signet.db'), 'this is no data base, whatever its name says'.repeat(100));
    await expect(Line.open({ folder: path })).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });
});

describe('the embedded server', () => {
  it('is switched on and off, and says when its port is taken', async () => {
    const world = await opened(simulatedWorld({ sites: 1 }));
    const settings = await world.call('settings.get', {});
    await world.call('settings.save', { ...settings, server: { ...settings.server, listen: true, port: 0 } });
    const on = (await world.call('snapshot', {})).state.station.server;
    expect(on).toMatchObject({ mode: 'own', status: 'listening' });
    expect(world.line.serving).toBe(true);
    const port = Number(on.address.split(':').at(-1));
    const other = await opened(simulatedWorld({ sites: 1 }));
    const theirs = await other.call('settings.get', {});
    await other.call('settings.save', { ...theirs, server: { ...theirs.server, listen: true, port } });
    const { station, health } = (await other.call('snapshot', {})).state;
    expect(station.server.status).toBe('off');
    expect(health.find(({ id }) => id === 'server-port')).toMatchObject({
      level: 'error',
      facts: { code: 'PORT_IN_USE' },
    });
    // Its own runs do not need the port.
    expect((await other.provision('new')).verdict?.kind).toBe('PASS');
    await world.call('settings.save', settings);
    expect((await world.call('snapshot', {})).state.station.server.status).toBe('off');
  });

  it('opens to the network only with addresses and a key', async () => {
    const world = await opened(simulatedWorld({ sites: 1 }));
    const settings = await world.call('settings.get', {});
    const server = { ...settings.server, listen: true, port: 0, address: '0.0.0.0', allow: ['10.0.0.0/8'] };
    await world.call('settings.save', { ...settings, server });
    const status = async () => (await world.call('snapshot', {})).state.station.server.status;
    expect(await status()).toBe('off');
    const { key } = await world.call('server.addStation', { name: 'Linie 3' });
    expect(key).toMatch(/^[0-9A-F]{64}$/);
    expect(await status()).toBe('listening');
    expect(await world.call('server.stations', {})).toEqual([
      { name: 'Linie 3', createdAt: expect.any(String), withdrawn: false },
    ]);
    await world.call('server.withdrawStation', { name: 'Linie 3' });
    expect((await world.call('server.stations', {}))[0]?.withdrawn).toBe(true);
  });
});

describe('a remote server', () => {
  it('signs, gets every run report, also those of the time when it could not be reached', async () => {
    const path = folder();
    await createSimulatedSigner({
      stateFile: join(path, 'signer.json'),
      folder: join(path, 'files'),
      name: 'Remote Signer',
      organisation: 'Remote',
      chainId: 0,
      password: undefined,
      step: () => undefined,
    });
    const stick = await startSimulatedBoard({
      host: '127.0.0.1',
      port: 0,
      stateFile: join(path, 'signer.json'),
      part: '508',
      dialect: 'legacy',
      realTime: false,
      stick: true,
    });
    closers.push(() => stick.close());
    const serving = (port: number) =>
      startServing({
        host: '127.0.0.1',
        port,
        allow: [],
        insecure: false,
        signers: [`tcp:127.0.0.1:${stick.port}`],
        dataFolder: join(path, 'server'),
        roots: [join(path, 'files', 'root_certificate.pem')],
      });
    let server = await serving(0);
    const { port } = server;
    closers.push(() => server.stop());

    const world = await opened(simulatedWorld({ sites: 1 }));
    const settings = await world.call('settings.get', {});
    await world.call('settings.save', {
      ...settings,
      station: 'Linie 9',
      server: { ...settings.server, mode: 'remote', remoteHost: '127.0.0.1', remotePort: port },
    });
    const plan = await world.call('plan.get', { name: 'Simulated product 508', version: 1 });
    const { readFileSync } = await import('node:fs');
    const certinfo = readFileSync(join(path, 'files', 'atcaprov_cert_info_0.c'), 'utf8');
    const { version } = await world.call('plan.save', {
      plan: {
        ...plan,
        entries: plan.entries.map((entry) => ({ ...entry, certinfo, deviceDefinition: '', signerDefinition: '' })),
      },
    });
    await world.call('plan.release', { name: plan.name, version });
    await world.call('plan.activate', { name: plan.name, version });
    const passed = await world.provision('new');
    expect(passed.verdict?.kind).toBe('PASS');
    await world.eventually(() => server.records.runs.byId(passed.verdict?.runId ?? '') !== undefined, 'the report');
    expect(server.records.runs.byId(passed.verdict?.runId ?? '')?.station).toBe('Linie 9');

    await world.insert('interrupted');
    await world.until('site-1', 'decision');
    await server.stop();
    await world.eventually(
      async () => (await world.call('snapshot', {})).state.station.server.status === 'unreachable',
    );
    const down = (await world.call('snapshot', {})).state;
    expect(down.station.bands.map(({ kind }) => kind)).toContain('server-unreachable');
    expect(down.sites[0]?.choices[0]).toMatchObject({ action: 'resume', blocked: 'server-unreachable' });

    server = await serving(port);
    await world.eventually(async () => (await world.call('snapshot', {})).state.station.server.status === 'connected');
    await world.call('line.start', { site: 'site-1', action: 'resume' });
    const resumed = await world.until('site-1', 'verdict');
    expect(resumed.verdict?.kind).toBe('PASS');
    await world.eventually(
      () => server.records.runs.byId(resumed.verdict?.runId ?? '') !== undefined,
      'the second report',
    );
    await world.eventually(
      async () => (await world.call('health.list', {})).find(({ id }) => id === 'run-reports')?.level === 'ok',
    );
  });
});

describe('files that people drop', () => {
  it('are read, judged and summed up, or refused with the place of what is wrong', async () => {
    const world = await opened(simulatedWorld({ sites: 1 }));
    const plan = await world.call('plan.get', { name: 'Simulated product 508', version: 1 });
    const [entry] = plan.entries;
    const drop = (kind: 'certinfo' | 'definition' | 'config' | 'certificate', content: string) => ({
      kind,
      name: 'dropped',
      content,
    });
    const info = await world.call('plan.importFile', drop('certinfo', entry?.certinfo ?? ''));
    expect(info.summary.find(({ label }) => label === 'name')?.value).toBe('Simulated Signer');
    const definition = await world.call('plan.importFile', drop('definition', entry?.deviceDefinition ?? ''));
    expect(definition.summary[0]?.value).toBe('g_cert_def_2_device');
    const config = await world.call(
      'plan.importFile',
      drop('config', (entry?.images.ATECC508A ?? '').replace(/(..)/g, '0x$1, ').replace(/, $/, '')),
    );
    expect(config.text).toBe(entry?.images.ATECC508A);
    const [signer] = (await world.call('snapshot', {})).state.signers;
    const [view] = await world.call('signers.certificate', { serialNumber: signer?.serialNumber ?? '' });
    const certificate = await world.call('plan.importFile', drop('certificate', view?.pem ?? ''));
    expect(certificate.text).toBe(view?.pem);
    const bad = await world.refused('plan.importFile', drop('config', 'C0 00 GG'));
    expect(bad).toMatchObject({ code: 'FILE_INVALID', details: { line: 1, column: 7 } });
    expect((await world.refused('plan.importFile', drop('certificate', 'no certificate at all'))).code).toBe(
      'FILE_INVALID',
    );
  });

  it('a root certificate is read as PEM and as DER, with the fingerprints that people compare; others are refused', async () => {
    const world = await opened(simulatedWorld({ sites: 1 }));
    const read = async (bytes: Uint8Array) => world.call('settings.readRoot', { content: toHex(bytes) });
    const [signer] = (await world.call('snapshot', {})).state.signers;
    const chain = await world.call('signers.certificate', { serialNumber: signer?.serialNumber ?? '' });
    const [below, root] = chain.map(({ pem }) => new X509Certificate(pem));
    if (below === undefined || root === undefined) throw new Error('no chain');
    const { trustedRoots } = await world.call('settings.get', {});
    const asDer = await read(root.raw);
    expect(asDer.fault).toBeNull();
    expect(asDer.root).toMatchObject({
      publicKey: trustedRoots[0]?.publicKey,
      fingerprint: root.fingerprint256.replaceAll(':', ''),
    });
    expect(root.subject).toContain(`CN=${asDer.root?.name}`);
    // As PEM, and found in a file with its whole chain.
    expect(await read(utf8(root.toString()))).toEqual(asDer);
    expect(await read(utf8(below.toString() + root.toString()))).toEqual(asDer);
    const fault = async (bytes: Uint8Array) => (await read(bytes)).fault;
    expect(await fault(below.raw)).toBe('not-root');
    expect(await fault(utf8(root.toString().repeat(2)))).toBe('several');
    expect(await fault(utf8('no certificate'))).toBe('no-certificate');
    expect(await fault(root.raw.subarray(0, -1))).toBe('no-certificate');
    expect(await fault(new Uint8Array(0))).toBe('no-certificate');
    const damaged = Uint8Array.from(root.raw);
    damaged[damaged.length - 1] = (damaged[damaged.length - 1] ?? 0) ^ 1;
    expect(await fault(damaged)).toBe('signature');
    expect((await world.refused('settings.readRoot', { content: '00'.repeat(65_537) })).code).toBe('TOO_LARGE');
    // Reading is not trusting.
    expect((await world.call('settings.get', {})).trustedRoots).toEqual(trustedRoots);
  });

  it('of ten megabytes are refused at once, and nothing else is disturbed', async () => {
    const world = await opened(simulatedWorld({ sites: 1 }));
    const begun = performance.now();
    const refused = await world.refused('plan.importFile', {
      kind: 'certificate',
      name: 'huge.pem',
      content: 'A'.repeat(10 << 20),
    });
    expect(refused.code).toBe('TOO_LARGE');
    expect(refused.details).toEqual({ path: 'content', rule: 'too_big' });
    const big = await world.refused('plan.importFile', {
      kind: 'certificate',
      name: 'big.pem',
      content: 'A'.repeat(1 << 20),
    });
    expect(big.code).toBe('TOO_LARGE');
    expect(performance.now() - begun).toBeLessThan(20_000);
    expect((await world.provision('new')).verdict?.kind).toBe('PASS');
  });
});
