import type { Page } from '@playwright/test';
import { en } from '../../../src-renderer/texts/en/index.ts';
import type { Desk } from './desk.ts';
import { button, card, keyboard, scan, tile, verdict } from './hands.ts';
import { lookOver } from './look.ts';
import { expect, Signet, simulatedLine, test } from './signet.ts';

const pins = { engineer: '4711', supervisor: '0815' } as const;

/** An engineer, a supervisor and an operator with a badge; nobody is signed on afterwards. */
async function people(desk: Desk): Promise<void> {
  if ((await desk.state()).station.peopleConfigured) return;
  const save = (name: string, role: 'engineer' | 'supervisor' | 'operator', pin: string, badge = '') =>
    desk.call('people.save', { name, role, pin, badge, active: true });
  await save('Engineer One', 'engineer', pins.engineer);
  await save('Engineer Two', 'engineer', pins.engineer);
  await save('Supervisor One', 'supervisor', pins.supervisor);
  await save('Operator One', 'operator', '', '90210017');
  await desk.call('people.signOff', {});
}

async function signOn(page: Page, name: string, pin: string): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Sign on' });
  await dialog.getByLabel('Name or badge').fill(name);
  await dialog.getByLabel('PIN').fill(pin);
  await dialog.getByRole('button', { name: 'Sign on' }).click();
  await expect(dialog).toBeHidden();
}

test.describe('people at the line', () => {
  let signet: Signet;
  test.beforeAll(async () => {
    signet = await Signet.start();
  });
  test.afterAll(() => signet.destroy());

  test('an operator signs on by badge or by name before the first board, and the runs are theirs', async ({ page }) => {
    const desk = await simulatedLine(signet, page);
    await people(desk);
    await desk.insert();
    await expect(card(page).getByRole('button', { name: 'Sign on first.' })).toBeVisible();
    await lookOver(page, 'operator-sign-on-first', 'line');
    await keyboard.press(page, card(page).getByRole('button', { name: 'Sign on first.' }));
    const dialog = page.getByRole('dialog', { name: 'Sign on' });
    await expect(dialog.getByLabel('Name or badge')).toBeFocused();
    await lookOver(page, 'operator-sign-on', 'line');
    await scan(page, '90210017');
    await expect(dialog).toBeHidden();
    await expect(page.getByRole('banner')).toContainText('Operator One');
    await button(page, 'Provision').click();
    await expect(verdict(page, 'PASS')).toBeVisible();
    const first = (await desk.site()).chips[0]?.serialNumber ?? '';
    await page.getByRole('button', { name: 'Operator One' }).click();
    await expect(page.getByRole('banner')).toContainText('Nobody signed on');
    await page.getByRole('button', { name: 'Sign on' }).click();
    await expect(dialog.getByLabel('Name or badge')).toBeFocused();
    await page.keyboard.type('operator one');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('banner')).toContainText('Operator One');
    const { runs } = await desk.call('records.unit', { serialNumber: first });
    expect(runs.map(({ operator, operatorAuth }) => [operator, operatorAuth])).toEqual([['Operator One', 'claimed']]);
  });

  test('after three failures in a row the line stops until a supervisor says why', async ({ page }) => {
    const desk = await simulatedLine(signet, page);
    await people(desk);
    await desk.call('people.signOn', { name: 'Operator One', pin: '' });
    for (let board = 0; board < 3; board++) expect((await desk.provision('failing')).verdict?.kind).toBe('FAIL');
    await expect(page.getByRole('alert')).toContainText('Stopped after 3 failures in a row.');
    // On the smallest screen all of it is in sight: the band, what stopped the line, the verdict, the shift's counters.
    await page.setViewportSize({ width: 1280, height: 800 });
    await expect(verdict(page, 'FAIL')).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole('region', { name: en.shift.title })).toBeInViewport({ ratio: 1 });
    await desk.remove();
    await desk.until('site-1', 'verdict', 'empty');
    await desk.insert();
    const blocked = card(page).getByRole('button', { name: 'Stopped: a supervisor must release the line.' });
    await expect(blocked).toBeDisabled();
    await lookOver(page, 'line-stopped-live', 'line');
    await page.keyboard.press('Enter');
    await button(page, 'Release').click();
    const dialog = page.getByRole('dialog', { name: 'Release the line' });
    await dialog.getByRole('button', { name: 'Release' }).click();
    await expect(dialog.getByText('Say in a few words what was found and done.')).toBeVisible();
    await expect(dialog.getByLabel('Reason')).toBeFocused();
    expect((await desk.state()).station.stopped).not.toBeNull();
    await dialog.getByLabel('Reason').fill('Contact pin replaced');
    await dialog.getByRole('button', { name: 'Release' }).click();
    // An operator may not; the dialog asks for who may.
    await expect(page.getByText('This needs the role Supervisor.')).toBeVisible();
    await signOn(page, 'Supervisor One', pins.supervisor);
    await dialog.getByRole('button', { name: 'Release' }).click();
    await expect(page.getByText('Stopped after')).toBeHidden();
    await button(page, 'Provision').click();
    await expect(verdict(page, 'PASS')).toBeVisible();
  });

  test('a wrong PIN is refused, and after three the next try has to wait', async ({ page }) => {
    const desk = await simulatedLine(signet, page);
    await people(desk);
    await desk.insert('foreign');
    await desk.until('site-1', 'decision');
    await desk.call('people.signOff', {});
    // What only lacks a person leads to the sign-on from the board itself.
    await card(page).getByRole('button', { name: 'Set aside' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign on' });
    await dialog.getByLabel('Name or badge').fill('Engineer Two');
    // Each wrong one more makes the delay longer; a slow machine may need some more than three.
    await expect(async () => {
      await dialog.getByLabel('PIN').fill('1111');
      await dialog.getByRole('button', { name: 'Sign on' }).click();
      await expect(dialog.getByRole('alert')).toContainText('Next try in', { timeout: 500 });
    }).toPass();
    await expect(dialog.getByLabel('PIN')).toHaveValue('');
    await lookOver(page, 'operator-sign-on-delay', 'line');
  });

  test('a new plan version makes one board, and the engineer accepts it before operators go on', async ({ page }) => {
    const desk = await simulatedLine(signet, page, { sites: 2 });
    await people(desk);
    await desk.call('people.signOn', { name: 'Engineer One', pin: pins.engineer });
    const { plan } = (await desk.state()).station;
    const { name, version } = plan ?? { name: '', version: 0 };
    const before = await desk.call('plan.get', { name, version });
    const saved = await desk.call('plan.save', {
      plan: { ...before, options: { ...before.options, firstArticle: true }, note: 'first article wanted' },
    });
    await desk.call('plan.release', { name, version: saved.version });
    await desk.call('plan.activate', { name, version: saved.version });
    await desk.call('people.signOn', { name: 'Operator One', pin: '' });
    await expect(page.getByText('This plan version is new: provision one board')).toBeVisible();
    await desk.insert('new', 'site-1');
    await desk.insert('new', 'site-2');
    await card(page, 1).getByRole('button', { name: 'Provision', exact: true }).click();
    await expect(verdict(page, 'PASS', 1)).toBeVisible();
    await expect(
      card(page, 2).getByRole('button', { name: 'The first article must be accepted first.' }),
    ).toBeDisabled();
    await lookOver(page, 'line-first-article-live', 'line');
    await button(page, 'Accept first article').click();
    await expect(page.getByText('This needs the role Engineer.')).toBeVisible();
    await signOn(page, 'Engineer One', pins.engineer);
    await button(page, 'Accept first article').click();
    await desk.call('people.signOn', { name: 'Operator One', pin: '' });
    await card(page, 2).getByRole('button', { name: 'Provision', exact: true }).click();
    await expect(verdict(page, 'PASS', 2)).toBeVisible();
    await expect(card(page, 2)).toContainText(`plan ${saved.version}`);
  });
});

test.describe('many boards', () => {
  let signet: Signet;
  test.beforeAll(async () => {
    signet = await Signet.start();
  });
  test.afterAll(() => signet.destroy());

  test('a board with several chips passes when all its chips have passed', async ({ page }) => {
    const desk = await simulatedLine(signet, page);
    await desk.call('plan.activate', { name: 'Simulated product 608, two chips', version: 1 });
    await desk.insert('two-chips');
    const chips = card(page).getByRole('list', { name: '2 chips of this board' }).getByRole('listitem');
    await expect(chips).toHaveCount(2);
    await lookOver(page, 'operator-two-chips', 'line');
    await button(page, 'Provision').click();
    await expect(verdict(page, 'PASS')).toBeVisible();
    for (const chip of await chips.all()) await expect(chip.getByRole('img', { name: 'done' })).toBeVisible();
    await lookOver(page, 'operator-two-chips-pass', 'line');
    const { verdict: fell } = await desk.site();
    expect(fell?.serialNumbers).toHaveLength(2);
    for (const serial of fell?.serialNumbers ?? []) {
      const unit = await desk.call('records.unit', { serialNumber: serial });
      expect(unit.runs.map(({ outcome }) => outcome.kind)).toEqual(['PASS']);
      expect(unit.certificates).toHaveLength(1);
    }
    await desk.call('plan.activate', { name: 'Simulated product 608', version: 1 });
  });

  test('sixteen boards plugged in the same second are started together and all pass', async ({ page }) => {
    const desk = await simulatedLine(signet, page, { sites: 16 });
    const sites = Array.from({ length: 16 }, (_, i) => `site-${i + 1}`);
    await Promise.all(sites.map((site) => desk.insert('new', site)));
    await expect(button(page, 'Provision 16 ready')).toBeVisible();
    await lookOver(page, 'line-sixteen-ready', 'line');
    // One and six: the tile of site 16 has the focus.
    await page.keyboard.press('1');
    await page.keyboard.press('6');
    await expect(tile(page, 16)).toBeFocused();
    await page.keyboard.press('Shift+Enter');
    await Promise.all(sites.map((site) => desk.until(site, 'verdict')));
    await expect(page.locator('.tile-pass')).toHaveCount(16);
    await lookOver(page, 'line-sixteen-pass', 'line');
    const { rows } = await desk.call('records.archive', { filter: {}, position: 0, limit: 100 });
    const made = (await desk.state()).sites.flatMap(({ verdict: fell }) => fell?.serialNumbers ?? []);
    expect(new Set(made).size).toBe(16);
    for (const serial of made) expect(rows.filter(({ serialNumber }) => serialNumber === serial)).toHaveLength(1);
    expect(new Set(rows.map(({ certificateSerial }) => certificateSerial)).size).toBe(rows.length);
  });

  test('what the plan has held is started from a tile by a held Enter, and by no shorter way', async ({ page }) => {
    const desk = await simulatedLine(signet, page, { sites: 5 });
    const name = 'Simulated product 608';
    const before = await desk.call('plan.get', { name, version: 1 });
    const { version } = await desk.call('plan.save', {
      plan: { ...before, options: { ...before.options, holdToConfirm: true }, note: 'boards are held' },
    });
    await desk.call('plan.release', { name, version });
    await desk.call('plan.activate', { name, version });
    await desk.insert('new', 'site-2');
    await desk.until('site-2', 'seen');
    await page.keyboard.press('2');
    await expect(tile(page, 2)).toBeFocused();
    await page.keyboard.press('Shift+Enter');
    const dialog = page.getByRole('dialog', { name: 'Site 2' });
    // An Enter in the moment that the board appears is none.
    await expect(async () => {
      await page.keyboard.press('Enter');
      await expect(dialog).toBeVisible({ timeout: 500 });
    }).toPass();
    await expect(dialog.getByRole('button', { name: 'Provision' })).toBeFocused();
    expect((await desk.site('site-2')).state).toBe('seen');
    await page.keyboard.down('Enter');
    await desk.until('site-2', 'running', 'verdict');
    await page.keyboard.up('Enter');
    await expect(dialog.locator('.verdict').getByText('PASS', { exact: true })).toBeVisible();
  });
});
