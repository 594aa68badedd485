import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** How a picture is looked at. */
export interface Look {
  readonly theme: 'light' | 'dark';
  readonly language: 'en' | 'de';
  /** Text size, per cent. */
  readonly scale?: number;
}

/** Opens one state of the gallery and waits until it is drawn. Gives what the page complained of. */
export async function show(page: Page, name: string, look: Look): Promise<readonly string[]> {
  const complaints: string[] = [];
  const listen = (text: string): void => {
    complaints.push(text);
  };
  page.removeAllListeners('console');
  page.removeAllListeners('pageerror');
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') listen(message.text());
  });
  page.on('pageerror', (error) => listen(error.message));
  await page.goto('about:blank');
  await page.goto(`/?theme=${look.theme}&lang=${look.language}&scale=${look.scale ?? 100}#${name}`);
  await page.waitForSelector('html[data-ready]', { timeout: 60_000 });
  return complaints;
}

/** Text on Line, first start and their dialogs is read at two metres: 7:1, elsewhere 4.5:1. */
const strict = /^(?:line-|first-start|password-|simulation-|sign-on|band-|link-)/;

/** Every violation that axe finds, one line each. */
export async function violations(page: Page, name: string): Promise<readonly string[]> {
  // No frames here: without the second page that the other mode opens for them it takes a third of the time.
  const builder = new AxeBuilder({ page }).setLegacyMode(true);
  if (strict.test(name)) builder.options({ rules: { 'color-contrast-enhanced': { enabled: true } } });
  const { violations: found } = await builder.analyze();
  return found.flatMap((violation) =>
    violation.nodes.map(
      (node) =>
        `${violation.id}: ${node.target.join(' ')} ${node.any.map((check) => check.message).join('; ') || violation.help}`,
    ),
  );
}

/** What is cut off, too small for a finger, or wider than the window. */
export async function misfits(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth + 1 || root.scrollHeight > innerHeight + 1) found.push('the page itself scrolls');
    const rem = Number.parseFloat(getComputedStyle(root).fontSize);
    const name = (element: Element): string => `${element.className} "${element.textContent?.trim().slice(0, 40)}"`;
    const top = document.querySelector('[role="dialog"]') ?? document.body;
    for (const element of top.querySelectorAll<HTMLElement>('button, select, input, textarea, label.check')) {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || getComputedStyle(element).visibility === 'hidden') continue;
      // Rows are targets as a whole, fields stand inside theirs, and a hidden file input is worked by its label.
      if (element.closest('.big-head, .slot-table, .filter, .check, .choice-row, .hidden-text, .simulation-field'))
        continue;
      if (element.matches('.slider, input[type="radio"], input[type="checkbox"]')) continue;
      const least = element.closest('.line, .tiles') === null ? 3 : 4;
      // A text field is worked by typing; its box shares the border with its button.
      if (element.closest('.password-box') === null && box.height < Math.min(least, 3) * rem - 1)
        found.push(`${Math.round(box.height)} px high: ${name(element)}`);
      if (element.matches('button') && element.scrollWidth > element.clientWidth + 1)
        found.push(`text is cut off: ${name(element)}`);
    }
    return found;
  });
}

/** Fails with everything that is wrong at once. */
export async function judge(page: Page, name: string, look: Look): Promise<void> {
  const complaints = await show(page, name, look);
  const what = `${name}, ${look.theme}, ${look.language}`;
  expect(complaints, `${what}: the page complained`).toEqual([]);
  expect(await violations(page, name), `${what}: axe`).toEqual([]);
  expect(await misfits(page), `${what}: layout`).toEqual([]);
}
