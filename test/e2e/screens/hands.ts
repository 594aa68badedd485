import { expect, type Locator, type Page } from '@playwright/test';

/** How a person works the screens: one of the ways that must do everything by itself. */
export interface Hand {
  readonly name: 'mouse' | 'keyboard' | 'touch';
  press(page: Page, button: Locator): Promise<void>;
}

export const mouse: Hand = { name: 'mouse', press: (_, button) => button.click() };
export const touch: Hand = { name: 'touch', press: (_, button) => button.tap() };
export const keyboard: Hand = {
  name: 'keyboard',
  async press(page, button) {
    await tabTo(page, button);
    await page.keyboard.press('Enter');
  },
};

/** More than any screen has controls. */
const mostTabs = 80;

/** Goes from control to control until this one has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let tabs = 0; tabs < mostTabs; tabs++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('This control cannot be reached with the Tab key.');
}

/** Types what a badge or barcode reader types: the characters at once, then Enter. */
export async function scan(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text, { delay: 0 });
  await page.keyboard.press('Enter');
}

/** A site's card. */
export function card(page: Page, number = 1): Locator {
  return page.getByRole('region', { name: `Site ${number}`, exact: true });
}

/** Its tile, where there are more than four sites. */
export function tile(page: Page, number: number): Locator {
  return page.locator(`.tile[data-site="site-${number}"]`);
}

/** The word of a verdict that fills a card. */
export function verdict(page: Page, word: string, number = 1): Locator {
  return card(page, number).locator('.verdict').getByText(word, { exact: true });
}

/** A named control of a page. */
export function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}
