import type { Page } from '@playwright/test';
import type { BoardKind } from '../../../src-shared/ipc/lists.ts';
import { button, card, type Hand, keyboard, mouse, touch, verdict } from './hands.ts';
import { lookOver } from './look.ts';
import { expect, Signet, simulatedLine, test } from './signet.ts';

let signet: Signet;
test.beforeAll(async () => {
  signet = await Signet.start();
});
test.afterAll(() => signet.destroy());

const serialNumber = /^01 ?23 ?(?:[0-9A-F]{2} ?){6}(?:EE|01)$/;

/** Connects a board, reads its serial number, provisions it and gives the number. */
async function provisionWith(hand: Hand, page: Page): Promise<string> {
  await hand.press(page, button(page, 'Connect board'));
  const provision = card(page).getByRole('button', { name: 'Provision', exact: true });
  await expect(provision).toBeVisible();
  await expect(card(page).getByText('Press ENTER to provision')).toBeVisible();
  const shown = card(page).getByText(serialNumber).first();
  const serial = (await shown.innerText()).replaceAll(' ', '');
  if (hand.name === 'keyboard') {
    await expect(card(page)).toBeFocused();
    // Enter is not heard in the moment in which a board appears.
    await expect(async () => {
      await page.keyboard.press('Enter');
      await expect(provision).toBeHidden({ timeout: 200 });
    }).toPass();
  } else await hand.press(page, provision);
  await expect(verdict(page, 'PASS')).toBeVisible();
  await expect(card(page)).toContainText('Provisioning successful! Please remove board');
  expect((await card(page).getByText(serialNumber).first().innerText()).replaceAll(' ', '')).toBe(serial);
  return serial;
}

async function twoBoards(hand: Hand, page: Page): Promise<void> {
  const desk = await simulatedLine(signet, page);
  await expect(card(page).getByText('Waiting for board to be connected')).toBeVisible();
  const first = await provisionWith(hand, page);
  const stages = card(page).getByRole('complementary', { name: 'Ten stages' }).getByRole('listitem');
  await expect(stages).toHaveCount(10);
  for (const stage of await stages.all()) await expect(stage).toContainText(/(?:\d (?:ms|s)|skipped)$/);
  await hand.press(page, button(page, 'Remove board'));
  await expect(button(page, 'Connect board')).toBeVisible();
  // The verdict stays until the next board is started, not merely connected.
  await expect(verdict(page, 'PASS')).toBeVisible();
  const second = await provisionWith(hand, page);
  expect(second).not.toBe(first);
  for (const serial of [first, second]) {
    const unit = await desk.call('records.unit', { serialNumber: serial });
    expect(unit.runs.map(({ outcome }) => outcome.kind)).toEqual(['PASS']);
    expect(unit.certificates.map(({ chain }) => chain.verified)).toEqual([true]);
  }
}

test('boards are provisioned one after the other with the mouse alone', async ({ page }) => {
  await twoBoards(mouse, page);
});

test('boards are provisioned one after the other with the keyboard alone', async ({ page }) => {
  await twoBoards(keyboard, page);
});

test.describe('at a touch screen', () => {
  test.use({ hasTouch: true });
  test('boards are provisioned one after the other with touch alone', async ({ page }) => {
    await twoBoards(touch, page);
  });
});

test('PASS fills the card in letters that are read at two metres', async ({ page }) => {
  const desk = await simulatedLine(signet, page);
  await lookOver(page, 'operator-empty', 'line');
  await desk.insert();
  await expect(button(page, 'Provision')).toBeVisible();
  await lookOver(page, 'operator-seen', 'line');
  await button(page, 'Provision').click();
  await expect(verdict(page, 'PASS')).toBeVisible();
  await lookOver(page, 'operator-pass', 'line');
  const letters = await verdict(page, 'PASS').evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
  expect(letters).toBeGreaterThanOrEqual(96);
  const whole = await page.locator('main').boundingBox();
  const filled = await card(page).boundingBox();
  expect((filled?.width ?? 0) / (whole?.width ?? 1)).toBeGreaterThan(0.9);

  // It stays, with whose it is, and what the hands do next is another thing.
  const sn = (await desk.site()).chips[0]?.serialNumber ?? '';
  await desk.remove();
  await expect(card(page)).toContainText('Connect the next board');
  await expect(verdict(page, 'PASS')).toBeVisible();
  await expect(card(page)).not.toContainText('Please remove board');
  expect((await card(page).innerText()).replace(/\s/g, '')).toContain(sn);
});

interface Outcome {
  readonly board: BoardKind;
  /** Word on top of the card, and the sentence that belongs to it. */
  readonly word: string;
  readonly says: string;
  /** Way on that is offered first, and how it ends. */
  readonly way?: string;
  readonly ends?: 'PASS' | 'SET ASIDE';
  /** What must not be offered. */
  readonly never: string;
}

/** Boards that are not what the plan expects: recognised before Provision is offered. */
const outcomes: readonly Outcome[] = [
  {
    board: 'interrupted',
    word: 'RESUME?',
    says: 'This board was cut off in an earlier run.',
    way: 'Resume',
    ends: 'PASS',
    never: 'Provision',
  },
  { board: 'config-locked', word: 'RESUME?', says: 'cut off', way: 'Resume', ends: 'PASS', never: 'Provision' },
  {
    board: 'planted-key',
    word: 'SET ASIDE',
    says: 'The chip holds a key that nobody here made',
    way: 'Set aside',
    ends: 'SET ASIDE',
    never: 'Resume',
  },
  { board: 'data-locked', word: 'RESUME?', says: 'cut off', way: 'Resume', ends: 'PASS', never: 'Provision' },
  {
    board: 'provisioned',
    word: 'FINISHED',
    says: 'This board is already provisioned; it may be validated.',
    way: 'Validate only',
    ends: 'PASS',
    never: 'Provision',
  },
  {
    board: 'foreign',
    word: 'SET ASIDE',
    says: 'The chip is locked with another configuration',
    way: 'Set aside',
    ends: 'SET ASIDE',
    never: 'Provision',
  },
  {
    board: 'other-part',
    word: 'SET ASIDE',
    says: 'The plan has no configuration for this type of chip.',
    way: 'Set aside',
    ends: 'SET ASIDE',
    never: 'Provision',
  },
  {
    board: 'two-chips',
    word: 'SET ASIDE',
    says: 'More chips answer on this board than the plan names.',
    never: 'Provision',
  },
  { board: 'no-chip', word: 'NO CHIP', says: 'No secure element answers on this board.', never: 'Provision' },
];

test('boards that are not what the plan expects are recognised, with only the safe choices', async ({ page }) => {
  const desk = await simulatedLine(signet, page);
  for (const { board, word, says, way, ends, never } of outcomes) {
    await test.step(board, async () => {
      await desk.insert(board);
      const place = card(page);
      await expect(place).toContainText(says);
      await expect(place.locator('.face-top strong')).toHaveText(word);
      await expect(place.getByRole('button', { name: never, exact: true })).toHaveCount(0);
      await lookOver(page, `operator-${board}`, 'line');
      if (way !== undefined) {
        await place.getByRole('button', { name: new RegExp(`^${way}`) }).click();
        await expect(verdict(page, ends ?? '')).toBeVisible();
        if (ends === 'SET ASIDE') await lookOver(page, `operator-${board}-aside`, 'line');
      }
      await desk.remove();
      await expect(button(page, 'Connect board')).toBeVisible();
    });
  }
});

test('a board that fails says what happened in a sentence, with its code, and may be tried again', async ({ page }) => {
  const desk = await simulatedLine(signet, page);
  await desk.insert('failing');
  await button(page, 'Provision').click();
  await expect(verdict(page, 'FAIL')).toBeVisible();
  const { verdict: fell } = await desk.site();
  expect(fell?.code).toMatch(/^\d{1,2}-\d{2}$/);
  await expect(card(page)).toContainText(fell?.code ?? 'no code');
  await expect(card(page)).toContainText('Code for the report');
  await expect(card(page)).toContainText('What to do');
  await lookOver(page, 'operator-fail', 'line');
});
