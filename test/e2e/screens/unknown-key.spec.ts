import { card, verdict } from './hands.ts';
import { lookOver } from './look.ts';
import { expect, go, simulatedLine, test } from './signet.ts';

test('a key of unknown origin is used only when a supervisor takes it upon himself, and the records say who', async ({
  start,
  page,
}) => {
  const signet = await start();
  const desk = await simulatedLine(signet, page);
  const person = { badge: '', active: true };
  await desk.call('people.save', { ...person, name: 'Engineer One', role: 'engineer', pin: 'e-4711' });
  await desk.call('people.save', { ...person, name: 'Supervisor One', role: 'supervisor', pin: 's-0815' });
  await desk.call('people.save', { ...person, name: 'Operator One', role: 'operator', pin: '' });
  await desk.call('people.signOn', { name: 'Operator One', pin: '' });

  await desk.insert('planted-key');
  const { chips } = await desk.until('site-1', 'decision');
  const serialNumber = chips[0]?.serialNumber ?? '';
  await expect(card(page).locator('.face-top strong')).toHaveText('SET ASIDE');
  await expect(card(page)).toContainText('The chip holds a key that nobody here made');
  for (const way of ['Provision', 'Resume'])
    await expect(card(page).getByRole('button', { name: way, exact: true })).toHaveCount(0);
  await lookOver(page, 'unknown-key', 'line');

  // An operator may only set it aside.
  expect(await desk.refused('line.start', { site: 'site-1', action: 'accept-key' })).toBe('ROLE_REQUIRED');
  await card(page)
    .getByRole('button', { name: /^Use the key in the chip/ })
    .click();
  const signOn = page.getByRole('dialog', { name: 'Sign on' });
  await expect(signOn).toContainText('This needs the role Supervisor.');
  await signOn.getByLabel('Name or badge').fill('Supervisor One');
  await signOn.getByLabel('PIN').fill('s-0815');
  await page.keyboard.press('Enter');
  await expect(signOn).toBeHidden();
  expect((await desk.call('records.unit', { serialNumber })).certificates).toEqual([]);
  await card(page)
    .getByRole('button', { name: /^Use the key in the chip/ })
    .click();
  await expect(verdict(page, 'PASS')).toBeVisible();

  const { runs, certificates } = await desk.call('records.unit', { serialNumber });
  expect(runs).toHaveLength(1);
  expect(runs[0]).toMatchObject({ operator: 'Supervisor One', operatorAuth: 'authenticated' });
  expect(runs[0]?.stages.find(({ stage }) => stage === 'GEN_KEY')?.note).toContain('a supervisor accepted the key');
  expect(certificates).toHaveLength(1);
  expect(certificates[0]?.chain.verified).toBe(true);
  await go(page, 'Records');
  const row = page.locator('.big-body [role="row"]', { hasText: serialNumber });
  await expect(row).toContainText('Supervisor One');
  await row.click();
  await expect(page.getByRole('region', { name: 'Unit' })).toContainText('Supervisor One (with PIN)');
});
