import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from '@playwright/test';
import { z } from 'zod';
import { stageNames, stageNumber } from '../../../src-shared/model/stages.ts';
import type { Desk } from './desk.ts';
import { button, card, verdict } from './hands.ts';
import { lookOver } from './look.ts';
import { expect, Signet, simulatedLine, test } from './signet.ts';

/** A run that stands still in stage 5, its signer locked while it worked on stage 4; `goOn` gives the password. */
async function heldRun(desk: Desk, page: Page): Promise<() => Promise<void>> {
  const { password } = await desk.call('simulation.password', {});
  await desk.insert();
  await button(page, 'Provision').click();
  await desk.untilStage('site-1', 4);
  await desk.call('signers.lockAll', {});
  await desk.untilStage('site-1', 5);
  const [signer] = (await desk.state()).signers;
  return async () => {
    await desk.call('signers.unlock', { serialNumber: signer?.serialNumber ?? '', passwords: [password] });
  };
}

/** The stage that the store of a simulated line says its one run is in, 1 to 10; 0 = between two of them. */
function recordedStage(folder: string): number {
  const store = new DatabaseSync(join(folder, 'simulation', 'data', 'signet.db'), { readOnly: true });
  try {
    const row = store.prepare('SELECT draft FROM run_drafts').get();
    const { open } = z.object({ open: z.enum(['', ...stageNames]) }).parse(JSON.parse(String(row?.['draft'])));
    return open === '' ? 0 : stageNumber(open);
  } finally {
    store.close();
  }
}

test.describe('while a board is being worked on', () => {
  let signet: Signet;
  test.beforeAll(async () => {
    signet = await Signet.start();
  });
  test.afterAll(() => signet.destroy());

  test('a screen that is reloaded in stage 4 shows the run where it is, and the run goes on to PASS', async ({
    page,
  }) => {
    const desk = await simulatedLine(signet, page, { realTime: true, signer: 'unlocked' });
    const goOn = await heldRun(desk, page);
    const { startedAt } = await desk.site();
    await page.reload();
    await expect(card(page)).toContainText('Stage 5 of 10');
    await expect(card(page)).toContainText('Leave the board connected');
    await expect(page.getByRole('dialog', { name: 'Signer requires password' })).toContainText('the board at site 1');
    await lookOver(page, 'bad-reload-held', 'line');
    expect((await desk.site()).startedAt).toBe(startedAt);
    await goOn();
    await expect(verdict(page, 'PASS')).toBeVisible();
    const serialNumber = (await desk.site()).chips[0]?.serialNumber ?? '';
    const { runs } = await desk.call('records.unit', { serialNumber });
    expect(runs.map(({ outcome }) => outcome.kind)).toEqual(['PASS']);
  });

  test('a screen that crashes in stage 4 does not disturb the run, and a new one shows its verdict', async ({
    page,
  }) => {
    const desk = await simulatedLine(signet, page, { realTime: true, signer: 'unlocked' });
    const goOn = await heldRun(desk, page);
    const crashed = page.waitForEvent('crash');
    const session = await page.context().newCDPSession(page);
    session.send('Page.crash').catch(() => undefined);
    await crashed;
    expect((await desk.site()).state).toBe('running');
    const next = await page.context().newPage();
    await next.goto(signet.address);
    await expect(card(next)).toContainText('Stage 5 of 10');
    await goOn();
    await expect(verdict(next, 'PASS')).toBeVisible();
  });

  test('a board that is swapped for another in the middle is named as such, and nothing is done to the new one', async ({
    page,
  }) => {
    const desk = await simulatedLine(signet, page, { realTime: true, signer: 'unlocked' });
    const goOn = await heldRun(desk, page);
    const [first] = (await desk.site()).chips;
    await desk.insert();
    await goOn();
    await expect(card(page)).toContainText('Previous board');
    await expect(card(page)).toContainText('The board was exchanged during the run; nothing was done to the new one.');
    await expect(button(page, 'Provision')).toBeVisible();
    await lookOver(page, 'bad-swapped', 'line');
    const site = await desk.site();
    expect(site.previous?.errorName).toBe('BOARD_CHANGED');
    expect(site.previous?.serialNumbers).toEqual([first?.serialNumber]);
    expect(site.chips[0]?.serialNumber).not.toBe(first?.serialNumber);
    expect(site.chips[0]?.state).toBe('new');
  });

  test('a certificate file of 10 MB is refused in a sentence, and the run beside it goes on', async ({ page }) => {
    const desk = await simulatedLine(signet, page, { realTime: true, signer: 'unlocked' });
    const goOn = await heldRun(desk, page);
    await expect(page.getByRole('dialog', { name: 'Signer requires password' })).toBeVisible();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+4');
    await page.getByRole('tab', { name: 'Certificates' }).click();
    const file = { name: 'huge.pem', mimeType: 'application/x-pem-file', buffer: Buffer.alloc(10_000_000, 'A') };
    await page.locator('input[type=file]').first().setInputFiles(file);
    await expect(
      page.getByText('This file has 10 MB; a C source of this kind has a few kB. Nothing was read.'),
    ).toBeVisible();
    await lookOver(page, 'bad-huge-file');
    await goOn();
    await page.keyboard.press('Control+1');
    await expect(verdict(page, 'PASS')).toBeVisible();
  });
});

test('a program that is killed in stage 6 recognises the run at its next start and resumes it', async ({
  start,
  page,
}) => {
  const signet = await start();
  const desk = await simulatedLine(signet, page, { realTime: true });
  await desk.insert();
  await button(page, 'Provision').click();
  await desk.untilStage('site-1', 6);
  // The screen is told a moment before the disk has it: what counts after a kill is what was written.
  await expect.poll(() => recordedStage(signet.folder), { intervals: [20] }).toBeGreaterThanOrEqual(6);
  await signet.end('SIGKILL');
  await expect(page.getByText('CONNECTION LOST')).toBeVisible();
  await lookOver(page, 'bad-connection-lost', 'line');
  const again = await start({ folder: signet.folder });
  await page.goto(again.address);
  await expect(card(page)).toContainText('RESUME?');
  await expect(card(page)).toContainText('It was cut off at');
  await expect(card(page)).toContainText('Its key and its certificate are safe');
  await lookOver(page, 'bad-killed', 'line');
  const after = await again.desk();
  expect((await after.site()).earlier?.stage).toBeGreaterThanOrEqual(6);
  await card(page)
    .getByRole('button', { name: /^Resume/ })
    .click();
  await expect(verdict(page, 'PASS')).toBeVisible();
  const serialNumber = (await after.site()).chips[0]?.serialNumber ?? '';
  const unit = await after.call('records.unit', { serialNumber });
  expect(unit.runs.map(({ outcome }) => outcome.kind).sort()).toEqual(['INTERRUPTED', 'PASS']);
  expect(unit.certificates).toHaveLength(1);
});
