import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './root.ts';

function filesUnder(name: string): string[] {
  const full = path.join(ROOT, name);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [name];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** A digest of names and contents, because times of files change with a clone, a copy or a checkout. */
export function digestOf(inputs: readonly string[]): string {
  const digest = createHash('sha256');
  for (const file of inputs.flatMap(filesUnder)) {
    digest.update(`${file.replaceAll(path.sep, '/')}\0`).update(readFileSync(path.join(ROOT, file)));
  }
  return digest.digest('hex');
}

/** The digest of the last build, stored beside the result. */
export function createStamp(file: string): { matches(digest: string): boolean; write(digest: string): void } {
  return {
    matches: (digest) => existsSync(file) && readFileSync(file, 'utf8') === digest,
    write(digest) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, digest);
    },
  };
}
