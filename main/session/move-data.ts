/**
 * Moves the data of a home to another root (docs/storage.md, "A moved data root"). One write decides: until the record names the
 * new root, the old one is used; from then on the new one is.
 */
import { existsSync, mkdirSync, realpathSync, renameSync } from 'node:fs';
import { type open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from '../lib/crash-point.ts';
import {
  type DataPlace,
  PLACE_FILE,
  readMark,
  readPlace,
  realOf,
  usedRoot,
  writeMark,
  writePlace,
} from '../lib/data-place.ts';
import { type DataDirectory, LOCK_FOLDER, openDataDirectory } from '../lib/datadir.ts';
import { diskRefusal } from '../lib/disk-failure.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { isSameFolder, folderIdentityNow } from '../lib/folder-identity.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { syncFolder } from '../lib/sync-folder.ts';
import { writePlace as writeIdentityPlace } from '../net/transport/place-file.ts';
import { copyData, type CopyProgress } from './copy-data.ts';
import { type DataTree, dataEntries, deleteData, listData } from './data-files.ts';
import { checkTarget, type FreeSpace, gone, INCOMING, type MoveTarget, noRoom } from './move-target.ts';

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
  const from = realpathSync(usedRoot(home));
  const before = readPlace(home) ?? { path: from, old: null, moving: null };
  const target = await checkTarget(home, to, deps.free);
  const locks = await lockAll(from);
  try {
    const tree = await listData(from);
    const moving = { path: target.path, entries: tree.entries };
    try {
      await begin(home, { ...before, moving }, target);
      await copyData(from, join(target.path, INCOMING), tree, deps);
      deps.signal.throwIfAborted();
      if (!isThere(target)) throw gone(target.path);
      await replaceEntries(home, target, { before, tree });
    } catch (error) {
      await undo(home, { ...before, moving }).catch(() => undefined);
      throw failureOf(error, target, deps.signal);
    }
    await commit(home, target, { from, entries: tree.entries, since: deps.now() });
  } finally {
    for (const lock of locks) await lock.release();
  }
}

/** Locks all data directories, so that no other program changes them meanwhile. */
async function lockAll(root: string): Promise<DataDirectory[]> {
  const locks: DataDirectory[] = [];
  try {
    for (const name of (await listData(root, { lenient: true })).datadirs)
      locks.push(await openDataDirectory(join(root, name)));
    return locks;
  } catch (error) {
    for (const lock of locks) await lock.release();
    throw error;
  }
}

/** Records what is to be removed if this program ends in the middle. */
async function begin(home: string, place: DataPlace, { path, isOld }: MoveTarget): Promise<void> {
  const { entries } = place.moving!;
  if (!isOld && path !== realOf(home)) await removeHalfCopy(path, home);
  await writePlace(home, place);
  crashPoint('move begun');
  if (path !== realOf(home)) {
    makePrivateFolder(path);
    if (!isOld) await writeMark(path, { home, state: 'incoming', entries });
    crashPoint('move begun');
  }
  await rm(join(path, INCOMING), { recursive: true, force: true });
  mkdirSync(join(path, INCOMING), { mode: 0o700 });
}

interface Replacing {
  readonly before: DataPlace;
  readonly tree: DataTree;
}

/** Renames the verified copy to its names. An old copy that is replaced is whole until the first of them. */
async function replaceEntries(
  home: string,
  { path, isOld }: MoveTarget,
  { before, tree }: Replacing,
): Promise<void> {
  const moving = { path, entries: tree.entries };
  if (isOld) await writePlace(home, { ...before, old: { ...before.old!, intact: false }, moving });
  if (isOld) await deleteData(path, before.old!.entries, { withRoot: false });
  for (const name of tree.entries) {
    renameSync(join(path, INCOMING, name), join(path, name));
    crashPoint('moved entry');
  }
  await rm(join(path, INCOMING), { recursive: true, force: true });
  for (const name of tree.datadirs) {
    makePrivateFolder(join(path, name, LOCK_FOLDER));
    // Otherwise the identity would find its original and give way to it (identity-place.ts).
    if (existsSync(join(path, name, 'identity.key'))) await writeIdentityPlace(join(path, name));
  }
  await syncFolder(path);
  crashPoint('moved entry');
}

interface Left {
  readonly from: string;
  readonly entries: readonly string[];
  readonly since: number;
}

/** The record is the first write. The marks after it are corrected at the next start if they are missing. */
async function commit(home: string, { path }: MoveTarget, { from, entries, since }: Left): Promise<void> {
  await writePlace(home, { path, old: { path: from, entries, since, intact: true }, moving: null });
  crashPoint('data place');
  await correctMarks(home).catch(() => undefined);
}

async function correctMarks(home: string): Promise<void> {
  const place = readPlace(home);
  const real = realOf(home);
  if (place === null) return;
  if (place.path !== real) await setMark(place.path, 'used', dataEntries(place.path));
  if (place.old !== null && place.old.path !== real && existsSync(place.old.path))
    await setMark(place.old.path, 'left', place.old.entries);

  async function setMark(root: string, state: 'used' | 'left', entries: readonly string[]): Promise<void> {
    const mark = readMark(root);
    if (mark?.state === state && mark.home === home) return;
    await writeMark(root, { home, state, entries });
    crashPoint('data place');
  }
}

/**
 * Removes what an interrupted move has left, at the start of a program. Where its disk is absent, the mark on it says that it is
 * a half copy.
 * @throws {KithError} `data-place-invalid`
 */
export async function recoverMove(home: string): Promise<void> {
  const place = readPlace(home);
  if (place === null) return;
  if (place.moving !== null) await undo(home, place);
  await correctMarks(home).catch(() => undefined);
}

async function undo(home: string, { moving }: DataPlace): Promise<void> {
  const place = readPlace(home);
  if (place === null || moving === null) return;
  const { path, entries } = moving;
  if (place.path !== path && existsSync(path)) {
    await rm(join(path, INCOMING), { recursive: true, force: true });
    // A kept copy that was to be replaced stays, in whatever state it is.
    if (place.old?.path !== path) {
      if (path === realOf(home)) await deleteData(path, entries, { withRoot: false });
      else await removeHalfCopy(path, home);
    }
  }
  await writePlace(home, { ...place, moving: null });
}

/** Removes the half copy of this home from a root, if it has one. The folder stays: the user chose it. */
async function removeHalfCopy(root: string, home: string): Promise<void> {
  const mark = readMark(root);
  if (mark?.state !== 'incoming' || realOf(mark.home) !== realOf(home)) return;
  await rm(join(root, INCOMING), { recursive: true, force: true });
  await deleteData(root, mark.entries, { withRoot: false });
  await rm(join(root, PLACE_FILE), { force: true });
}

/**
 * Uses the kept copy again without copying anything, because the place of the data is not there. What was added since is only
 * in that place.
 * @throws {KithError} `move-no-old`
 */
export async function useOldCopy(home: string): Promise<void> {
  const place = readPlace(home);
  if (place?.old?.intact !== true || !existsSync(place.old.path)) throw new KithError('move-no-old');
  await writePlace(home, { path: place.old.path, old: null, moving: null });
  await correctMarks(home).catch(() => undefined);
}

/**
 * Deletes the kept copy.
 * @throws {KithError} `move-no-old`, `move-place-gone`, `move-failed`
 */
export async function deleteOldCopy(home: string): Promise<void> {
  const place = readPlace(home);
  if (place?.old == null) throw new KithError('move-no-old');
  const { path, entries } = place.old;
  const atHome = path === realOf(home);
  // An earlier deletion was interrupted after the last file.
  const isDone = !place.old.intact && entries.every((name) => !existsSync(join(path, name)));
  // Another disk may be at this path now.
  if (!isDone && !atHome && !isLeft(path, home)) throw gone(path);
  await writePlace(home, { ...place, old: { ...place.old, intact: false } });
  crashPoint('old data deleted');
  try {
    await deleteData(path, entries, { withRoot: !atHome });
  } catch (error) {
    throw new KithError('move-failed', messageOf(error), {
      cause: error,
      data: { reason: messageOf(error) },
    });
  }
  crashPoint('old data deleted');
  await writePlace(home, { ...place, old: null });
}

function isLeft(root: string, home: string): boolean {
  const mark = readMark(root);
  return mark?.state === 'left' && realOf(mark.home) === realOf(home);
}

const isThere = ({ path, place }: MoveTarget): boolean => {
  const now = folderIdentityNow(path);
  return now !== null && isSameFolder(now, place);
};

/** A failure of the disk as a failure of the move; what the user cancelled stays. */
function failureOf(error: unknown, target: MoveTarget, signal: AbortSignal): unknown {
  if (error instanceof KithError || signal.aborted) return error;
  const { path, bytes, free } = target;
  const refusal = diskRefusal(error);
  if (refusal === 'disk-full') return noRoom(path, bytes, free);
  if (!isThere(target)) return gone(path);
  const reason = messageOf(error);
  const code = refusal === 'disk-read-only' ? 'move-read-only' : 'move-failed';
  return new KithError(code, reason, { cause: error, data: { path, reason } });
}
