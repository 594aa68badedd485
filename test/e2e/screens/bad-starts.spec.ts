import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TestClock } from './clock.ts';
import type { Desk } from './desk.ts';
import { button, card, verdict } from './hands.ts';
import { lookOver } from './look.ts';
import { expect, go, simulatedLine, test } from './signet.ts';

async function freePort(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function serverSettings(
  desk: Desk,
  changes: { mode?: 'own' | 'remote'; listen?: boolean; port?: number; remoteHost?: string; remotePort?: number },
): Promise<void> {
  const settings = await desk.call('settings.get', {});
  await desk.call('settings.save', { ...settings, server: { ...settings.server, ...changes } });
}

test('a second start shows where the first one is, and the first one goes on', async ({
  start,
  startWithBrowser,
  page,
}) => {
  const first = await start();
  const desk = await simulatedLine(first, page);
  const second = startWithBrowser({ folder: first.folder });
  const shown = await page.context().newPage();
  await shown.goto(await second.browserPage());
  await expect(shown.getByRole('heading', { name: 'Signet is already running on this computer' })).toBeVisible();
  await expect(shown.getByText('Use the window that is open already.')).toBeVisible();
  await lookOver(shown, 'start-second', 'line');
  expect((await desk.provision()).verdict?.kind).toBe('PASS');
});

test('a data folder that cannot be written is named at the start', async ({ startWithBrowser, page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-read-only-'));
  chmodSync(folder, 0o555);
  const signet = startWithBrowser({ folder, asNobody: true });
  await page.goto(await signet.browserPage());
  await expect(page.getByRole('heading', { name: 'Signet could not start' })).toBeVisible();
  await expect(page.getByText('The data folder cannot be written.')).toBeVisible();
  await expect(page.getByText(folder)).toBeVisible();
  await lookOver(page, 'start-read-only', 'line');
});

test('records of a newer version are left as they are, and the start says so', async ({
  start,
  startWithBrowser,
  page,
}) => {
  const signet = await start();
  expect(await signet.end()).toBe(0);
  const store = new DatabaseSync(join(signet.folder, 'signet.db'));
  store.exec('PRAGMA user_version = 999');
  store.close();
  const newer = startWithBrowser({ folder: signet.folder });
  await page.goto(await newer.browserPage());
  await expect(page.getByRole('heading', { name: 'Signet could not start' })).toBeVisible();
  const sentence = page.getByText('The records were written by a newer version; update this program.');
  await expect(sentence).toBeVisible();
  await page.reload();
  await expect(sentence).toBeVisible();
  const kept = new DatabaseSync(join(signet.folder, 'signet.db'), { readOnly: true });
  expect(kept.prepare('PRAGMA user_version').get()).toEqual({ user_version: 999 });
  kept.close();
});

test('of a damaged settings file what is good is kept, the rest is put aside and said', async ({ start, page }) => {
  const signet = await start();
  const desk = await signet.desk();
  await desk.call('station.setUp', { name: 'Line 9' });
  expect(await signet.end()).toBe(0);
  writeFileSync(
    join(signet.folder, 'settings.json'),
    JSON.stringify({ station: 'Line 9', textScale: 'huge', sites: 7 }),
  );
  const again = await start({ folder: signet.folder });
  await page.goto(again.address);
  await expect(page.getByRole('banner')).toContainText('Line 9');
  await go(page, 'Settings');
  await page
    .getByRole('button', { name: 'Health' })
    .or(page.getByRole('tab', { name: 'Health' }))
    .click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Settings file' })).toContainText('settings.json.damaged-');
  await lookOver(page, 'settings-damaged');
  expect(readdirSync(signet.folder).filter((name) => name.startsWith('settings.json.damaged-'))).toHaveLength(1);
});

test('a server port that another program has is said, and the line goes on', async ({ start, page }) => {
  const signet = await start();
  const desk = await simulatedLine(signet, page);
  const taken = await freePort();
  await serverSettings(desk, { listen: true, port: taken.port });
  await go(page, 'Settings');
  await page
    .getByRole('button', { name: 'Health' })
    .or(page.getByRole('tab', { name: 'Health' }))
    .click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Server port' })).toContainText(String(taken.port));
  await lookOver(page, 'settings-port-taken');
  await go(page, 'Line');
  await desk.insert();
  await button(page, 'Provision').click();
  await expect(verdict(page, 'PASS')).toBeVisible();
  await taken.close();
});

test('a remote server that does not answer stops the line, and when it is back the line goes on', async ({
  start,
  page,
}) => {
  const office = await start();
  const officeDesk = await office.desk();
  await officeDesk.call('simulation.start', { sites: 1, part: '608', realTime: false, signer: 'open' });
  const signet = await start();
  // Both know the same signer, so that the plan of the one fits the stick of the other.
  cpSync(join(office.folder, 'simulation'), join(signet.folder, 'simulation'), {
    recursive: true,
    filter: (source) => !source.includes(join('simulation', 'data')),
  });
  const desk = await simulatedLine(signet, page);
  const place = await freePort();
  await place.close();
  await serverSettings(desk, { mode: 'remote', remoteHost: '127.0.0.1', remotePort: place.port });
  await expect(page.getByText('SERVER UNREACHABLE')).toBeVisible();
  await desk.insert();
  await expect(card(page).getByRole('button', { name: 'The signing server is unreachable.' })).toBeDisabled();
  await lookOver(page, 'bad-server-unreachable', 'line');
  await serverSettings(officeDesk, { listen: true, port: place.port });
  await expect(page.getByText('SERVER UNREACHABLE')).toBeHidden();
  await button(page, 'Provision').click();
  await expect(verdict(page, 'PASS')).toBeVisible();
  const serialNumber = (await desk.site()).chips[0]?.serialNumber ?? '';
  const unit = await officeDesk.eventually(async () => {
    const found = await officeDesk.call('records.unit', { serialNumber });
    return found.runs.length > 0 ? found : undefined;
  }, 'the server has the report of the run');
  expect(unit.certificates).toHaveLength(1);
});

test('after a jump of the clock nothing is certified until a supervisor says that it is right', async ({
  start,
  page,
}, info) => {
  const clock = new TestClock(join(info.outputPath(), 'clock'));
  const signet = await start({ environment: clock.environment });
  const desk = await simulatedLine(signet, page);
  expect((await desk.provision()).verdict?.kind).toBe('PASS');
  // Forward, and back to where it was: earlier than the certificate made in between.
  for (const jump of [2 * 3_600_000, 0]) {
    clock.set(jump);
    await expect(page.getByText('CLOCK NOT PLAUSIBLE')).toBeVisible();
    await desk.remove();
    await desk.insert();
    await expect(card(page).getByRole('button', { name: 'The clock is not plausible.' })).toBeDisabled();
    if (jump > 0) await lookOver(page, 'bad-clock', 'line');
    await button(page, 'The clock is right').click();
    await expect(page.getByText('CLOCK NOT PLAUSIBLE')).toBeHidden();
    await button(page, 'Provision').click();
    await expect(verdict(page, 'PASS')).toBeVisible();
  }
});

test('a disk that is full stops the line before a board is touched, and with room the line goes on', async ({
  start,
  page,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-full-'));
  const mounted = mount(folder);
  test.skip(!mounted, 'no file system of a size of its own can be mounted here');
  try {
    const signet = await start({ folder });
    const desk = await simulatedLine(signet, page);
    await desk.insert();
    await expect(button(page, 'Provision')).toBeVisible();
    const ballast = join(folder, 'ballast');
    writeFileSync(ballast, Buffer.alloc(50 << 20));
    await expect(page.getByText('CANNOT RECORD')).toBeVisible();
    await expect(card(page).getByRole('button', { name: 'Records cannot be written.' })).toBeDisabled();
    await lookOver(page, 'bad-disk-full', 'line');
    rmSync(ballast);
    await expect(page.getByText('CANNOT RECORD')).toBeHidden();
    await button(page, 'Provision').click();
    await expect(verdict(page, 'PASS')).toBeVisible();
    await signet.end();
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
});

/** A small file system of its own in memory; only root may. */
function mount(folder: string): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
