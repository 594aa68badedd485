import { readFileSync, rmSync } from 'node:fs';
import type { Desk } from './desk.ts';
import { lookOver } from './look.ts';
import { expect, go, Signet, test } from './signet.ts';

/** What the station did, as it happens. */
let signet: Signet;
let desk: Desk;

test.beforeAll(async () => {
  signet = await Signet.start();
  desk = await signet.desk();
  await desk.call('simulation.start', { sites: 1, part: '508', realTime: false, signer: 'open' });
});
test.afterAll(async () => {
  await signet.end();
  rmSync(signet.folder, { recursive: true, force: true });
});

test('the log is live, filtered by level, source and text, saved, copied and exported', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(signet.address);
  await go(page, 'Activity');
  const log = page.getByRole('log');
  await expect(log).toContainText('started (simulated)');
  await lookOver(page, 'activity');
  const { chips } = await desk.provision('failing');
  const serial = chips[0]?.serialNumber ?? 'no chip';
  await expect(log.locator('.activity-row', { hasText: serial }).first()).toBeVisible();

  await page.getByLabel('At least').selectOption({ label: 'warning' });
  await expect(log.locator('.activity-info')).toHaveCount(0);
  await expect(log.locator('.activity-row').first()).toBeVisible();
  await lookOver(page, 'activity-warnings');
  await page.getByLabel('At least').selectOption({ label: 'all' });
  await page.getByLabel('From').selectOption({ label: 'station' });
  await expect(log.locator('.activity-row', { hasText: serial })).toHaveCount(0);
  await expect(log.locator('.activity-row').first()).toContainText('started (simulated)');
  await page.getByLabel('From').selectOption({ label: 'everybody' });
  await page.getByRole('search').getByLabel('Text').fill('nothing says this');
  await expect(page.getByText('Nothing fits.')).toBeVisible();
  await page.getByRole('search').getByLabel('Text').fill(serial.toLowerCase());
  await expect(log.locator('.activity-row', { hasNotText: serial })).toHaveCount(0);

  const shown = (await desk.call('activity.recent', {})).filter(({ text }) => text.includes(serial));
  const lines = `${shown.map(({ line }) => line).join('\n')}\n`;
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save what is shown' }).click(),
  ]);
  expect(readFileSync(await saved.path(), 'utf8')).toBe(lines);
  await page.getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByText(/lines? copied/)).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(lines);

  for (const format of ['TSV', 'CSV', 'JSON'] as const) {
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('dialog').getByLabel(format).check();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('dialog').getByRole('button', { name: 'Export' }).click(),
    ]);
    const text = readFileSync(await file.path(), 'utf8');
    if (format === 'JSON') expect(JSON.parse(text)).toHaveLength(shown.length);
    else expect(text.trimEnd().split('\n')).toHaveLength(shown.length + 1);
    for (const { text: sentence } of shown) expect(text).toContain(sentence);
  }
});

test('it follows its end until somebody reads further up', async ({ page }) => {
  await page.goto(signet.address);
  await go(page, 'Activity');
  const log = page.getByRole('log');
  const newest = async (): Promise<string> => (await desk.call('activity.recent', {})).at(-1)?.text ?? '';
  await desk.provision('new');
  await desk.provision('new');
  await expect(log.getByText(await newest())).toBeInViewport();
  await log.hover();
  await page.mouse.wheel(0, -5000);
  await expect(page.getByLabel('Follow')).not.toBeChecked();
  await expect(log.getByText('started (simulated)')).toBeInViewport();
  await desk.provision('new');
  await expect(log.getByText('started (simulated)')).toBeInViewport();
  await page.getByLabel('Follow').check();
  await expect(log.getByText(await newest())).toBeInViewport();
});
