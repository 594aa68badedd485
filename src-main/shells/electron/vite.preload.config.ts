import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** Builds the preload: one CommonJS file that requires nothing but Electron, as the sandbox demands. */
const here = fileURLToPath(new URL('.', import.meta.url));
const top = fileURLToPath(new URL('../../..', import.meta.url));

export default defineConfig({
  root: here,
  build: {
    outDir: `${top}/dist/electron`,
    emptyOutDir: false,
    target: 'chrome140',
    minify: false,
    lib: { entry: `${here}preload.ts`, formats: ['cjs'], fileName: () => 'preload.cjs' },
    rollupOptions: { external: ['electron'], output: { codeSplitting: false } },
  },
});
