import { defineConfig } from '@playwright/test';
import everything from './playwright.config.ts';

/** The suites that drive the real program, without those of the gallery: nothing is built or served for it. */
const { webServer: _, ...common } = everything;

export default defineConfig({ ...common, testIgnore: '**/gallery*.spec.ts' });
