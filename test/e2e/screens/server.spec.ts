import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { defaultImage } from '../../../src-shared/atecc/config/index.ts';
import { planSchema } from '../../../src-shared/model/plan.ts';
import { type Running, start } from '../../headless/processes.ts';
import { password, Workplace } from '../../headless/workplace.ts';
import { lookOver } from './look.ts';
import { expect, go, Signet, test } from './signet.ts';

/** The signing server inside the application, and the application at a server elsewhere; other stations are real processes. */
let place: Workplace;
const programs: Signet[] = [];

test.describe.configure({ mode: 'serial', timeout: 240_000 });

test.beforeAll(() => {
  place = new Workplace();
});
test.afterAll(async () => {
  for (const signet of programs) await signet.end();
  for (const { folder } of programs) rmSync(folder, { recursive: true, force: true });
  await place.close();
});

async function started(folder?: string): Promise<Signet> {
  const signet = await Signet.start(folder === undefined ? {} : { folder });
  programs.push(signet);
  return signet;
}

async function openServerSettings(page: Page): Promise<void> {
  await go(page, 'Settings');
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Signing server' }).click();
}

const save = (page: Page): Promise<void> => page.locator('.page-head').getByRole('button', { name: 'Save' }).click();

test('the embedded server serves a headless station by its key, and its own runs in memory', async ({ page }) => {
  const signet = await started();
  const desk = await signet.desk();
  await desk.call('simulation.start', { sites: 1, part: '508', realTime: false, signer: 'open' });
  await page.goto(signet.address);
  await expect(page.getByRole('banner')).toContainText('Own, this computer only');
  await openServerSettings(page);
  await lookOver(page, 'server-off');

  // Beyond this computer it opens only to addresses that are allowed and stations that have a key.
  await page.getByLabel('Let other stations use this server').check();
  await page.getByLabel('Address', { exact: true }).fill('0.0.0.0');
  await page.getByLabel('Port', { exact: true }).fill('0');
  await save(page);
  await expect(page.getByRole('banner')).toContainText('Own, this computer only');
  await go(page, 'Activity');
  await expect(page.locator('.activity-error').first()).toBeVisible();
  await openServerSettings(page);
  await page.getByLabel('Address or network').fill('192.168.7.0/24');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByLabel('Name of the station').fill('Line B');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const shown = page.getByRole('dialog', { name: 'Key of Line B' });
  const key = (await shown.locator('.key-shown').textContent()) ?? '';
  expect(key).toMatch(/^[0-9A-F]{64}$/);
  await lookOver(page, 'server-key');
  await shown.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.locator('body')).not.toContainText(key);
  await save(page);
  await expect(page.getByRole('banner')).toContainText(/Own, open at 0\.0\.0\.0:\d+/);
  await page.getByLabel('Address', { exact: true }).fill('127.0.0.1');
  await save(page);
  await expect(page.getByRole('banner')).toContainText(/Own, open at 127\.0\.0\.1:\d+/);
  const { server } = (await desk.state()).station;
  const port = Number(server.address.split(':').at(-1));
  const keyFile = place.at('line-b.key');
  writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });

  const board = await place.board('second', ['--part', '508']);
  const station = place.keep(
    start([
      'provision',
      '--certinfo',
      join(signet.folder, 'simulation', 'signer-open', 'atcaprov_cert_info_0.c'),
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--board',
      board.path,
      '--station',
      'Line B',
      '--station-key',
      keyFile,
      '--runs',
      place.at('runs'),
      '--yes',
      '--count',
      '2',
    ]),
  );
  await station.said(/successful/i);
  // It waits for its second board: the connection stands.
  await expect(page.getByRole('button', { name: 'Look again' })).toBeVisible();
  await page.getByRole('button', { name: 'Look again' }).click();
  const row = page.getByRole('row', { name: /Line B/ });
  await expect(row).toContainText('with key');
  expect(Number(await row.getByRole('cell').last().textContent())).toBeGreaterThan(0);
  await lookOver(page, 'server-on');
  const own = await desk.provision('new');
  expect(own.verdict?.kind).toBe('PASS');
  board.process.kill('SIGUSR2');
  expect((await station.ended()).code).toBe(0);

  await go(page, 'Records');
  const { rows } = await desk.call('records.log', { filter: {}, before: null, limit: 50, descending: false });
  const signed = rows.filter((entry) => entry['result'] === 'SIGNED');
  expect(
    signed.map((entry) => [entry['station'], entry['station_auth'], entry['client_addr']?.replace(/:\d+$/, '')]),
  ).toEqual([
    ['Line B', 'authenticated', '127.0.0.1'],
    ['Simulated', expect.any(String), 'local'],
    ['Line B', 'authenticated', '127.0.0.1'],
  ]);
  await page.getByRole('search').getByLabel('Station').fill('Line B');
  await expect(page.locator('.card > footer b').first()).toHaveText('2 rows');
  // QA sees the other station's run with its stages: it sent its report.
  await page.locator('.big-body [role="row"]').first().click();
  const unit = page.getByRole('region', { name: 'Unit' });
  await expect(unit.locator('.run-list')).toContainText('Line B');
  await expect(unit.locator('.waterfall li.is-done')).toHaveCount(9);
  await lookOver(page, 'server-other-stations-unit');

  await openServerSettings(page);
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.getByText('withdrawn')).toBeVisible();
  await page.getByLabel('Let other stations use this server').uncheck();
  await save(page);
  await expect(page.getByRole('banner')).toContainText('Own, this computer only');
  expect((await desk.provision('new')).verdict?.kind).toBe('PASS');
});

test('a port that is taken is said, and own runs go on', async ({ page }) => {
  const [other] = programs;
  if (other === undefined) throw new Error('no program');
  const desk = await other.desk();
  const server = await place.server([], { data: 'taken' });
  await page.goto(other.address);
  await openServerSettings(page);
  await page.getByLabel('Let other stations use this server').check();
  await page.getByLabel('Port', { exact: true }).fill(String(server.port));
  await save(page);
  await page.getByRole('button', { name: 'Health' }).click();
  await expect(page.getByText('Another program already listens on this port.')).toBeVisible();
  await lookOver(page, 'server-port-taken');
  expect((await desk.provision('new')).verdict?.kind).toBe('PASS');
  await server.process.stop();
});

test('a station at a remote server keeps its reports until that server has them, and QA there sees its runs', async ({
  page,
}) => {
  await place.createSigner('remote');
  const stick = await place.signer('remote');
  const data = place.at('server');
  const added = await start([
    'station',
    'add',
    '--data-dir',
    data,
    '--key-file',
    place.at('line-c.key'),
    'Line C',
  ]).ended();
  expect(added.code, added.err).toBe(0);
  const serve = async (port: number): Promise<{ readonly running: Running; readonly port: number }> => {
    const args = ['serve', '--listen', `127.0.0.1:${port}`, '--data-dir', data, '--signer', stick.path, '--local-keys'];
    const running = place.keep(start([...args, '--password-fd', '0'], { input: `${password}\n` }));
    const at = Number((await running.said(/listening on [\d.]+:(\d+)\./))[1]);
    await running.said(/password accepted, ready\./);
    return { running, port: at };
  };
  const first = await serve(0);
  const { port } = first;
  let server = first.running;

  // Real time: there is a while between the certificate and the verdict.
  const board = await place.board('third', ['--part', '508', '--real-time']);
  const signet = await started();
  const desk = await signet.desk();
  await desk.call('station.setUp', { name: 'Line C' });
  const read = (name: string): string => readFileSync(place.at('remote-files', name), 'utf8');
  const image = Buffer.from(defaultImage('ATECC508A')).toString('hex').toUpperCase();
  const plan = planSchema.parse({
    format: 1,
    name: 'Gateway C',
    version: 1,
    note: '',
    options: { firstArticle: false },
    entries: [
      {
        label: 'chip',
        images: { ATECC508A: image },
        certinfo: read('atcaprov_cert_info_0.c'),
        deviceDefinition: read('cert_def_2_device.c'),
        signerDefinition: read('cert_def_1_signer.c'),
      },
    ],
  });
  await desk.call('plan.save', { plan });
  await desk.call('plan.release', { name: plan.name, version: 1 });
  await desk.call('plan.activate', { name: plan.name, version: 1 });

  await page.goto(signet.address);
  await openServerSettings(page);
  await page.getByText('A server elsewhere').click();
  await page.getByLabel('Host', { exact: true }).fill('127.0.0.1');
  await page.getByLabel('Port', { exact: true }).fill(String(port));
  await page.getByLabel('Key of this station').fill(readFileSync(place.at('line-c.key'), 'utf8').trim());
  await page.locator('.inline-form').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The key is kept.')).toBeVisible();
  await expect(page.getByLabel('Key of this station')).toHaveValue('');
  await lookOver(page, 'server-remote');
  await save(page);
  await expect(page.getByRole('banner')).toContainText(`Remote, 127.0.0.1:${port}`);

  // A kit on the network is named, then bound to a site.
  await page.getByRole('button', { name: 'Sites and kits' }).click();
  await page.getByLabel('Address of the kit').fill(board.path);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await save(page);
  await expect(async () => {
    await page.getByRole('button', { name: 'Look again' }).click();
    await expect(page.getByRole('button', { name: 'Bind as site' })).toBeVisible({ timeout: 1000 });
  }).toPass();
  await lookOver(page, 'settings-kits');
  await page.getByRole('button', { name: 'Bind as site' }).click();
  await save(page);
  await expect(page.getByText('The settings are saved.').first()).toBeVisible();
  await lookOver(page, 'settings-sites');

  await go(page, 'Line');
  await page.getByRole('button', { name: 'Provision', exact: true }).click();
  await desk.untilStage('site-1', 6);
  server.kill('SIGKILL');
  await server.ended();
  await expect(page.getByText('PASS', { exact: true })).toBeVisible();
  const serial = (await desk.site()).chips[0]?.serialNumber ?? '';
  await expect(page.getByText('SERVER UNREACHABLE')).toBeVisible();
  await lookOver(page, 'server-unreachable', 'line');
  await go(page, 'Settings');
  await page.getByRole('button', { name: 'Health' }).click();
  await expect(page.getByText('The server does not have all run reports yet')).toBeVisible();
  await lookOver(page, 'server-reports-wait');

  ({ running: server } = await serve(port));
  await expect(page.getByText('SERVER UNREACHABLE')).toBeHidden();
  await expect(page.getByText('The server does not have all run reports yet')).toBeHidden();
  await server.stop();

  const qa = await started(data);
  await page.goto(qa.address);
  await go(page, 'Records');
  await page.locator('.big-body [role="row"]', { hasText: serial }).first().click();
  const unit = page.getByRole('region', { name: 'Unit' });
  await expect(unit.locator('.run-list')).toContainText('Line C');
  await expect(unit.locator('.run-list')).toContainText('PASS');
  await expect(unit.getByText('chain verified now')).toBeVisible();
});
