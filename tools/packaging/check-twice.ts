import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../support/command.ts';
import { OUT, ROOT } from '../support/root.ts';
import { differences, digestsIn } from './check-linux.ts';

/** Folders that are not sources. node_modules is linked instead of copied. */
const LEFT_OUT = ['.git', '.cache', 'coverage', 'dist', 'node_modules', path.basename(OUT)];
/** Written by electron-builder for its own diagnosis; not published. */
const NOT_PUBLISHED = /^(builder-debug\.yml|linux.*-unpacked\/)/;
/** Conditions that must not change the packages. */
const CIRCUMSTANCES = [
  { name: 'one', umask: '022', TZ: 'UTC' },
  { name: 'another', umask: '027', TZ: 'Asia/Tokyo' },
] as const;

/**
 * Builds all packages from two copies of the project, with another umask and time zone, and compares them.
 * `args` are those of `npm run package` that name the runtime.
 */
export async function checkTwice(args: readonly string[], work: string): Promise<string[]> {
  const built: Map<string, string>[] = [];
  for (const { name, umask, TZ } of CIRCUMSTANCES) {
    const folder = path.join(work, name);
    await copyProject(folder);
    const script = 'umask "$1" && shift && exec "$@"';
    const { code, output } = await runCommand(
      'sh',
      ['-c', script, 'sh', umask, process.execPath, path.join(folder, 'tools/package.ts'), ...args],
      { capture: true, env: { TZ, SOURCE_DATE_EPOCH: '1767225600' } },
    );
    if (code !== 0) return [`the build in ${folder} failed: ${output.slice(-2000)}`];
    built.push(digestsIn(path.join(folder, 'dist'), NOT_PUBLISHED));
  }
  console.log(`package: built twice: ${[...built[0]!.keys()].join(', ')}`);
  return differences('the second build', built[0]!, built[1]!);
}

async function copyProject(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(ROOT))
    if (!LEFT_OUT.includes(name)) cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
  await runCommand('cp', ['-al', path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules')]);
}
