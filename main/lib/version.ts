import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version of this software, from the package.json above the sources or the build. */
export const VERSION: string = readVersion(import.meta.dirname);

function readVersion(folder: string): string {
  try {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    if (manifest['name'] === 'kith' && typeof manifest['version'] === 'string') return manifest['version'];
  } catch {
    // Not in this folder: try its parent.
  }
  const parent = dirname(folder);
  if (parent === folder) throw new Error('package.json of kith was not found above its own files');
  return readVersion(parent);
}
