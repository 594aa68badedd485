import { defineConfig } from 'vitest/config';

/** Unit, vector, property and end-to-end tests that run on Node alone; the other suites are started by test/run.ts. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/e2e/screens/**', 'node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    // Generous on purpose: the reference machine has two cores and is not ours alone.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // What is waited for is polled with this one deadline, `expect.poll(…)`, instead of a time that is usually enough.
    expect: { poll: { timeout: 60_000, interval: 10 } },
  },
});
