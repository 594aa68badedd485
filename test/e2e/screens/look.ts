import { join } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { de } from '../../../src-renderer/texts/de/index.ts';
import { en } from '../../../src-renderer/texts/en/index.ts';
import { reasons } from '../../../src-shared/model/reasons.ts';
import { sentences } from '../../../src-shared/model/sentences.ts';
import { misfits, violations } from './gallery.ts';

/** Every text of a language by its dotted key. */
function flat(tree: object, prefix = ''): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(`${prefix}${key}`, value);
    else if (typeof value === 'object' && value !== null)
      for (const [inner, text] of flat(value, `${prefix}${key}.`)) found.set(inner, text);
  }
  return found;
}

const texts = { en: flat(en), de: flat(de) } as const;
/** The screens' own texts, and what the core's codes are said in. */
const known = {
  en: new Set([...texts.en.values(), ...[sentences, reasons].flatMap((all) => Object.values(all).map(({ en }) => en))]),
  de: new Set([...texts.de.values(), ...[sentences, reasons].flatMap((all) => Object.values(all).map(({ de }) => de))]),
} as const;

/** Everything that can be read on the page: texts, and the attributes that are read aloud or shown. */
function readable(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      // What is marked as another language, the words of data sheets and logs, is not ours to translate.
      if (node.parentElement?.closest('script, style, body [lang]') === null) found.add(node.textContent?.trim() ?? '');
    }
    for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
      for (const element of document.querySelectorAll(`[${name}]`)) found.add(element.getAttribute(name)?.trim() ?? '');
    found.delete('');
    return [...found];
  });
}

/** Keys that stand on the page instead of their texts, holes that nobody filled, and texts of the other language. */
async function untranslated(page: Page): Promise<readonly string[]> {
  const language = (await page.locator('html').getAttribute('lang')) === 'de' ? 'de' : 'en';
  const other = language === 'de' ? 'en' : 'de';
  return (await readable(page)).filter(
    (text) =>
      texts.en.has(text) ||
      texts.en.has(`${text}_one`) ||
      text.includes('{{') ||
      // A word by itself may be a name or a unit of both; a sentence is not.
      (known[other].has(text) && !known[language].has(text) && text.length > 3),
  );
}

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
