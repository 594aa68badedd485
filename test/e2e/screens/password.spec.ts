import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { TestClock } from './clock.ts';
import { button, card, verdict } from './hands.ts';
import { lookOver } from './look.ts';
import { realLine } from './real-line.ts';
import { expect, pause, test } from './signet.ts';
import { filesWith, heapOf, textOfPage } from './traces.ts';

/** Like no other text of the program, so that finding it means something. */
const password = `horse-${randomBytes(8).toString('hex')}`;

function dialogOf(page: Page) {
  return page.getByRole('dialog', { name: 'Signer requires password' });
}

async function typePassword(page: Page, text: string): Promise<void> {
  const field = dialogOf(page).getByLabel('Password', { exact: true });
  await expect(field).toBeFocused();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

test('a board that waits brings up the password dialog by itself, and the password stays nowhere', async ({
  start,
  page,
}) => {
  const signet = await start();
  const desk = await signet.desk();
  const line = await realLine(desk, password);
  const received: string[] = [];
  const sent: string[] = [];
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => received.push(String(payload)));
    socket.on('framesent', ({ payload }) => sent.push(String(payload)));
  });
  const dialog = dialogOf(page);
  await test.step('the dialog comes by itself, with serial number and name', async () => {
    await page.goto(signet.address);
    await expect(card(page, 1).getByText('Waiting for board to be connected')).toBeVisible();
    await line.boards[0]?.plugIn();
    await expect(dialog).toBeVisible();
    await expect(dialog).toContainText(line.signerName);
    expect((await dialog.innerText()).replaceAll(/\s/g, '')).toContain(line.signerSerial);
    await expect(dialog).toContainText('the board at site 1');
    await lookOver(page, 'password-live', 'line');
  });
  await test.step('it stays when somebody clicks beside it', async () => {
    await page.mouse.click(5, 5);
    await expect(dialog).toBeVisible();
  });
  await test.step('a wrong password says so and how many tries are left', async () => {
    await typePassword(page, 'surely not this one');
    await expect(dialog.getByRole('alert')).toContainText('The password is wrong.');
    await expect(dialog.getByRole('alert')).toContainText('4 tries left');
    await expect(dialog.getByLabel('Password', { exact: true })).toHaveValue('');
    await lookOver(page, 'password-wrong-live', 'line');
  });
  await test.step('put off, it comes back when a second board waits', async () => {
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
    await line.boards[1]?.plugIn();
    await expect(dialog).toContainText('the boards at sites 1, 2');
  });
  await test.step('a stick that is taken out while the dialog is open is named as such, and asked for again', async () => {
    await line.signer.unplug();
    await expect(dialog.getByRole('alert')).toContainText('This signer was unplugged.');
    await expect(dialog.getByRole('button', { name: 'Unlock signer' })).toHaveCount(0);
    await lookOver(page, 'password-gone-live', 'line');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await expect(dialog).toBeHidden();
    await line.signer.plugIn();
    await expect(dialog).toContainText('the boards at sites 1, 2');
  });
  await typePassword(page, password);
  const submittedAt = performance.now();
  await expect(dialog).toBeHidden();
  for (const number of [1, 2]) await card(page, number).getByRole('button', { name: 'Provision', exact: true }).click();
  for (const number of [1, 2]) await expect(verdict(page, 'PASS', number)).toBeVisible();
  await test.step('after submission the password is in no document, store, file, log or frame', async () => {
    // It was sent once: what is looked for can be found.
    expect(sent.filter((frame) => frame.includes(password))).toHaveLength(1);
    expect(received.filter((frame) => frame.includes(password))).toEqual([]);
    expect((await textOfPage(page)).includes(password)).toBe(false);
    expect(filesWith(signet.folder, password)).toEqual([]);
    expect(filesWith(signet.folder, line.signerName).length).toBeGreaterThan(0);
    expect(signet.output.includes(password)).toBe(false);
    expect(JSON.stringify(await desk.call('activity.recent', {})).includes(password)).toBe(false);
    expect(JSON.stringify(await desk.state()).includes(password)).toBe(false);
  });
  await test.step('five seconds later it is in no snapshot of the page’s heap', async () => {
    await pause(Math.max(0, 5_000 - (performance.now() - submittedAt)));
    const control = `control-${randomBytes(8).toString('hex')}`;
    await page.evaluate((text) => {
      document.documentElement.dataset['control'] = text;
      Object.assign(window, { control: { text } });
    }, control);
    const heap = await heapOf(page);
    expect(heap.includes(control), 'a snapshot shows the strings that are there').toBe(true);
    expect(heap.includes(password)).toBe(false);
  });
  await line.close();
});

test('five wrong passwords lock a signer out for a time that survives a restart, and then it can be unlocked', async ({
  start,
  page,
}, info) => {
  const clock = new TestClock(join(info.outputPath(), 'clock'));
  const signet = await start({ environment: clock.environment });
  const line = await realLine(await signet.desk(), password);
  await line.boards[0]?.plugIn();
  await page.clock.install();
  await page.goto(signet.address);
  for (let left = 4; left > 0; left--) {
    await typePassword(page, `surely not this one ${left}`);
    await expect(dialogOf(page).getByRole('alert')).toContainText(left === 1 ? '1 try left' : `${left} tries left`);
  }
  await typePassword(page, 'surely not this one either');
  await expect(dialogOf(page)).toContainText('Too many wrong passwords. Next try in');
  await expect(dialogOf(page).getByLabel('Password', { exact: true })).toBeDisabled();
  await expect(button(page, 'Unlock signer')).toBeDisabled();
  await lookOver(page, 'password-locked-out-live', 'line');
  expect(await signet.end()).toBe(0);
  const again = await start({ folder: signet.folder, environment: clock.environment });
  await page.goto(again.address);
  await expect(dialogOf(page)).toContainText('Too many wrong passwords. Next try in');
  clock.set(31_000);
  await page.clock.fastForward(31_000);
  await typePassword(page, password);
  await expect(dialogOf(page)).toBeHidden();
  await button(page, 'Provision').click();
  await expect(verdict(page, 'PASS')).toBeVisible();
  await line.close();
});
