import { test as base, expect } from '@playwright/test';
import { scenarios } from '../../../src-renderer/gallery/scenarios.ts';
import gallery from '../playwright.config.ts';
import { Gallery } from './gallery.ts';
import { drawing } from './pictures.ts';

/**
 * Every state of every screen, twice: light in English and dark in German, so that each theme and each language sees all of
 * them. No axe violation, nothing refused by the content security policy, nothing cut off, nothing too small to touch, and nothing
 * that looks otherwise than its committed picture. One page per worker shows them all.
 */
const test = base.extend<object, { readonly stage: Gallery }>({
  stage: [
    async ({ browser }, use) => {
      const { baseURL = '', viewport = null, locale = '', timezoneId = '', contextOptions } = gallery.use ?? {};
      const context = await browser.newContext({ viewport, locale, timezoneId, ...contextOptions });
      await use(await Gallery.open(await context.newPage(), baseURL));
      await context.close();
    },
    { scope: 'worker' },
  ],
});

test.describe.configure({ mode: 'parallel' });

test('another word is another picture', async ({ stage }) => {
  test.skip(drawing, 'pictures are being drawn');
  expect(await stage.seesAnotherWord('line-seen', '.face-say')).toBe(true);
  expect(await stage.seesAnotherWord('settings-station', 'h1')).toBe(true);
});

for (const name of Object.keys(scenarios)) {
  test(`${name}: light in English, dark in German`, async ({ stage }) => {
    await stage.judge(name);
  });
}
