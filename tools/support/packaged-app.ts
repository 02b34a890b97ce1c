import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.ts';
import { SHARED_RUNTIME } from './desktop-tests.ts';
import { programIn } from './electron.ts';
import { createStamp, digestOf } from './fresh.ts';
import { OUT, ROOT } from './root.ts';

const FOLDER = path.join(OUT, 'packaged');
const DPKG_DEB = '/usr/bin/dpkg-deb';
const INPUTS = [
  ...['main', 'shared', 'preload', 'renderer', 'packaging', 'tools/packaging', 'tools/support'],
  ...['electron-builder.yml', 'package-lock.json', 'package.json', 'vite.config.ts', 'svelte.config.js'],
];

/** The app as a test build. */
export interface PackagedApp {
  readonly program: string;
  /** The package for Debian; null where it cannot be built. */
  readonly deb: string | null;
}

/** Where the packager leaves the program on each system. */
const PROGRAMS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['linux-unpacked/kith', 'linux-arm64-unpacked/kith'],
  // Of this machine's architecture alone, as `--target dir` packages it.
  darwin: ['mac-arm64/Kith.app/Contents/MacOS/Kith', 'mac/Kith.app/Contents/MacOS/Kith'],
  win32: ['win-unpacked/Kith.exe'],
};

/**
 * Packages the app as a test build, unless the existing package is up to date. Null if the packager would have to
 * download Electron's runtime.
 */
export async function ensurePackaged(): Promise<PackagedApp | null> {
  const runtime = await findRuntime();
  if (runtime === null) return null;
  const stamp = createStamp(path.join(OUT, 'packaged.stamp'));
  const digest = digestOf(INPUTS);
  const existing = findPackaged();
  if (existing !== null && stamp.matches(digest)) return existing;
  console.log('test: packaging the app …');
  const targets = ['dir', ...(existsSync(DPKG_DEB) ? ['deb'] : [])].flatMap((name) => ['--target', name]);
  const args = [...targets, '--fast', '--test-build', '--output', FOLDER, ...runtime];
  const { code, output } = await runCommand(
    process.execPath,
    [path.join(ROOT, 'tools/package.ts'), ...args],
    {
      capture: true,
    },
  );
  const packaged = findPackaged();
  if (code !== 0 || packaged === null) throw new Error(`the app cannot be packaged:\n${output}`);
  stamp.write(digest);
  return packaged;
}

/** The options that name a runtime on this computer: the one that was downloaded, else the one for tests. */
async function findRuntime(): Promise<string[] | null> {
  const electron = path.join(ROOT, 'node_modules/electron');
  if (programIn(path.join(electron, 'dist')) !== null) {
    const { version } = JSON.parse(readFileSync(path.join(electron, 'package.json'), 'utf8')) as {
      version: string;
    };
    return ['--electron-dist', path.join(electron, 'dist'), '--electron-version', version];
  }
  if (process.platform !== 'linux' || !existsSync(SHARED_RUNTIME)) return null;
  const bare = await runCommand('bash', [SHARED_RUNTIME, '--bare'], { capture: true });
  if (bare.code !== 0) throw new Error(bare.output);
  return ['--electron-dist', bare.output.trim().split('\n').at(-1)!, '--electron-version', '33.2.1'];
}

function findPackaged(): PackagedApp | null {
  const files = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  const program = PROGRAMS[process.platform]?.map((each) => path.join(FOLDER, each)).find(existsSync);
  const deb = files.find((name) => name.endsWith('.deb'));
  return program === undefined ? null : { program, deb: deb === undefined ? null : path.join(FOLDER, deb) };
}
