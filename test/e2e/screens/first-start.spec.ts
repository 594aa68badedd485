import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { lookOver } from './look.ts';
import { expect, go, test } from './signet.ts';

test.describe('first start', () => {
  test('a newcomer has a simulated board provisioned with three clicks', async ({ start, page }) => {
    const signet = await start();
    await page.goto(signet.address);
    await expect(page.getByRole('heading', { name: 'Welcome to Signet' })).toBeVisible();
    await page.getByRole('button', { name: 'Try with a simulated line' }).click();
    await page.getByRole('button', { name: 'Connect board' }).click();
    await page.getByRole('button', { name: 'Provision', exact: true }).click();
    await expect(page.locator('.verdict').getByText('PASS')).toBeVisible();
  });

  test('simulation is marked on every place, and what it makes is kept apart', async ({ start, page }) => {
    const signet = await start();
    const desk = await signet.desk();
    await page.goto(signet.address);
    await expect(page.getByRole('heading', { name: 'Welcome to Signet' })).toBeVisible();
    await lookOver(page, 'first-start', 'line');
    await page.getByRole('button', { name: 'More sites' }).click();
    await page.getByLabel('As fast as possible instead of real chip times').check();
    await lookOver(page, 'first-start-options', 'line');
    // A dialog gives the focus back to where it came from.
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'More sites' })).toBeFocused();
    await page.keyboard.press('Enter');
    await page.getByLabel('As fast as possible instead of real chip times').check();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(
      page.getByRole('region', { name: 'Warnings of this station' }).getByText('SIMULATION', { exact: true }),
    ).toBeVisible();
    await desk.provision();
    for (const place of ['Signers', 'Records', 'Plan', 'Activity', 'Settings', 'Line'] as const) {
      await go(page, place);
      await expect(
        page.getByRole('region', { name: 'Warnings of this station' }).getByText('SIMULATION', { exact: true }),
      ).toBeVisible();
    }
    expect(existsSync(join(signet.folder, 'simulation', 'data', 'signet.db'))).toBe(true);
    // Records that are looked at while the simulation ends are the station's own from then on.
    await go(page, 'Records');
    await expect(page.getByRole('row', { name: /SIGNED/ })).toBeVisible();
    await page.getByRole('button', { name: 'End simulation' }).click();
    await expect(page.getByRole('row', { name: /START/ })).toBeVisible();
    await expect(page.getByRole('row', { name: /SIGNED/ })).toHaveCount(0);
    await go(page, 'Line');
    await expect(page.getByRole('heading', { name: 'Welcome to Signet' })).toBeVisible();
    const { rows } = await desk.call('records.log', { filter: {}, before: null, limit: 10, descending: true });
    // The station's own start, and nothing that the simulation did.
    expect(rows.map((row) => row['result'])).toEqual(['START']);
    expect((await desk.call('records.archive', { filter: {}, position: 0, limit: 10 })).total).toBe(0);
  });

  test('a station is set up by its name, and is a station after the next start', async ({ start, page }) => {
    const signet = await start();
    await page.goto(signet.address);
    // The key that is printed on its button; the other way's is Enter.
    await expect(page.getByRole('button', { name: 'Try with a simulated line' })).toBeFocused();
    await page.keyboard.press('s');
    await page.getByLabel('Name of this station').fill('Line 3');
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect(page.getByRole('banner')).toContainText('Line 3');
    // The page that it goes on to has come: one that is cut off while it loads would complain.
    await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
    expect(await signet.end()).toBe(0);
    const again = await start({ folder: signet.folder });
    await page.goto(again.address);
    await expect(page.getByRole('banner')).toContainText('Line 3');
    await expect(page.getByText('Waiting for board to be connected')).toBeVisible();
    await expect(page.getByText('No plan is in use.')).toBeVisible();
    await lookOver(page, 'station-new', 'line');
    // What is typed in Settings is still there after a look at another place, and is no setting before it is saved.
    await go(page, 'Settings');
    await page.getByRole('textbox', { name: 'Station', exact: true }).fill('Line 4');
    await go(page, 'Line');
    await go(page, 'Settings');
    await expect(page.getByText('Not saved yet')).toBeVisible();
    await expect(page.getByRole('textbox', { name: 'Station', exact: true })).toHaveValue('Line 4');
    await expect(page.getByRole('banner')).toContainText('Line 3');
    await page.getByRole('button', { name: 'Discard changes' }).click();
    await expect(page.getByRole('textbox', { name: 'Station', exact: true })).toHaveValue('Line 3');
  });

  test('where Electron is missing one line says so, and a browser window opens at the welcome', async ({
    startWithBrowser,
    page,
  }) => {
    const signet = startWithBrowser({ anyShell: true, environment: { ELECTRON_OVERRIDE_DIST_PATH: '/nonexistent' } });
    await page.goto(await signet.browserPage());
    await expect(page.getByRole('heading', { name: 'Welcome to Signet' })).toBeVisible();
    expect(signet.output.trim().split('\n')).toEqual([
      "Electron's binary is not here: Signet opens in a window of an installed browser.",
    ]);
  });

  test('without any browser the address is printed, and opens the welcome', async ({ start, page }) => {
    const signet = await start({ window: true, environment: { SIGNET_BROWSER: '/nonexistent' } });
    expect(signet.output).toContain('No Chromium, Chrome or Edge was found');
    await page.goto(signet.address);
    await expect(page.getByRole('heading', { name: 'Welcome to Signet' })).toBeVisible();
  });
});
