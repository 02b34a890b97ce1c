import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'vite';
import { createStamp, digestOf } from './fresh.ts';
import { OUT, ROOT } from './root.ts';

const PAGE = path.join(OUT, 'renderer');
const INPUTS = [
  'renderer',
  'shared',
  'vite.config.ts',
  'svelte.config.js',
  'tsconfig.json',
  'package-lock.json',
];

/**
 * Builds the page into out/renderer unless it is there and built from exactly these sources.
 * Answers whether it built. Two at once are safe: the result is moved into place in one step.
 */
export async function ensurePage(): Promise<boolean> {
  const stamp = createStamp(path.join(OUT, 'renderer.stamp'));
  const digest = digestOf(INPUTS);
  if (existsSync(path.join(PAGE, 'index.html')) && stamp.matches(digest)) return false;
  const fresh = `${PAGE}.${process.pid}`;
  try {
    await build({
      configFile: path.join(ROOT, 'vite.config.ts'),
      root: path.join(ROOT, 'renderer'),
      logLevel: 'warn',
      build: { outDir: fresh },
    });
    rmSync(PAGE, { recursive: true, force: true });
    renameSync(fresh, PAGE);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  stamp.write(digest);
  return true;
}
