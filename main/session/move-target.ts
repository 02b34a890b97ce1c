/** Whether the data of a root can be moved to a folder. */
import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PLACE_FILE, readMark, readPlace, realOf, usedRoot } from '../lib/data-place.ts';
import { codeOf, KithError, messageOf } from '../lib/errors.ts';
import { isSameFolder, type FolderIdentity, folderIdentityNow } from '../lib/folder-identity.ts';
import { dataEntries, listData } from './data-files.ts';

/** A folder to which the data can be moved. */
export interface MoveTarget {
  /** Without symbolic links. */
  readonly path: string;
  /** The folder itself, so that a disk that was removed is noticed. */
  readonly place: FolderIdentity;
  /** Size of the data, and free space at the target, in bytes. */
  readonly bytes: number;
  readonly free: number;
  /** Whether the target has the kept copy of an earlier move. */
  readonly isOld: boolean;
}

/** The copy is written into this folder of the target first, so that a part of it is never taken for data. */
export const INCOMING = 'kith-incoming';
/** Space that must stay free, for what the node writes next. */
const RESERVE_BYTES = 64 * 1024 * 1024;
/** Present in an empty file system. */
const IGNORED = new Set(['lost+found', '.DS_Store']);

export type FreeSpace = (path: string) => Promise<number>;

/** Free bytes for this user at a path. */
export const freeSpace: FreeSpace = async (path) => {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
};

/**
 * Checks a folder that the user chose. It changes nothing.
 * @throws {KithError} `move-…`, `data-place-…`
 */
export async function checkTarget(home: string, to: string, free: FreeSpace): Promise<MoveTarget> {
  const from = realpathSync(usedRoot(home));
  const path = folderAt(to);
  const place = folderIdentityNow(path);
  if (place === null) throw gone(to);
  const old = readPlace(home)?.old ?? null;
  if (isSameFolder(place, folderIdentityNow(from)!))
    throw new KithError('move-same-place', path, { data: { path } });
  // If the target is the home itself, the data moves back into it.
  const toHome = path === realOf(home);
  const roots = toHome ? [from] : [from, realOf(home)];
  if (roots.some((root) => isInside(path, root) || isInside(root, path)))
    throw new KithError('move-inside', path, { data: { path, from } });
  const isOld = old?.path === path;
  if (old !== null && !isOld) throw new KithError('move-old-kept', old.path, { data: { path: old.path } });
  // Another disk may be at this path now.
  if (isOld && !toHome && !isLeft(path, home)) throw gone(path);
  if (!isOld && !isEmpty(path, toHome, home)) throw new KithError('move-not-empty', path, { data: { path } });
  checkWritable(path);
  const [{ bytes, entries }, available] = [await listData(from, { lenient: true }), await free(path)];
  if (toHome && !isOld && entries.some((name) => existsSync(join(path, name))))
    throw new KithError('move-not-empty', path, { data: { path } });
  if (available < bytes + RESERVE_BYTES) throw noRoom(path, bytes + RESERVE_BYTES, available);
  return { path, place, bytes, free: available, isOld };
}

/** Whether a root has the data that a move of this home has left. */
export function isLeft(root: string, home: string): boolean {
  const mark = markAt(root);
  return mark?.state === 'left' && realOf(mark.home) === realOf(home);
}

function folderAt(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw gone(path);
  if (stats.isSymbolicLink()) throw new KithError('move-link', path, { data: { file: path } });
  if (!stats.isDirectory()) throw new KithError('move-not-empty', path, { data: { path } });
  return realpathSync(path);
}

export function gone(path: string): KithError {
  return new KithError('move-place-gone', path, { data: { path } });
}

export function noRoom(path: string, needed: number, available: number): KithError {
  return new KithError('move-no-room', path, {
    data: { path, needed, free: available },
  });
}

/** Compares the folders themselves, because a path may have other letters or lead over a second mount. */
function isInside(path: string, root: string): boolean {
  const wanted = folderIdentityNow(root);
  for (let at = dirname(path), below = path; at !== below; below = at, at = dirname(at)) {
    const here = folderIdentityNow(at);
    if (here !== null && wanted !== null && isSameFolder(here, wanted)) return true;
  }
  return false;
}

/** Empty, or with nothing but the part of a move that was interrupted. In the home, the files of the app stay. */
function isEmpty(path: string, isHome: boolean, home: string): boolean {
  if (isHome) return dataEntries(path).length === 0;
  const mark = markAt(path);
  const ours =
    mark?.state === 'incoming' && realOf(mark.home) === realOf(home) ? [...mark.entries, PLACE_FILE] : [];
  const known = new Set([...ours, ...(ours.length > 0 ? [INCOMING] : [])]);
  return readdirSync(path).every((name) => IGNORED.has(name) || known.has(name));
}

function markAt(path: string): ReturnType<typeof readMark> {
  try {
    return readMark(path);
  } catch {
    return null;
  }
}

function checkWritable(path: string): void {
  const probe = join(path, `${INCOMING}.${process.pid}`);
  try {
    mkdirSync(probe, { mode: 0o700 });
    rmdirSync(probe);
  } catch (error) {
    if (!existsSync(path)) throw gone(path);
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') throw noRoom(path, RESERVE_BYTES, 0);
    throw new KithError('move-read-only', messageOf(error), {
      cause: error,
      data: { path, reason: messageOf(error) },
    });
  }
}
