import { existsSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.ts';
import { SHARED_RUNTIME } from './desktop-tests.ts';
import { createStamp, digestOf } from './fresh.ts';
import { OUT, ROOT } from './root.ts';

const FOLDER = path.join(OUT, 'packaged');
const INPUTS = [
  ...['main', 'shared', 'preload', 'renderer', 'packaging', 'tools/packaging', 'tools/support'],
  ...['electron-builder.yml', 'package-lock.json', 'package.json', 'vite.config.ts', 'svelte.config.js'],
];

/**
 * Packages the app as a test build, unless the existing package is up to date. Returns the path of the program. Null if
 * the packager would have to download Electron's runtime.
 */
export async function ensurePackaged(): Promise<string | null> {
  if (process.platform !== 'linux' || !existsSync(SHARED_RUNTIME)) return null;
  const program = path.join(FOLDER, 'linux-unpacked/kith');
  const stamp = createStamp(path.join(OUT, 'packaged.stamp'));
  const digest = digestOf(INPUTS);
  if (existsSync(program) && stamp.matches(digest)) return program;
  console.log('test: packaging the app …');
  const bare = await runCommand('bash', [SHARED_RUNTIME, '--bare'], { capture: true });
  if (bare.code !== 0) throw new Error(bare.output);
  const runtime = ['--electron-dist', bare.output.trim().split('\n').at(-1)!, '--electron-version', '33.2.1'];
  const { code, output } = await runCommand(
    process.execPath,
    [path.join(ROOT, 'tools/package.ts'), '--target', 'dir', '--test-build', '--output', FOLDER, ...runtime],
    { capture: true },
  );
  if (code !== 0) throw new Error(`the app cannot be packaged:\n${output}`);
  stamp.write(digest);
  return program;
}
