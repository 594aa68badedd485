import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { de } from '../../../src-renderer/texts/de/index.ts';
import { en } from '../../../src-renderer/texts/en/index.ts';
import { makeLargeStore } from '../../records/large-store.ts';
import type { Desk } from './desk.ts';
import { misfits } from './gallery.ts';
import { lookOver } from './look.ts';
import { expect, Signet, test } from './signet.ts';

/** Every place of a working line in both languages and both looks, in every size of screen and text. */
let signet: Signet;
let desk: Desk;

test.beforeAll(async () => {
  signet = await Signet.start();
  desk = await signet.desk();
  await desk.call('simulation.start', { sites: 2, part: '608', realTime: false, signer: 'open' });
  await desk.provision('new', 'site-1');
  await desk.provision('failing', 'site-2');
});
test.afterAll(async () => {
  await signet.end();
  rmSync(signet.folder, { recursive: true, force: true });
});

const words = { en, de } as const;
const places = ['line', 'signers', 'records', 'plan', 'activity', 'settings'] as const;
const planTabs = ['versions', 'certificates', 'writes', 'locks', 'options', 'dryRun'] as const;
const sections = ['sites', 'server', 'roots', 'people', 'health'] as const;

async function look(page: Page, language: 'en' | 'de', theme: 'light' | 'dark', textScale: number): Promise<void> {
  const settings = await desk.call('settings.get', {});
  await desk.call('settings.save', { ...settings, language, theme, textScale });
  await page.goto(signet.address);
  await expect(page.locator('html')).toHaveAttribute('lang', language);
}

async function place(page: Page, language: 'en' | 'de', name: (typeof places)[number]): Promise<void> {
  const title = words[language].place[name];
  await page.getByRole('navigation', { name: words[language].frame.places }).getByText(title, { exact: true }).click();
  if (name !== 'line') await expect(page.locator('.page-head h1')).toBeVisible();
  // What is loaded is there: nothing says that it is being waited for.
  await expect(page.getByText(words[language].loading)).toHaveCount(0);
}

/** Every place, and what stands behind the tabs and sections of Records, Plan and Settings. */
async function everywhere(
  page: Page,
  language: 'en' | 'de',
  visit: (name: string, strictness: 'line' | 'desk') => Promise<void>,
): Promise<void> {
  const t = words[language];
  for (const name of places) {
    await place(page, language, name);
    await visit(name, name === 'line' ? 'line' : 'desk');
    if (name === 'records') {
      await page.locator('.big-body [role="row"]').first().click();
      await expect(page.locator('.unit .waterfall')).toBeVisible();
      await visit('records-unit', 'desk');
      for (const tab of ['archive', 'charts'] as const) {
        await page.getByRole('tab', { name: t.records.tabs[tab] }).click();
        await expect(page.locator(tab === 'charts' ? '.chart' : '.big-body [role="row"]').first()).toBeVisible();
        await visit(`records-${tab}`, 'desk');
      }
    }
    if (name === 'plan')
      for (const tab of planTabs) {
        await page.getByRole('tab', { name: t.plan.tabs[tab] }).click();
        await expect(page.getByText(t.loading)).toHaveCount(0);
        await visit(`plan-${tab}`, 'desk');
      }
    if (name === 'settings')
      for (const section of sections) {
        await page.locator('.settings-nav').getByRole('button', { name: t.settings.sections[section] }).click();
        await visit(`settings-${section}`, 'desk');
      }
  }
}

for (const [language, theme] of [
  ['de', 'light'],
  ['en', 'dark'],
] as const) {
  test(`every place in ${language}, ${theme}: axe-clean, translated, nothing cut off`, async ({ page }) => {
    await look(page, language, theme, 100);
    await everywhere(page, language, (name, strictness) => lookOver(page, `${language}-${theme}-${name}`, strictness));
  });
}

for (const [width, height, textScale] of [
  [1280, 800, 100],
  [1280, 800, 200],
  [3840, 2160, 100],
  [3840, 2160, 200],
] as const) {
  test(`every place at ${width}×${height} with text at ${textScale} %`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await look(page, 'de', 'dark', textScale);
    expect(
      Number.parseFloat(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)),
    ).toBeCloseTo((16 * textScale) / 100);
    const pictures = process.env['SIGNET_PICTURES'];
    await everywhere(page, 'de', async (name) => {
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${width}-${textScale}-${name}.png`) });
      expect.soft(await misfits(page), `${name} at ${width}×${height}, ${textScale} %`).toEqual([]);
    });
  });
}

test.describe('four sites, each with another face', () => {
  test.beforeAll(async () => {
    await desk.call('simulation.start', { sites: 4, part: '608', realTime: false, signer: 'open' });
    await desk.provision('failing', 'site-2');
    await desk.insert('foreign', 'site-3');
    await desk.insert('interrupted', 'site-4');
    await desk.until('site-3', 'decision');
    await desk.until('site-4', 'decision');
  });

  for (const [language, width, height, textScale] of [
    ['en', 1440, 900, 100],
    ['de', 1440, 900, 100],
    ['de', 1280, 720, 100],
    ['de', 1280, 800, 200],
  ] as const)
    test(`${language}, ${width}×${height}, text at ${textScale} %: nothing is out of reach`, async ({ page }) => {
      await page.setViewportSize({ width, height });
      await look(page, language, 'light', textScale);
      await expect(page.locator('.face')).toHaveCount(4);
      await lookOver(page, `four-${language}-${width}-${textScale}`, 'line');
    });

  test('where a face has less room than text, the arrow keys bring the rest, and Enter is its own', async ({
    page,
  }) => {
    await page.setViewportSize({ width: 1280, height: 720 });
    await look(page, 'de', 'light', 100);
    const box = page.locator('[data-site="site-3"] [data-scrolls]');
    await box.focus();
    await expect(page.locator('.site.is-current')).toHaveAttribute('data-site', 'site-3');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => box.evaluate((element) => element.scrollTop)).toBeGreaterThan(0);
    await expect(box).toBeFocused();
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.site.is-current')).toHaveAttribute('data-site', 'site-4');
  });
});

test('the language changes at once, without a reload, and is everybody’s', async ({ page }) => {
  await look(page, 'en', 'light', 100);
  await place(page, 'en', 'settings');
  await page.getByLabel(en.settings.station.language).selectOption('de');
  await page.getByLabel(en.settings.station.theme).selectOption('dark');
  await page.locator('.page-head').getByRole('button', { name: en.dialog.save }).click();
  await expect(page.getByRole('heading', { name: de.place.settings, level: 1 })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
});

test('row 1 000 000 of the signing log is reached at text size 200 %, by End and by the scroll bar', async ({
  page,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'signet-million-'));
  makeLargeStore(folder, 1_000_000, 0);
  const large = await Signet.start({ folder });
  try {
    const other = await large.desk();
    const settings = await other.call('settings.get', {});
    await other.call('settings.save', { ...settings, language: 'en', theme: 'light', textScale: 200 });
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(large.address);
    const grid = page.getByRole('grid');
    // Keys are heard once the screen stands.
    await expect(async () => {
      await page.keyboard.press('Control+3');
      await expect(grid).toBeVisible({ timeout: 5000 });
    }).toPass();
    const rows = page.locator('.big-body [role="row"]');
    const seq = (row: typeof rows): ReturnType<Page['locator']> => row.locator('[role="gridcell"]').first();
    // A start of the program is a row of its own.
    await expect(seq(rows.first())).toHaveText('1000001');
    await grid.focus();
    await page.keyboard.press('End');
    await expect(page.locator('[role="row"][aria-selected="true"]')).toHaveAttribute('aria-rowindex', '1000002');
    await expect(seq(page.locator('[role="row"][aria-selected="true"]'))).toHaveText('1');
    await expect(rows.last()).toBeInViewport();
    if (process.env['SIGNET_PICTURES'] !== undefined)
      await page.screenshot({ path: join(process.env['SIGNET_PICTURES'], 'million.png') });
    await page.keyboard.press('ArrowUp');
    await expect(seq(page.locator('[role="row"][aria-selected="true"]'))).toHaveText('2');
    await page.keyboard.press('Home');
    await expect(seq(rows.first())).toHaveText('1000001');
    await grid.evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await expect(seq(rows.last())).toHaveText('1');
    expect(await misfits(page)).toEqual([]);
    // Every row in between is a row of its own: the one in the middle is where the middle of the bar is.
    await grid.evaluate((element) => {
      element.scrollTop = (element.scrollHeight - element.clientHeight) / 2;
    });
    await expect(async () => {
      const middle = Number(await seq(rows.first()).textContent());
      expect(Math.abs(middle - 500_000)).toBeLessThan(2_000);
    }).toPass();
  } finally {
    await large.end();
    rmSync(folder, { recursive: true, force: true });
  }
});
