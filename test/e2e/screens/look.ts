import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { misfits, violations } from './gallery.ts';
import { untranslated } from './translated.ts';

/**
 * Looks a state of the running program over: axe, what is cut off or too small to touch, what is not translated. With
 * `SIGNET_PICTURES=FOLDER` it leaves a picture there. All faults are told, not only the first.
 */
export async function lookOver(page: Page, name: string, strictness: 'desk' | 'line' = 'desk'): Promise<void> {
  const pictures = process.env['SIGNET_PICTURES'];
  // Entrances are over: what fades in has its own colours meanwhile.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))),
  );
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
  expect.soft(await violations(page, strictness === 'line' ? `line-${name}` : name), `${name}: axe`).toEqual([]);
  expect.soft(await misfits(page), `${name}: layout`).toEqual([]);
  expect.soft(await untranslated(page), `${name}: not translated`).toEqual([]);
}
