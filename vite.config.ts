import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The page alone. Everything else runs from source or is bundled by tools/build.ts. */
export default defineConfig({
  root: 'renderer',
  plugins: [svelte({ configFile: '../svelte.config.js' })],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    // Electron 45's Chromium; every current browser has what it emits.
    target: 'chrome146',
    // An inline polyfill would break the content security policy.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
