import type { Page } from '@playwright/test';
import { de } from '../../../src-renderer/texts/de/index.ts';
import { en } from '../../../src-renderer/texts/en/index.ts';
import { reasons } from '../../../src-shared/model/reasons.ts';
import { sentences } from '../../../src-shared/model/sentences.ts';
import { flatTexts } from '../../renderer/flat-texts.ts';

type Language = 'en' | 'de';

const texts = { en: flatTexts(en), de: flatTexts(de) } as const;

/** The screens' own texts, and what the core's codes are said in. */
function allOf(language: Language): readonly string[] {
  const core = [sentences, reasons].flatMap((all) => Object.values(all).map((words) => words[language]));
  return [...texts[language].values(), ...core];
}

const known = { en: new Set(allOf('en')), de: new Set(allOf('de')) } as const;

/** Texts with holes, whatever fills them; those of hardly any words of their own say nothing about a language. */
function patterns(language: Language): readonly RegExp[] {
  return allOf(language)
    .filter((text) => text.includes('{{') && /\p{L}{4}/u.test(text.replace(/\{\{\w+\}\}/g, ' ')))
    .map((text) => {
      const parts = text.split(/\{\{\w+\}\}/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      return new RegExp(`^${parts.join('.*')}$`, 's');
    });
}

const withHoles = { en: patterns('en'), de: patterns('de') } as const;

/** Words that no German sentence has. A text with one of them is English wherever it comes from. */
const englishWords =
  /(?<![\p{L}\d_.-])(?:the|of|is|are|were|been|and|or|not|cannot|with|without|from|this|that|which|has|have|had|its|it|to|by|be|but|than|there|nothing|nobody|only|other|again|must|may|can|any|none|unknown|missing|wrong|file|key|does|did|no|yes|for|on|at)(?![\p{L}\d_-]|\.[a-z])/u;

/** Records keep a site's name in the language in which a simulated line began. */
const recordedSites = /^(?:Site|Platz) \d+$/;

/** Names and formulas in which these words stand as they are in every language. */
const notLanguage = /^(?:[A-Z]{1,2}=.*|.*\bAT88\w*.*)$/s;

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
      for (const element of document.querySelectorAll(`[${name}]`))
        if (element.closest('body [lang]') === null) found.add(element.getAttribute(name)?.trim() ?? '');
    found.delete('');
    return [...found];
  });
}

/**
 * What is not translated on a page: keys that stand there instead of their texts, holes that nobody filled, texts of the other
 * language, with whatever filled their holes, and on a German page English words at all. `data` = names that people or
 * files gave: they are as they are.
 */
export async function untranslated(page: Page, data: RegExp = recordedSites): Promise<readonly string[]> {
  const language: Language = (await page.locator('html').getAttribute('lang')) === 'de' ? 'de' : 'en';
  const other = language === 'de' ? 'en' : 'de';
  return (await readable(page)).filter((text) => {
    if (texts.en.has(text) || texts.en.has(`${text}_one`) || text.includes('{{')) return true;
    if (known[language].has(text) || data.test(text) || notLanguage.test(text)) return false;
    // A word by itself may be a name or a unit of both; a sentence is not.
    if (known[other].has(text) && text.length > 3) return true;
    if (withHoles[language].some((pattern) => pattern.test(text))) return language === 'de' && englishWords.test(text);
    return withHoles[other].some((pattern) => pattern.test(text)) || (language === 'de' && englishWords.test(text));
  });
}
