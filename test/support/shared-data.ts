import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..', 'shared');

/**
 * A published vector file from the shared data folder beside the checkout, or null where that folder is missing
 * (which is printed, so that a run without it never looks like a full one).
 */
export function readSharedData(path: string): string | null {
  const file = join(root, path);
  if (existsSync(file)) return readFileSync(file, 'utf8');
  console.warn(`not tested: ../shared/${path} is missing`);
  return null;
}

/** A folder of it, or null where it is missing, which is printed too. */
export function sharedFolder(path: string): string | null {
  const folder = join(root, path);
  if (existsSync(folder)) return folder;
  console.warn(`not tested: ../shared/${path} is missing`);
  return null;
}
