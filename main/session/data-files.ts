/** What belongs to the data of a root: the registry, the data directories, and every file in them (docs/storage.md). */
import { existsSync, readdirSync } from 'node:fs';
import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PLACE_FILE } from '../lib/data-place.ts';
import { isOurs, LOCK_FOLDER, OWNER_FILE } from '../lib/datadir.ts';
import { codeOf, KithError } from '../lib/errors.ts';
import { createKnownNetworks } from './known-networks.ts';

export interface DataFile {
  /** Relative to the root. */
  readonly path: string;
  readonly bytes: number;
}

export interface DataTree {
  /** The names in the root that belong to the data. */
  readonly entries: readonly string[];
  /** The data directories, relative to the root; `.` is the root itself. */
  readonly datadirs: readonly string[];
  /** All folders and files to copy, relative to the root; a folder is before its content. */
  readonly folders: readonly string[];
  readonly files: readonly DataFile[];
  readonly bytes: number;
}

/** Files of the session. What else is in a root belongs to the desktop app or to the user, and stays. */
const REGISTRY = new Set(['networks.json', 'networks.json.old', 'networks', 'settings.json', 'logs']);
/** Created at every start. They must not be copied, because they describe a running node or another data directory. */
const NOT_COPIED = new Set([LOCK_FOLDER, OWNER_FILE, 'api.token', 'api.json', 'identity.place']);

/** The names in a root that belong to its data; none if the root is missing. */
export function dataEntries(root: string): string[] {
  if (!existsSync(root)) return [];
  const registered = new Set(
    createKnownNetworks(root)
      .list()
      .map(({ datadir }) => datadir),
  );
  const rootIsDirectory = isDatadir(root);
  return readdirSync(root).filter(
    (name) =>
      REGISTRY.has(name) ||
      registered.has(name) ||
      (rootIsDirectory && isOurs(name) && !NOT_COPIED.has(name)) ||
      (!isOurs(name) && isDatadir(join(root, name))),
  );
}

/** The names of the data directories in a root; without the root itself. */
export const dataDirectories = (root: string): string[] =>
  dataEntries(root).filter((name) => isDatadir(join(root, name)));

/** The folders in a root that a node has locked at any time; `.` is the root itself. A node that has just started has no data yet. */
export const lockedDirectories = (root: string): string[] =>
  ['.', ...readdirSync(root)].filter((name) => existsSync(join(root, name, LOCK_FOLDER, 'LOCK')));

/** Whether a node has used this folder as its data directory. */
function isDatadir(folder: string): boolean {
  return (
    existsSync(join(folder, LOCK_FOLDER)) &&
    ['identity.key', 'wallets', 'chain'].some((name) => existsSync(join(folder, name)))
  );
}

/**
 * Reads the names and sizes of all data of a root. Run it while no node uses the data, or with `lenient`, for a size that is
 * shown: then files that vanish meanwhile and files that cannot be copied are left out.
 * @throws {KithError} `move-link` for a symbolic link, or anything else that is neither a file nor a folder
 */
export async function listData(root: string, { lenient = false } = {}): Promise<DataTree> {
  const entries = dataEntries(root);
  const datadirs = dataDirectories(root);
  if (isDatadir(root)) datadirs.unshift('.');
  const tops = new Set(datadirs.map((name) => join(root, name)));
  const folders: string[] = [];
  const files: DataFile[] = [];

  async function add(path: string): Promise<void> {
    const full = join(root, path);
    const stats = await lstat(full).catch((error: unknown) => {
      if (lenient && codeOf(error) === 'ENOENT') return null;
      throw error;
    });
    if (stats?.isDirectory()) {
      folders.push(path);
      const names = await readdir(full).catch((error: unknown) => {
        if (lenient) return [];
        throw error;
      });
      const copied = tops.has(full) ? names.filter((name) => !NOT_COPIED.has(name)) : names;
      for (const name of copied) await add(join(path, name));
    } else if (stats?.isFile()) {
      files.push({ path, bytes: stats.size });
    } else if (!lenient) {
      throw new KithError('move-link', full, { data: { file: full } });
    }
  }
  for (const name of entries) await add(name);
  return { entries, datadirs, folders, files, bytes: files.reduce((sum, each) => sum + each.bytes, 0) };
}

/** Deletes data from a root; with `withRoot` also its mark, and the root itself if nothing else is in it. */
export async function deleteData(
  root: string,
  entries: readonly string[],
  { withRoot }: { readonly withRoot: boolean },
): Promise<void> {
  // Further entries of a data directory that is the root itself.
  const others = entries.includes('chain') || entries.includes('wallets') ? NOT_COPIED : [];
  for (const name of [...entries, ...others])
    await rm(join(root, name), { recursive: true, force: true, maxRetries: 3 });
  if (!withRoot) return;
  await rm(join(root, PLACE_FILE), { force: true });
  // Not empty, or the root of a disk.
  await rmdir(root).catch(() => undefined);
}
