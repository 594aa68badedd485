import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { z } from 'zod';

/** Builds the main process and its query thread into dist/electron; native modules stay outside, everything else is in. */
const here = fileURLToPath(new URL('.', import.meta.url));
const top = fileURLToPath(new URL('../../..', import.meta.url));

const named = z.record(z.string(), z.string());
const { dependencies, optionalDependencies } = z
  .object({ dependencies: named, optionalDependencies: named })
  .parse(JSON.parse(readFileSync(`${top}/package.json`, 'utf8')));
const outside = [...Object.keys(dependencies), ...Object.keys(optionalDependencies)];

export default defineConfig({
  root: here,
  build: {
    outDir: `${top}/dist/electron`,
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    ssr: true,
    rollupOptions: {
      input: { main: `${here}main.ts`, 'query-worker': `${top}/src-main/records/query-worker.ts` },
      external: [
        'electron',
        ...outside.map((name) => new RegExp(`^${name}(/|$)`)),
        ...builtinModules,
        ...builtinModules.map((name) => `node:${name}`),
        'node:sqlite',
      ],
      // All in one folder: the thread's file is looked for beside the file that starts it.
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
  ssr: { noExternal: true },
});
