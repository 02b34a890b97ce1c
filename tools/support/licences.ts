/** The file with the licences of everything that a package of Kith holds besides Electron. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { UNBUNDLED } from './bundle.ts';
import { MAIN_PACKAGES } from './desktop.ts';
import { licenceOf, readManifest, withDependencies } from './packages.ts';
import { OUT, ROOT } from './root.ts';

/** The names of the packages in the page; vite.config.ts writes them. */
const PAGE_PACKAGES = path.join(OUT, 'renderer.packages.json');
export const LICENCES = path.join(OUT, 'licences.txt');

const INTRODUCTION = `Kith uses the software below. Each part is listed with its version, its licence and its licence text.
Kith's own licence is in the file LICENSE. Electron and Chromium come with their own files:
LICENSE.electron.txt and LICENSES.chromium.html.
Countries of addresses are estimated from data of the IPFire Project, CC BY-SA 4.0, in another format:
https://www.ipfire.org/location`;
const RULE = '-'.repeat(80);
/** Files with the text of common licences, by their SPDX name. */
const STANDARD_TEXTS = [
  ['MIT', 'LICENSE'],
  ['Apache-2.0', 'node_modules/@playwright/test/LICENSE'],
] as const;
/** Libraries inside the native modules, which no package of npm lists. */
const IN_NATIVE_MODULES = [
  ['LevelDB 1.20', 'BSD-3-Clause', 'node_modules/classic-level/deps/leveldb/leveldb-1.20/LICENSE'],
  ['Snappy', 'BSD-3-Clause', 'node_modules/classic-level/deps/snappy/snappy/COPYING'],
  ['libsodium 1.0', 'ISC', 'tools/support/libsodium-licence.txt'],
] as const;

/**
 * Writes out/licences.txt. Both builds must have run.
 * @throws if a package has neither a licence file nor terms whose text is known
 */
export function writeLicences(): void {
  const bundled = [MAIN_PACKAGES, PAGE_PACKAGES].flatMap(
    (file) => JSON.parse(readFileSync(file, 'utf8')) as string[],
  );
  const packages = [...bundled, ...withDependencies(UNBUNDLED)].map(describe);
  const libraries = IN_NATIVE_MODULES.map(
    ([name, license, file]) =>
      `${name}\nLicence: ${license}\n\n${readFileSync(path.join(ROOT, file), 'utf8').trim()}`,
  );
  const sorted = [...new Set([...packages, ...libraries])].sort();
  writeFileSync(LICENCES, [INTRODUCTION, ...sorted].join(`\n\n${RULE}\n`) + '\n');
}

function describe(folder: string): string {
  const { name, version, license = 'not stated' } = readManifest(folder);
  const text = licenceOf(folder) || standardText(folder, license);
  return `${name} ${version}\nLicence: ${license}\n\n${text}`;
}

// Several packages name a licence, alone or as one of two, but do not contain its text.
function standardText(folder: string, license: string): string {
  const { author } = readManifest(folder);
  const holder =
    (typeof author === 'string' ? author : author?.name) ?? `the authors of ${path.basename(folder)}`;
  for (const [name, file] of STANDARD_TEXTS) {
    if (!new RegExp(`\\b${name}\\b`).test(license)) continue;
    const text = readFileSync(path.join(ROOT, file), 'utf8').trim();
    const own = text.replace(/^Copyright \(c\) .*$/m, `Copyright (c) ${holder}`);
    return `Used under the licence ${name}; the package has no licence file.\n\n${own}`;
  }
  throw new Error(`${folder} (${license}) has no licence file`);
}
