/**
 * The README of every module names each source file of its folder once in its table of files, and no file that does not
 * exist. Modules of `main` must have a README; in `shared` and `renderer` only the READMEs that exist are compared.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const SOURCE = /\.(?:ts|mjs|svelte)$/;

/** The folder and every folder below it, relative to the repository. */
const foldersFrom = (folder: string): string[] => [
  folder,
  ...readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => foldersFrom(`${folder}/${name}`)),
];

/** The names of the source files that lie directly in a folder. */
const sourcesIn = (folder: string): string[] =>
  readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
    .map(({ name }) => name)
    .sort();

const readmeOf = (folder: string): string => path.join(ROOT, folder, 'README.md');

const FOLDERS = [
  ...foldersFrom('main').filter((folder) => folder !== 'main'),
  ...['shared', 'renderer'].flatMap(foldersFrom).filter((folder) => existsSync(readmeOf(folder))),
].filter((folder) => sourcesIn(folder).length > 0);

/** Everything in backticks in the first cells of the tables whose first column lists files or folders. */
function namesInTable(readme: string): string[] {
  const names: string[] = [];
  let afterRow = false;
  let listsFiles = false;
  for (const line of readme.split('\n')) {
    const isRow = line.startsWith('|');
    const firstCell = isRow ? line.split('|')[1]! : '';
    if (isRow && !afterRow) listsFiles = /\b(?:file|folder)s?\b/.test(firstCell);
    else if (isRow && listsFiles) for (const [, name] of firstCell.matchAll(/`([^`]+)`/g)) names.push(name!);
    afterRow = isRow;
  }
  return names;
}

/** What a table says that is not so; empty when it agrees with the folder. */
function differences(folder: string, names: readonly string[]): string[] {
  const found: string[] = [];
  for (const source of sourcesIn(folder)) {
    const times = names.filter((name) => name === source).length;
    if (times !== 1) found.push(`${source} is named ${times} times`);
  }
  const entries = readdirSync(path.join(ROOT, folder), { withFileTypes: true }).map((entry) =>
    entry.isDirectory() ? `${entry.name}/` : entry.name,
  );
  for (const name of new Set(names)) if (!entries.includes(name)) found.push(`${name} does not exist`);
  return found;
}

test('at least 30 folders have source files and a README to compare', () => {
  expect(FOLDERS.length).toBeGreaterThanOrEqual(30);
});

test.each(FOLDERS)('the README of %s names each of its files once and no other', (folder) => {
  expect(existsSync(readmeOf(folder)), `${folder}/README.md exists`).toBe(true);
  expect(differences(folder, namesInTable(readFileSync(readmeOf(folder), 'utf8')))).toEqual([]);
});
