import { type CDPSession, expect, type Page } from '@playwright/test';
import { axeViolations } from './axe.ts';
import { differsFromPicture, takePicture } from './pictures.ts';
import { untranslated } from './translated.ts';

/** Names in the gallery that a person gave, and a site in the records of an English station. */
const named = /^(?:Site \d+|cloud key)$/;

/** How a picture is looked at. */
export interface Look {
  readonly theme: 'light' | 'dark';
  readonly language: 'en' | 'de';
  /** Text size, per cent. */
  readonly scale?: number;
}

/** Text on Line, first start and their dialogs is read at two metres: 7:1, elsewhere 4.5:1. */
const strict = /^(?:line-|first-start|password-|simulation-|sign-on|band-|link-)/;

/** Every violation that axe finds, one line each. */
export async function violations(page: Page, name: string, coloursOnly = false): Promise<readonly string[]> {
  return axeViolations(page, { enhancedContrast: strict.test(name), coloursOnly });
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
    // A face may scroll where there is little room, but then a keyboard reaches it and some of it is seen.
    for (const element of top.querySelectorAll<HTMLElement>('.face, .face-body, .choice b, .face-top strong')) {
      const box = element.matches('.choice b')
        ? element
        : (element.closest<HTMLElement>('.face, .face-body') ?? element);
      if (box.scrollWidth > box.clientWidth + 1) found.push(`too wide for its place: ${name(element)}`);
      if (!element.matches('.face, .face-body') || element.scrollHeight <= element.clientHeight + 1) continue;
      if (!element.matches('.face-body') || getComputedStyle(element).overflowY === 'visible' || element.tabIndex < 0)
        found.push(`out of reach: ${name(element)}`);
      else if (element.clientHeight < 2 * rem) found.push(`too little of it is seen: ${name(element)}`);
    }
    return found;
  });
}

/** One page of the gallery on which state after state is shown. */
export class Gallery {
  readonly #page: Page;
  readonly #session: CDPSession;
  #complaints: string[] = [];

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.#complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.#complaints.push(error.message));
  }

  static async open(page: Page, address: string): Promise<Gallery> {
    const gallery = new Gallery(page, await page.context().newCDPSession(page));
    await page.goto(address);
    await page.waitForSelector('html[data-ready]', { timeout: 60_000 });
    return gallery;
  }

  /** Shows one state and waits until it is drawn. Gives what the page complained of. */
  async show(name: string, { theme, language, scale = 100 }: Look): Promise<readonly string[]> {
    this.#complaints = [];
    await this.#page.evaluate(
      ([state, look]) => {
        if (window.signetGallery === undefined) throw new Error('this page is no gallery');
        return window.signetGallery(state, look);
      },
      [name, { theme, language, textScale: scale }] as const,
    );
    return this.#complaints;
  }

  /** Fails with everything that is wrong with a state, light in English and dark in German. */
  async judge(name: string): Promise<void> {
    await this.#judge(name, { theme: 'light', language: 'en' }, false);
    await this.#judge(name, { theme: 'dark', language: 'de' }, true);
  }

  /** Whether one changed word is seen to differ from a committed picture. */
  async seesAnotherWord(name: string, selector: string): Promise<boolean> {
    await this.show(name, { theme: 'light', language: 'en' });
    await this.#page.evaluate((where) => {
      const element = document.querySelector(where);
      if (element !== null) element.textContent = [...(element.textContent ?? '')].reverse().join('');
    }, selector);
    const picture = await takePicture(this.#session);
    return (await differsFromPicture(this.#page, picture, `${name}-light`)) !== undefined;
  }

  async #judge(name: string, look: Look, coloursOnly: boolean): Promise<void> {
    const page = this.#page;
    const complaints = await this.show(name, look);
    const what = `${name}, ${look.theme}, ${look.language}`;
    expect.soft(complaints, `${what}: the page complained`).toEqual([]);
    const picture = await takePicture(this.#session);
    expect.soft(await violations(page, name, coloursOnly), `${what}: axe`).toEqual([]);
    expect.soft(await misfits(page), `${what}: layout`).toEqual([]);
    expect.soft(await untranslated(page, named), `${what}: not translated`).toEqual([]);
    expect.soft(await differsFromPicture(page, picture, `${name}-${look.theme}`), `${what}: picture`).toBeUndefined();
  }
}
