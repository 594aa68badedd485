import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import packageJson from '../../../package.json' with { type: 'json' };

/** Builds the main process and its query thread into dist/electron; native modules stay outside, everything else is in. */
const here = fileURLToPath(new URL('.', import.meta.url));
const top = fileURLToPath(new URL('../../..', import.meta.url));

const outside = [...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.optionalDependencies)];

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
