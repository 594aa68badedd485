import { test } from '@playwright/test';
import { scenarios } from '../../../src-renderer/gallery/scenarios.ts';
import { judge } from './gallery.ts';

/**
 * Every state of every screen, twice: light in English and dark in German, so that each theme and each language sees all of
 * them. No axe violation, nothing refused by the content security policy, nothing cut off, nothing too small to touch.
 */
for (const name of Object.keys(scenarios)) {
  test(`${name}: light in English, dark in German`, async ({ page }) => {
    await judge(page, name, { theme: 'light', language: 'en' });
    await judge(page, name, { theme: 'dark', language: 'de' });
  });
}
