import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the screens into dist/renderer. The shells put a fresh nonce for `__SIGNET_NONCE__`: see README.md. */
const here = import.meta.dirname;

export default defineConfig(({ mode }) => ({
  root: here,
  base: './',
  plugins: [react()],
  html: { cspNonce: '__SIGNET_NONCE__' },
  build: {
    outDir: `${here}/../dist/${mode === 'gallery' ? 'gallery' : 'renderer'}`,
    emptyOutDir: true,
    // A data: font or picture would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'chrome140',
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: mode === 'gallery' ? { gallery: `${here}/gallery.html` } : { index: `${here}/index.html` },
    },
  },
}));
