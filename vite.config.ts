import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { packagesOf } from './tools/support/packages.ts';

/** Writes the names of the packages in the page, for the file of licences. */
function packageList(file: string): Plugin {
  return {
    name: 'package-list',
    apply: 'build',
    generateBundle() {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(packagesOf([...this.getModuleIds()])));
    },
  };
}

/** The page alone. Everything else runs from source or is bundled by tools/build.ts. */
export default defineConfig({
  root: 'renderer',
  plugins: [
    svelte({ configFile: '../svelte.config.js' }),
    packageList(path.resolve(import.meta.dirname, 'out/renderer.packages.json')),
  ],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    // Electron 45's Chromium; every current browser has what it emits.
    target: 'chrome146',
    // An inline polyfill would break the content security policy.
    // The links that a later part of the page adds for its files cost 100 ms of the first second, and save a millisecond: the files
    // come from this computer.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, files, { hostType }) => (hostType === 'html' ? files : []),
    },
    assetsInlineLimit: 0,
    // One style sheet of 20 kB compressed. Parts of it would be asked for once: a screen whose part failed stays without styles.
    cssCodeSplit: false,
  },
});
