/** Whether the data of a root can be moved to a folder. */
import { existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSameRoot, type OldCopy, PLACE_FILE, readMark, readPlace, realOf } from '../lib/data-place.ts';
import { codeOf, KithError, messageOf } from '../lib/errors.ts';
import { type FolderIdentity, folderIdentityNow } from '../lib/folder-identity.ts';
import { isMarkOf, markAt, usedRoot } from '../lib/moved-root.ts';
import { dataEntries, type DataTree, listData } from './data-files.ts';
import { checkClosed, checkPrivate, localUser } from './private-target.ts';

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
  /** Whether it is the home itself. */
  readonly toHome: boolean;
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
  refuseOtherHome(home);
  const from = realOf(usedRoot(home));
  const path = folderAt(to);
  const place = folderIdentityNow(path);
  if (place === null) throw gone(to);
  const old = readPlace(home)?.old ?? null;
  if (isSameRoot(path, from)) throw new KithError('move-same-place', path, { data: { path } });
  // If the target is the home itself, the data moves back into it.
  const toHome = isSameRoot(path, home);
  const tree = await listData(from, { lenient: true });
  const roots = toHome ? [from] : [from, realOf(home)];
  if (isInData(path, from, tree) || roots.some((root) => isInside(path, root) || isInside(root, path)))
    throw new KithError('move-inside', path, { data: { path, from } });
  const isOld = old !== null && isSameRoot(old.path, path);
  if (old !== null && !isOld) throw new KithError('move-old-kept', old.path, { data: { path: old.path } });
  if (isOld) checkOld(old, home);
  else if (!isEmpty(path, home)) throw new KithError('move-not-empty', path, { data: { path } });
  if (!toHome && !isOld) checkPrivate(path, localUser());
  checkWritable(path, toHome || isOld);
  const available = await free(path);
  if (toHome && !isOld && tree.entries.some((name) => existsSync(join(path, name))))
    throw new KithError('move-not-empty', path, { data: { path } });
  if (available < tree.bytes + RESERVE_BYTES) throw noRoom(path, tree.bytes + RESERVE_BYTES, available);
  // The record names the old copy by its path of then.
  return { path: isOld ? old.path : path, place, bytes: tree.bytes, free: available, isOld, toHome };
}

/** The root may be the place of another home, whose record would then name a folder without data. */
function refuseOtherHome(home: string): void {
  const mark = readMark(home);
  if (mark === null || !existsSync(mark.home)) return;
  const place = readPlace(mark.home);
  if (place !== null && isSameRoot(place.path, home))
    throw new KithError('move-other-home', home, { data: { path: home, file: mark.home } });
}

function checkOld({ path, id, diverged }: OldCopy, home: string): void {
  // Each of the two has what the other lacks, so that neither may be replaced.
  if (diverged) throw new KithError('move-old-kept', path, { data: { path } });
  // Another disk may be at this path now.
  if (!isSameRoot(path, home) && !isLeft(path, id, home)) throw gone(path);
}

/** Whether a root has the data that a move of this home has left. */
export function isLeft(root: string, id: string | null, home: string): boolean {
  const mark = markAt(root);
  return mark?.state === 'left' && isMarkOf(mark, id, home);
}

function folderAt(path: string): string {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw gone(path);
  if (stats.isSymbolicLink()) throw new KithError('move-link', path, { data: { file: path } });
  if (!stats.isDirectory()) throw new KithError('move-not-empty', path, { data: { path } });
  return realOf(path);
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
  for (let at = dirname(path), below = path; at !== below; below = at, at = dirname(at))
    if (isSameRoot(at, root)) return true;
  return false;
}

/** A second mount of a folder in the data has none of the folders above that folder. */
function isInData(path: string, from: string, { folders }: DataTree): boolean {
  const parts = folders.map((name) => join(from, name));
  for (let at = path, below = ''; at !== below; below = at, at = dirname(at))
    if (parts.some((part) => isSameRoot(at, part))) return true;
  return false;
}

/** Empty, or with nothing but a copy that a move of this home has not completed. In the home, the files of the app stay. */
export function isEmpty(path: string, home: string): boolean {
  if (isSameRoot(path, home)) return dataEntries(path).length === 0;
  const known = new Set(
    isHalfCopy(markAt(path), home) ? [...markAt(path)!.entries, PLACE_FILE, INCOMING] : [],
  );
  return readdirSync(path).every((name) => IGNORED.has(name) || known.has(name));
}

/** Whether a mark shows that nothing in its root is newer than where it was copied from. */
export function isHalfCopy(mark: ReturnType<typeof readMark>, home: string): boolean {
  return (mark?.state === 'incoming' || mark?.state === 'complete') && isSameRoot(mark.home, home);
}

function checkWritable(path: string, isKnown: boolean): void {
  const probe = join(path, `${INCOMING}.${process.pid}`);
  try {
    mkdirSync(probe, { mode: 0o700 });
    try {
      if (!isKnown) checkClosed(probe, localUser());
    } finally {
      rmdirSync(probe);
    }
  } catch (error) {
    if (error instanceof KithError) throw error;
    if (!existsSync(path)) throw gone(path);
    if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') throw noRoom(path, RESERVE_BYTES, 0);
    throw new KithError('move-read-only', messageOf(error), {
      cause: error,
      data: { path, reason: messageOf(error) },
    });
  }
}
