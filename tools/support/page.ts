import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { packageBin, runTool } from './command.ts';
import { createStamp, digestOf } from './fresh.ts';
import { OUT } from './root.ts';

const PAGE = path.join(OUT, 'renderer');
const INPUTS = [
  'renderer',
  'shared',
  'vite.config.ts',
  'svelte.config.js',
  'tsconfig.json',
  'package-lock.json',
];
const VITE = packageBin('vite', 'bin/vite.js');

/**
 * Builds the page into out/renderer unless it was built from exactly these sources. Returns whether it built; throws
 * with the builder's message. Two concurrent builds are safe, because the result is renamed into place.
 */
export async function ensurePage(): Promise<boolean> {
  const stamp = createStamp(path.join(OUT, 'renderer.stamp'));
  const digest = digestOf(INPUTS);
  if (existsSync(path.join(PAGE, 'index.html')) && stamp.matches(digest)) return false;
  const fresh = `${PAGE}.${process.pid}`;
  const old = `${fresh}.old`;
  try {
    const args = ['build', '--config', 'vite.config.ts', '--outDir', fresh, '--logLevel', 'warn'];
    const { code, output } = await runTool(VITE, args, { capture: true });
    if (code !== 0) throw new Error(output.trim());
    // A node may be serving the old page, which is missing only between these two renames.
    if (existsSync(PAGE)) renameSync(PAGE, old);
    renameSync(fresh, PAGE);
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
  stamp.write(digest);
  return true;
}
