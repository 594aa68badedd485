import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import packageJson from '../package.json' with { type: 'json' };

/** Builds the program without Electron into dist/headless: command line, browser shell and query thread, natives left outside. */
const top = fileURLToPath(new URL('..', import.meta.url));
const outside = [...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.optionalDependencies)];

export default defineConfig({
  root: top,
  build: {
    outDir: `${top}dist/headless`,
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    ssr: true,
    rollupOptions: {
      input: {
        signet: `${top}src-main/shells/cli/signet.ts`,
        desktop: `${top}src-main/shells/browser/installed.ts`,
        'query-worker': `${top}src-main/records/query-worker.ts`,
      },
      external: [
        // Only a checkout builds its screens by itself.
        'vite',
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
