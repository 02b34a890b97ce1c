import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/root.ts';

/**
 * Copies `source=/target` pairs: a file or the contents of a folder, relative to the project, to a target under `root`.
 * Then sets the time and permissions of everything under `root`.
 */
export function stage(root: string, pairs: readonly string[]): void {
  for (const pair of pairs) {
    const at = pair.lastIndexOf('=');
    const source = path.resolve(ROOT, pair.slice(0, at));
    const target = path.join(root, pair.slice(at + 1));
    mkdirSync(path.dirname(target), { recursive: true });
    if (lstatSync(source).isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else cpSync(source, target, { recursive: true, verbatimSymlinks: true });
  }
  settle(root);
}

/** The time of everything in a package, in seconds: the same sources give the same package. */
export function packageTime(): number {
  const time = Number(process.env['SOURCE_DATE_EPOCH']);
  if (!Number.isInteger(time) || time <= 0) throw new Error('SOURCE_DATE_EPOCH is not set');
  return time;
}

/** Whether a quick build is wanted rather than a small package; for checks. */
export const isFast = (): boolean => process.env['KITH_PACKAGE_FAST'] === '1';

/** Debian Policy 8.1: libraries are loaded, not run. */
const LIBRARY = /\.(so|node)(\.\d+)*$/;

/** Sets one time on all files, and permissions that do not depend on the umask. No file gets a set-user-id bit. */
export function settle(root: string): void {
  const visit = (file: string): void => {
    const facts = lstatSync(file);
    if (facts.isDirectory()) for (const name of readdirSync(file)) visit(path.join(file, name));
    const isProgram = (facts.mode & 0o111) !== 0 && !LIBRARY.test(file);
    if (!facts.isSymbolicLink()) chmodSync(file, facts.isDirectory() || isProgram ? 0o755 : 0o644);
    lutimesSync(file, packageTime(), packageTime());
  };
  visit(root);
}

/** The names of the files under `root`, relative and sorted; symbolic links are files. */
export function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Bytes of all files under `root`. */
export function sizeOf(root: string): number {
  return filesIn(root).reduce((sum, file) => {
    const full = path.join(root, file);
    return sum + (lstatSync(full).isFile() ? statSync(full).size : 0);
  }, 0);
}
