import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './root.ts';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The folders (relative to the project) of the packages to which these modules belong, each once, sorted. */
export function packagesOf(modules: readonly string[]): string[] {
  const folders = modules.flatMap((id) => {
    const file = path.relative(ROOT, id.replace(/^\0/, '').replace(/\?.*$/, '')).replaceAll(path.sep, '/');
    const found = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
    return found ? [found[1]!] : [];
  });
  return [...new Set(folders)].sort();
}

/** The folders of these packages and of all that they depend on at run time, as far as installed here. */
export function withDependencies(names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (name: string, from: string): void => {
    const folder = findPackage(name, from);
    if (folder === null || found.has(folder)) return;
    found.add(folder);
    const { dependencies, optionalDependencies } = readManifest(folder);
    for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) visit(each, folder);
  };
  for (const name of names) visit(name, '');
  return [...found].sort();
}

function findPackage(name: string, from: string): string | null {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (folder === '.') folder = '';
    const candidate = path.posix.join(folder, 'node_modules', name);
    if (existsSync(path.join(ROOT, candidate, 'package.json'))) return candidate;
    if (folder === '') return null;
  }
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
}

/** The text of a package's licence files; empty if it has none. */
export function licenceOf(folder: string): string {
  return readdirSync(path.join(ROOT, folder))
    .filter((name) => /^(licen[cs]e|copying|notice|ofl)/i.test(name))
    .sort()
    .map((name) =>
      readFileSync(path.join(ROOT, folder, name), 'utf8')
        .replaceAll('\r\n', '\n')
        .trim(),
    )
    .join('\n\n');
}
