/**
 * Moves the data of a home to another root (docs/storage.md, "A moved data root"). One write decides: until the record names the
 * new root, the old one is used; from then on the new one is.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { type open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { answers, endsWithin } from '../lib/answers.ts';
import { crashPoint } from '../lib/crash-point.ts';
import { type DataPlace, type Moving, readPlace, realOf, writeMark, writePlace } from '../lib/data-place.ts';
import { type DataDirectory, LOCK_FOLDER, openDataDirectory } from '../lib/datadir.ts';
import { diskRefusal } from '../lib/disk-failure.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { isSameFolder, folderIdentityNow } from '../lib/folder-identity.ts';
import { usedRoot } from '../lib/moved-root.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { syncFolder } from '../lib/sync-folder.ts';
import { writePlace as writeIdentityPlace } from '../net/transport/place-file.ts';
import { copyData, type CopyProgress } from './copy-data.ts';
import { type DataTree, dataDirectories, deleteData, listData, lockedDirectories } from './data-files.ts';
import {
  checkTarget,
  type FreeSpace,
  gone,
  INCOMING,
  isEmpty,
  isLeft,
  type MoveTarget,
  noRoom,
} from './move-target.ts';
import { correctMarks, endInterrupted, removeHalfCopy } from './recover-move.ts';

export interface MoveDeps {
  /** Ends the move, before the record is written. */
  readonly signal: AbortSignal;
  readonly report: (progress: CopyProgress) => void;
  /** Unix seconds. */
  readonly now: () => number;
  readonly free: FreeSpace;
  readonly open: typeof open;
}

/**
 * Copies and verifies the data, then records the new root. The node must have stopped. The old data stays. If it fails or is
 * cancelled, the copy is removed and the old root is used as before.
 * @throws {KithError} `move-…`, `datadir-in-use`
 */
export async function moveData(home: string, to: string, deps: MoveDeps): Promise<void> {
  const from = realOf(usedRoot(home));
  // What an earlier move has left and its recovery could not remove.
  await endInterrupted(home, answers);
  const before = readPlace(home) ?? { path: from, id: null, old: null, moving: null };
  const target = await checkTarget(home, to, deps.free);
  const { names, locks } = await lockAll(from);
  try {
    const tree = await listData(from);
    const id = target.toHome ? null : randomBytes(16).toString('hex');
    const moving = { path: target.path, id, entries: tree.entries, pid: process.pid };
    try {
      await begin(home, { ...before, moving }, target);
      // From now on no program creates one. The user may still put one there.
      refuseNewData(from, names);
      await unlessStuck(copyData(from, join(target.path, INCOMING), tree, deps), deps.signal);
      deps.signal.throwIfAborted();
      if (!isThere(target)) throw gone(target.path);
      refuseNewData(from, names);
      await replaceEntries(home, target, { before, moving, tree });
    } catch (error) {
      await endInterrupted(home, answers).catch(() => undefined);
      throw await failureOf(error, target, deps.signal);
    }
    await commit(home, moving, { ...before, path: from }, deps.now());
  } finally {
    for (const lock of locks) await lock.release();
  }
}

/** Locks all data directories, so that no other program changes them meanwhile. */
async function lockAll(root: string): Promise<{ names: ReadonlySet<string>; locks: DataDirectory[] }> {
  const locks: DataDirectory[] = [];
  try {
    const names = directoriesIn(root);
    for (const name of names) locks.push(await openDataDirectory(join(root, name)));
    return { names: new Set(names), locks };
  } catch (error) {
    for (const lock of locks) await lock.release();
    throw error;
  }
}

/** Includes directories without a lock, because a restored backup has none. */
const directoriesIn = (root: string): string[] => [
  ...new Set([...lockedDirectories(root), ...dataDirectories(root)]),
];

/** A node may have opened a new data directory before the record said that a move has begun. */
function refuseNewData(from: string, locked: ReadonlySet<string>): void {
  const added = directoriesIn(from).find((name) => !locked.has(name));
  if (added === undefined) return;
  const reason = `${join(from, added)} was created meanwhile`;
  throw new KithError('move-failed', reason, { data: { path: from, reason } });
}

/** Records what is to be removed if this program ends in the middle. */
async function begin(home: string, place: DataPlace, { path, isOld, toHome }: MoveTarget): Promise<void> {
  const { entries, id } = place.moving!;
  if (!isOld && !toHome) await removeHalfCopy(path, home);
  await writePlace(home, place);
  crashPoint('move begun');
  if (!toHome) {
    makePrivateFolder(path);
    // Another user may have written to the folder until now.
    if (!isOld && !isEmpty(path, home)) throw new KithError('move-not-empty', path, { data: { path } });
    if (!isOld) writeMark(path, { home, state: 'incoming', entries, id });
    crashPoint('move begun');
  }
  await rm(join(path, INCOMING), { recursive: true, force: true });
  mkdirSync(join(path, INCOMING), { mode: 0o700 });
}

interface Replacing {
  readonly before: DataPlace;
  readonly moving: Moving;
  readonly tree: DataTree;
}

/** Renames the verified copy to its names. An old copy that is replaced is whole until the first of them. */
async function replaceEntries(
  home: string,
  { path, isOld, toHome }: MoveTarget,
  { before, moving, tree }: Replacing,
): Promise<void> {
  const replaced = isOld ? before.old!.entries : [];
  // An entry with one of the names that is not part of the old copy was created by the user or another program.
  if (tree.entries.some((name) => !replaced.includes(name) && existsSync(join(path, name))))
    throw new KithError('move-not-empty', path, { data: { path } });
  // Another disk may be at this path now.
  if (isOld && !toHome && !isLeft(path, before.old!.id, home)) throw gone(path);
  const entries = [...new Set([...replaced, ...tree.entries])];
  const old = isOld ? { ...before.old!, entries, intact: false } : before.old;
  await writePlace(home, { ...before, old, moving: { ...moving, replacing: true } });
  if (isOld) await deleteData(path, replaced, { withRoot: false });
  for (const name of tree.entries) {
    renameSync(join(path, INCOMING, name), join(path, name));
    crashPoint('moved entry');
  }
  await rm(join(path, INCOMING), { recursive: true, force: true });
  for (const name of tree.datadirs) {
    makePrivateFolder(join(path, name, LOCK_FOLDER));
    // Otherwise the identity would find its original and be replaced by a new one (identity-place.ts).
    if (existsSync(join(path, name, 'identity.key'))) await writeIdentityPlace(join(path, name));
  }
  await syncFolder(path);
  if (!toHome) writeMark(path, { home, state: 'complete', entries: tree.entries, id: moving.id });
  crashPoint('moved entry');
}

/** The record is the first write. The marks after it are corrected at the next start if they are missing. */
async function commit(
  home: string,
  { path, id, entries }: Moving,
  before: DataPlace,
  since: number,
): Promise<void> {
  const old = { path: before.path, id: before.id, entries, since, intact: true, diverged: false };
  await writePlace(home, { ...before, path, id, old, moving: null });
  crashPoint('data place');
  await correctMarks(home, answers).catch(() => undefined);
}

/** How long a cancelled copy may take to end. A disk that does not answer never ends it. */
const STUCK_MS = 3000;

/** A call that does not return must not keep the move after the user has cancelled it. */
async function unlessStuck(copying: Promise<void>, signal: AbortSignal): Promise<void> {
  const cancelled = Promise.withResolvers<null>();
  const end = (): void => cancelled.resolve(null);
  signal.addEventListener('abort', end, { once: true });
  try {
    await Promise.race([copying, cancelled.promise]);
  } finally {
    signal.removeEventListener('abort', end);
  }
  if (signal.aborted && !(await endsWithin(STUCK_MS, copying))) throw signal.reason;
}

const isThere = ({ path, place }: MoveTarget): boolean => {
  const now = folderIdentityNow(path);
  return now !== null && isSameFolder(now, place);
};

/**
 * Converts a failure of the disk into a `move-…` error. Other errors, and an abort by the user, are returned
 * unchanged.
 */
async function failureOf(error: unknown, target: MoveTarget, signal: AbortSignal): Promise<unknown> {
  if (error instanceof KithError || signal.aborted) return error;
  const { path, bytes, free } = target;
  const refusal = diskRefusal(error);
  if (refusal === 'disk-full') return noRoom(path, bytes, free);
  if (!(await answers(path)) || !isThere(target)) return gone(path);
  const reason = messageOf(error);
  const code = refusal === 'disk-read-only' ? 'move-read-only' : 'move-failed';
  return new KithError(code, reason, { cause: error, data: { path, reason } });
}
