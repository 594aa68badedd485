import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, expect, type Page, test } from '@playwright/test';
import { buildElectron } from '../../../src-main/shells/electron/build.ts';
import { electronBinary } from '../../../src-main/shells/start.ts';

/**
 * The same program in Electron, whenever Electron's binary is there (its package's `dist`, or `ELECTRON_OVERRIDE_DIST_PATH`). Playwright
 * needs Electron as downloaded: with the fuses of the packed application it may not look inside.
 */
const top = fileURLToPath(new URL('../../..', import.meta.url));
const binary = electronBinary(process.env, process.platform);
const absent = "Electron's binary is not here: nothing was tried in Electron.";

if (binary === undefined) process.stdout.write(`${absent}\n`);

test.describe('in Electron', () => {
  test.skip(binary === undefined, absent);
  test.describe.configure({ mode: 'serial' });

  let folder = '';
  let signet: ElectronApplication;
  let page: Page;
  const complaints: string[] = [];

  test.beforeAll(async () => {
    await buildElectron(top, () => undefined);
    folder = mkdtempSync(join(tmpdir(), 'signet-electron-'));
    signet = await _electron.launch({ executablePath: binary ?? '', args: launchArguments(folder) });
    page = await signet.firstWindow();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  test.afterAll(async () => {
    await signet.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  });

  test('a newcomer has a simulated board provisioned, by clicks alone', async () => {
    await page
      .getByRole('button', { name: /^(Try with a simulated line|Mit simulierter Linie ausprobieren)$/ })
      .click();
    await page.getByRole('button', { name: /^(Connect board|Board anschließen)$/ }).click();
    await page.getByRole('button', { name: /^(Provision|Provisionieren)/ }).click();
    await expect(page.getByText('PASS', { exact: true })).toBeVisible({ timeout: 60_000 });
    expect(complaints).toEqual([]);
  });

  test('its page stands on our scheme and has nothing of Node', async () => {
    expect(page.url()).toMatch(/^app:\/\/signet\//);
    const found = await page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
    );
    expect(found).toEqual([]);
    const preferences = await signet.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      // What Electron itself holds, not what it was asked for.
      const contents = window?.webContents;
      return contents !== undefined && 'getLastWebPreferences' in contents
        ? (contents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences()
        : undefined;
    });
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
    });
  });

  test('it opens, embeds and loads nothing from elsewhere', async () => {
    const refused = await page.evaluate(async () => {
      const opened = window.open('https://example.com/');
      const fetched = await fetch('https://example.com/').then(
        () => 'fetched',
        () => 'refused',
      );
      location.href = 'https://example.com/';
      return [opened === null, fetched];
    });
    expect(refused).toEqual([true, 'refused']);
    await expect(page.getByRole('navigation')).toBeVisible();
    expect(page.url()).toMatch(/^app:\/\/signet\//);
    const windows = await signet.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    expect(windows).toBe(1);
  });

  test('no permission is granted', async () => {
    const state = await page.evaluate(async () => {
      const asked = await navigator.permissions.query({ name: 'geolocation' });
      const media = await navigator.mediaDevices?.getUserMedia({ audio: true }).then(
        () => 'granted',
        () => 'refused',
      );
      return [asked.state, media ?? 'refused'];
    });
    expect(state).toEqual(['denied', 'refused']);
  });

  test('a second start ends by itself and changes nothing', async () => {
    const second = spawn(binary ?? '', launchArguments(folder), { stdio: 'ignore' });
    const code = await new Promise<number | null>((resolve) => second.once('exit', resolve));
    expect(code).toBe(0);
    await expect(page.getByRole('navigation')).toBeVisible();
  });

  test('a page that crashed comes back, and the line with it', async () => {
    await signet.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    await expect(async () => {
      const [window] = signet.windows();
      await expect(window?.getByRole('navigation') ?? page.getByRole('navigation')).toBeVisible({ timeout: 2000 });
    }).toPass({ timeout: 60_000 });
  });
});

function launchArguments(dataFolder: string): string[] {
  // As root Chromium refuses its own sandbox; the page's isolation is another matter and stays.
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [...root, top, `--data-folder=${dataFolder}`];
}
