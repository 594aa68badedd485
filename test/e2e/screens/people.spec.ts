import { readFileSync, rmSync } from 'node:fs';
import type { Page } from '@playwright/test';
import type { Desk } from './desk.ts';
import { lookOver } from './look.ts';
import { expect, go, Signet, test } from './signet.ts';

/** People, roles and PINs on one simulated line: who may do what, and who stands in the records for it. */
let signet: Signet;
let desk: Desk;
const pins = { Engineer: 'e-4711', Supervisor: 's-0815', Quality: 'q-2468' } as const;

test.describe.configure({ mode: 'serial', timeout: 240_000 });

test.beforeAll(async () => {
  signet = await Signet.start();
  desk = await signet.desk();
  await desk.call('simulation.start', { sites: 1, part: '508', realTime: false, signer: 'locked' });
});
test.afterAll(async () => {
  await signet.end();
  rmSync(signet.folder, { recursive: true, force: true });
});

async function signOn(page: Page, name: string, pin = ''): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Sign on' });
  if (!(await dialog.isVisible())) await page.getByRole('banner').getByText('Sign on', { exact: true }).click();
  await dialog.getByLabel('Name or badge').fill(name);
  await dialog.getByLabel('PIN').fill(pin);
  await page.keyboard.press('Enter');
}

async function present(page: Page, name: string): Promise<void> {
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('banner')).toContainText(name);
}

async function signOff(page: Page): Promise<void> {
  await page.getByRole('banner').getByText('sign off').click();
  await expect(page.getByRole('banner').getByText('Sign on', { exact: true })).toBeVisible();
}

test('the first person is an engineer with a PIN; the others follow by keyboard alone', async ({ page }) => {
  await page.goto(signet.address);
  await expect(page.getByRole('banner')).toContainText('No people yet: all roles');
  await go(page, 'Settings');
  await page.getByRole('button', { name: 'People', exact: true }).click();
  await expect(page.getByText('Until the first person is entered everything is allowed')).toBeVisible();
  await lookOver(page, 'people-nobody');
  const add = async (name: string, role: string, pin: string, badge = ''): Promise<void> => {
    await page.getByRole('button', { name: 'Add a person' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await expect(dialog).toBeVisible();
    await expect(dialog.getByLabel('Name')).toBeFocused();
    await page.keyboard.type(name);
    await page.keyboard.press('Tab');
    await page.keyboard.type(role);
    await page.keyboard.press('Tab');
    await page.keyboard.type(badge);
    if (pin !== '') {
      await page.keyboard.press('Tab');
      await page.keyboard.type(pin);
    }
    if (name === 'Engineer' && pin === pins.Engineer) await lookOver(page, 'people-add');
    await page.keyboard.press('Enter');
  };
  await add('Somebody', 'Operator', '', 'B-17');
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('enter that one first');
  await lookOver(page, 'people-first-refused');
  await page.keyboard.press('Escape');
  await add('Engineer', 'Engineer', '12');
  await expect(page.getByRole('dialog').getByRole('alert')).toHaveText('At least 4 digits or letters.');
  await page.keyboard.press('Escape');
  await add('Engineer', 'Engineer', pins.Engineer);
  await present(page, 'Engineer');
  await add('Supervisor', 'Supervisor', pins.Supervisor);
  await expect(page.getByRole('cell', { name: 'Supervisor' }).first()).toBeVisible();
  await add('Quality', 'QA', pins.Quality);
  await expect(page.getByRole('cell', { name: 'Quality' })).toBeVisible();
  await add('Operator 7', 'Operator', '', 'B-17');
  await expect(page.getByRole('cell', { name: 'B-17' })).toBeVisible();
  await lookOver(page, 'people-list');
  await signOff(page);
  expect((await desk.call('people.list', {})).map(({ role }) => role).sort()).toEqual([
    'engineer',
    'operator',
    'qa',
    'supervisor',
  ]);
});

test('a signer is unlocked by a supervisor; the question for the role leads back to the password', async ({ page }) => {
  const { password } = await desk.call('simulation.password', {});
  await page.goto(signet.address);
  await signOn(page, 'B-17');
  await present(page, 'Operator 7');
  await expect(page.getByRole('banner')).toContainText('name only');
  await go(page, 'Signers');
  await page.getByRole('button', { name: 'Unlock signer' }).first().click();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Sign on' });
  await expect(dialog).toContainText('This needs the role Supervisor.');
  await lookOver(page, 'people-role-wanted');
  await signOn(page, 'Supervisor', pins.Supervisor);
  await expect(page.getByRole('banner')).toContainText('Supervisor');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('cell', { name: /^Ready/ })).toBeVisible();
  await signOff(page);
});

test('rows say who: name only for an operator, authenticated with a PIN', async ({ page }) => {
  await page.goto(signet.address);
  await desk.insert('new');
  await expect(page.getByText('Sign on', { exact: true }).first()).toBeVisible();
  expect((await desk.until('site-1', 'seen')).choices[0]?.blocked).toBe('sign-on');
  await lookOver(page, 'people-line-nobody', 'line');
  await signOn(page, 'operator 7');
  await present(page, 'Operator 7');
  await page.getByRole('button', { name: 'Provision', exact: true }).click();
  await expect(page.getByText('PASS', { exact: true })).toBeVisible();
  const first = (await desk.site()).chips[0]?.serialNumber ?? '';
  await signOff(page);
  await signOn(page, 'Supervisor', pins.Supervisor);
  await present(page, 'Supervisor');
  const second = (await desk.provision('new')).chips[0]?.serialNumber ?? '';
  await go(page, 'Records');
  for (const [serial, who] of [
    [first, 'Operator 7 (name only)'],
    [second, 'Supervisor (with PIN)'],
  ] as const) {
    await page.locator('.big-body [role="row"]', { hasText: serial }).click();
    await expect(page.getByRole('region', { name: 'Unit' })).toContainText(who);
  }
  await signOff(page);
});

test('export asks for QA, rework for the supervisor, release and settings for the engineer', async ({ page }) => {
  await page.goto(signet.address);
  await signOn(page, 'B-17');
  await present(page, 'Operator 7');
  const wanted = page.getByRole('dialog', { name: 'Sign on' });

  const asked = async (name: string): Promise<void> => {
    await page.getByRole('button', { name, exact: true }).click();
    await expect(wanted).toContainText('This needs the role QA.');
    await page.keyboard.press('Escape');
    await expect(wanted).toBeHidden();
  };
  await go(page, 'Activity');
  await asked('Save what is shown');
  await go(page, 'Plan');
  await page.getByRole('tab', { name: 'Dry run' }).click();
  await asked('Export list');
  await go(page, 'Records');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Export' }).click();
  await expect(wanted).toContainText('This needs the role QA.');
  await signOn(page, 'Quality', pins.Quality);
  await expect(page.getByRole('banner')).toContainText('Quality');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('dialog').getByRole('button', { name: 'Export' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^log-.*\.tsv$/);
  await go(page, 'Plan');
  await page.getByRole('tab', { name: 'Dry run' }).click();
  const [list] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export list' }).click(),
  ]);
  expect(readFileSync(await list.path(), 'utf8')).toMatch(/\tLock\t.*\t!$/m);
  await go(page, 'Records');

  await page.locator('.big-body [role="row"]').first().click();
  await page.getByRole('button', { name: 'Allow rework' }).click();
  await page.getByRole('dialog').getByRole('textbox').fill('connector replaced');
  await page.getByRole('dialog').getByRole('button', { name: 'Allow rework' }).click();
  await expect(wanted).toContainText('This needs the role Supervisor.');
  await signOn(page, 'Supervisor', pins.Supervisor);
  await expect(page.getByRole('banner')).toContainText('Supervisor');
  await page.getByRole('dialog').getByRole('button', { name: 'Allow rework' }).click();
  await expect(page.getByText('Supervisor: connector replaced')).toBeVisible();

  await go(page, 'Plan');
  await page.getByRole('tab', { name: 'Options' }).click();
  await page.getByLabel('Hold to provision').check();
  await page.getByRole('button', { name: 'Save as version 2' }).click();
  await expect(wanted).toContainText('This needs the role Engineer.');
  await signOn(page, 'Engineer', pins.Engineer);
  await expect(page.getByRole('banner')).toContainText('Engineer');
  await page.getByRole('button', { name: 'Save as version 2' }).click();
  await page.getByRole('button', { name: 'Release version 2' }).click();
  await expect(page.getByText('version 2, released')).toBeVisible();
  await page.getByRole('tab', { name: 'Versions' }).click();
  await expect(page.getByRole('row', { name: /^Simulated product 508 2 / })).toContainText('Engineer');
  await signOff(page);
  expect(await desk.refused('plan.release', { name: 'Simulated product 508', version: 2 })).toBe('ROLE_REQUIRED');

  await go(page, 'Settings');
  await page.getByRole('textbox', { name: 'Station', exact: true }).fill('Line 9');
  await page.getByRole('main').getByRole('button', { name: 'Save' }).click();
  await expect(wanted).toContainText('This needs the role Engineer.');
  await page.keyboard.press('Escape');
  expect((await desk.call('settings.get', {})).station).toBe('Simulated');
  // The look is everybody's.
  await page.getByRole('button', { name: 'Discard changes' }).click();
  await page.getByLabel('Text size').selectOption('110');
  await page.getByRole('main').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The settings are saved.')).toBeVisible();
});

test('a board set aside is taken up again by the supervisor only, and the records say by whom', async ({ page }) => {
  await page.goto(signet.address);
  await signOn(page, 'B-17');
  await present(page, 'Operator 7');
  await desk.remove();
  await desk.eventually(async () => ((await desk.site()).chips.length === 0 ? true : undefined), 'no board');
  await desk.insert('new');
  await desk.until('site-1', 'seen');
  await desk.call('line.setAside', { site: 'site-1', reason: 'bent pin' });
  await desk.until('site-1', 'verdict');
  // Whoever starts the next shift finds it as it was left.
  const { folder } = signet;
  await signet.end();
  signet = await Signet.start({ folder });
  desk = await signet.desk();
  const found = await desk.until('site-1', 'decision');
  expect(found).toMatchObject({ reason: 'SET_ASIDE', detail: 'bent pin' });
  expect(found.choices.find(({ action }) => action === 'provision')?.role).toBe('supervisor');
  const { password } = await desk.call('simulation.password', {});
  await page.goto(signet.address);
  await expect(page.getByText('bent pin').first()).toBeVisible();
  await lookOver(page, 'people-set-aside', 'line');
  await signOn(page, 'B-17');
  await present(page, 'Operator 7');
  expect(await desk.refused('line.start', { site: 'site-1', action: 'provision' })).toBe('ROLE_REQUIRED');
  await signOff(page);
  await signOn(page, 'Supervisor', pins.Supervisor);
  await present(page, 'Supervisor');
  for (const { serialNumber, state } of (await desk.state()).signers)
    if (state === 'PASSWORD_REQUIRED') await desk.call('signers.unlock', { serialNumber, passwords: [password] });
  await desk.eventually(
    async () =>
      (await desk.site()).choices.some(({ action, blocked }) => action === 'provision' && blocked === null)
        ? true
        : undefined,
    'it may be provisioned',
  );
  await desk.call('line.start', { site: 'site-1', action: 'provision' });
  const { verdict, chips } = await desk.until('site-1', 'verdict');
  expect(verdict?.kind).toBe('PASS');
  const { runs } = await desk.call('records.unit', { serialNumber: chips[0]?.serialNumber ?? '' });
  expect(runs[0]).toMatchObject({ operator: 'Supervisor', operatorAuth: 'authenticated' });
  await signOff(page);
});

test('wrong PINs are delayed, longer each time, and the delay is said', async ({ page }) => {
  await page.goto(signet.address);
  const dialog = page.getByRole('dialog', { name: 'Sign on' });
  for (let i = 0; i < 3; i += 1) {
    await signOn(page, 'Engineer', 'wrong');
    await expect(dialog.getByRole('alert')).toBeVisible();
    await expect(dialog.getByLabel('PIN')).toHaveValue('');
    // The next try is taken when this one was answered.
    await expect(dialog.getByRole('button', { name: 'Sign on' })).toBeEnabled();
  }
  await signOn(page, 'Engineer', pins.Engineer);
  await expect(dialog.getByRole('alert')).toContainText('Next try in 0:0');
  await lookOver(page, 'people-pin-delay');
  expect(await desk.refused('people.signOn', { name: 'Engineer', pin: pins.Engineer })).toBe('PASSWORD_DELAY');
});
