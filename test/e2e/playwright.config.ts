import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

/**
 * End-to-end suites in Debian's Chromium, two workers on two cores. The gallery
 * is built and served the way a shell serves the screens.
 */
const port = Number(process.env['SIGNET_GALLERY_PORT'] ?? '4173');

export default defineConfig({
  testDir: fileURLToPath(new URL('.', import.meta.url)),
  testMatch: '**/*.spec.ts',
  outputDir: fileURLToPath(new URL('../../test-results', import.meta.url)),
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  // Deadlines catch what hangs; a machine that is busy with other things may take a minute for one board.
  timeout: 300_000,
  expect: { timeout: 90_000 },
  globalSetup: fileURLToPath(new URL('program-build.ts', import.meta.url)),
  reporter: process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] === undefined ? [['list']] : [['list'], ['json']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    actionTimeout: 60_000,
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
        '--force-color-profile=srgb',
        '--font-render-hinting=none',
      ],
    },
  },
  webServer: {
    command: `${process.execPath} --disable-warning=ExperimentalWarning ${fileURLToPath(new URL('gallery-server.ts', import.meta.url))} ${port}`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
    timeout: 180_000,
    stdout: 'ignore',
    stderr: 'pipe',
  },
});
