import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bundleMain, bundlePreload } from './bundle.ts';
import { createStamp, digestOf } from './fresh.ts';
import { OUT } from './root.ts';

const INPUTS = ['main', 'shared', 'preload', 'tools/support/bundle.ts', 'package-lock.json'];

/** The names of the packages in the bundle, for the file of licences. */
export const MAIN_PACKAGES = path.join(OUT, 'main.packages.json');
/** Source maps of everything that Electron loads; no package holds them. */
const MAPS = path.join(OUT, 'maps');

/** The folder of the bundle of `npm start` and of releases, and of the build that lets tests attach a debugger. */
export const mainFolder = (testBuild: boolean): string => (testBuild ? 'main-test' : 'main');

/** Builds what Electron loads: main, its threads and processes, and the preload script. Returns whether it built. */
export async function ensureDesktop(testBuild = false): Promise<boolean> {
  const name = mainFolder(testBuild);
  const stamp = createStamp(path.join(OUT, `${name}.stamp`));
  const digest = digestOf(INPUTS);
  if (existsSync(path.join(OUT, name, 'main.js')) && stamp.matches(digest)) return false;
  const packages = await replaceFolder(name, (fresh) =>
    bundleMain(fresh, path.join(MAPS, name), { testBuild }),
  );
  writeFileSync(MAIN_PACKAGES, JSON.stringify(packages));
  await buildPreload();
  stamp.write(digest);
  return true;
}

/** Builds out/preload/index.cjs alone; cheap. */
export async function buildPreload(): Promise<void> {
  await replaceFolder('preload', (fresh) => bundlePreload(fresh, path.join(MAPS, 'preload')));
}

/**
 * Builds out/`name` beside the old one. A running app may load files of the old folder, which is missing only between
 * two renames.
 */
export async function replaceFolder<Result>(
  name: string,
  work: (fresh: string) => Promise<Result>,
): Promise<Result> {
  const target = path.join(OUT, name);
  const fresh = `${target}.${process.pid}`;
  const old = `${fresh}.old`;
  try {
    const result = await work(fresh);
    if (existsSync(target)) renameSync(target, old);
    renameSync(fresh, target);
    return result;
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  }
}
