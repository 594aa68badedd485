import { defineConfig } from '@playwright/test';
import gallery from './playwright.config.ts';

/**
 * The suites that drive the real program, each with a core of its own on a free port: no gallery is built or served. The screens are
 * built once before the first test (program-build.ts).
 */
const { webServer: _, ...common } = gallery;

export default defineConfig({
  ...common,
  testIgnore: '**/gallery*.spec.ts',
  globalSetup: './program-build.ts',
  workers: 2,
  use: { ...common.use, actionTimeout: 30_000 },
});
