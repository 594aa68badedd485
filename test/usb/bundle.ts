import { copyFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import packageJson from '../../package.json' with { type: 'json' };

/**
 * bundle.ts FOLDER: the bench and the application's core as one plain JavaScript file, the way the application is shipped. An emulated
 * machine needs most of a minute to fetch hundreds of sources and strip their types, and seconds for this.
 */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('bundle.ts FOLDER: start it by run.sh');
const here = fileURLToPath(new URL('.', import.meta.url));
const top = fileURLToPath(new URL('../..', import.meta.url));
const outside = [...Object.keys(packageJson.dependencies), ...Object.keys(packageJson.optionalDependencies)];

await build({
  configFile: false,
  root: top,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    outDir: folder,
    emptyOutDir: false,
    target: 'node24',
    minify: false,
    ssr: true,
    rollupOptions: {
      input: { bench: join(here, 'bench.ts'), 'query-worker': join(top, 'src-main/records/query-worker.ts') },
      external: [
        ...outside.map((name) => new RegExp(`^${name}(/|$)`)),
        ...builtinModules,
        ...builtinModules.map((name) => `node:${name}`),
        'node:sqlite',
      ],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name].js' },
    },
  },
});
// The other process of the bench, started from beside the file that starts it.
copyFileSync(join(top, 'test/interop/client.py'), join(folder, 'client.py'));
