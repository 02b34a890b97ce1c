import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../support/random.ts';
import { type Extent, type Folder, FOLDERS, type Moment, type Recording } from './recorder.ts';

/** What a file system kept of a folder: all that was written, only what was synced, or something between. */
export type Kept = 'all' | 'synced' | 'random';

/** What is kept of each folder; `seed` decides what is random. */
export interface Loss {
  readonly moment: number;
  readonly kept: Readonly<Record<Folder, Kept>>;
}

/** Every folder as it was, none, each alone, each but one, and mixtures. */
export const LOSSES: readonly Readonly<Record<Folder, Kept>>[] = [
  { chain: 'all', blocks: 'all', undo: 'all' },
  { chain: 'synced', blocks: 'synced', undo: 'synced' },
  { chain: 'all', blocks: 'synced', undo: 'synced' },
  { chain: 'synced', blocks: 'all', undo: 'all' },
  { chain: 'all', blocks: 'all', undo: 'synced' },
  { chain: 'all', blocks: 'synced', undo: 'all' },
  { chain: 'random', blocks: 'synced', undo: 'synced' },
  { chain: 'all', blocks: 'random', undo: 'random' },
  { chain: 'random', blocks: 'random', undo: 'random' },
];

/** Writes the files as the loss left them into an empty directory. */
export function writeState(
  { moments, changes, contents }: Recording,
  { moment: at, kept }: Loss,
  random: Random,
  directory: string,
): void {
  const moment = moments[at]!;
  for (const folder of FOLDERS) {
    const changed = lengthKept(moment.folders[folder], kept[folder], random);
    const names = new Map<string, number>();
    for (const change of changes[folder].slice(0, changed)) {
      if ('link' in change) names.set(change.link, change.file);
      else names.delete(change.unlink);
    }
    mkdirSync(join(directory, folder), { recursive: true });
    for (const [name, file] of names)
      writeFileSync(join(directory, folder, name), contentKept(moment, contents, file, kept[folder], random));
  }
}

function contentKept(
  { files }: Moment,
  contents: readonly Buffer[],
  file: number,
  kept: Kept,
  random: Random,
): Buffer {
  const extent = files.get(file) ?? { synced: 0, written: 0 };
  return contents[file]!.subarray(0, lengthKept(extent, kept, random));
}

function lengthKept({ synced, written }: Extent, kept: Kept, random: Random): number {
  if (kept === 'all') return written;
  return kept === 'synced' ? synced : synced + random.int(written - synced + 1);
}

/**
 * Moments at which LevelDB has two logs: it writes into the newer one, and the older one, which it never synced, is not
 * in a table yet.
 */
export function momentsInRotation({ moments, changes }: Recording): number[] {
  const found: number[] = [];
  for (const [i, { folders }] of moments.entries()) {
    const logs = new Set<string>();
    for (const change of changes.chain.slice(0, folders.chain.written)) {
      if ('unlink' in change) logs.delete(change.unlink);
      else if (change.link.endsWith('.log')) logs.add(change.link);
    }
    if (logs.size > 1) found.push(i);
  }
  return found;
}
