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
  type RootMark,
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
import {
  checkTarget,
  type FreeSpace,
  gone,
  INCOMING,
  isLeft,
  type MoveTarget,
  noRoom,
} from './move-target.ts';

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
  // What an earlier move has left and its recovery could not remove.
  const interrupted = readPlace(home);
  if (interrupted?.moving != null) await undo(home, interrupted);
  const before = readPlace(home) ?? { path: from, old: null, moving: null };
  const target = await checkTarget(home, to, deps.free);
  const { names, locks } = await lockAll(from);
  try {
    const tree = await listData(from);
    // A data directory that was created while the rest was being locked.
    const unlocked = tree.datadirs.find((name) => !names.has(name));
    if (unlocked !== undefined)
      throw new KithError('datadir-in-use', unlocked, { data: { path: join(from, unlocked) } });
    const moving = { path: target.path, entries: tree.entries };
    try {
      await begin(home, { ...before, moving }, target);
      await copyData(from, join(target.path, INCOMING), tree, deps);
      deps.signal.throwIfAborted();
      if (!isThere(target)) throw gone(target.path);
      refuseNewData(from, tree);
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
async function lockAll(root: string): Promise<{ names: ReadonlySet<string>; locks: DataDirectory[] }> {
  const locks: DataDirectory[] = [];
  try {
    const { datadirs } = await listData(root, { lenient: true });
    for (const name of datadirs) locks.push(await openDataDirectory(join(root, name)));
    return { names: new Set(datadirs), locks };
  } catch (error) {
    for (const lock of locks) await lock.release();
    throw error;
  }
}

/** Another program may have created a data directory in the old root, which the copy does not have. */
function refuseNewData(from: string, { entries }: DataTree): void {
  const added = dataEntries(from).find((name) => !entries.includes(name));
  if (added === undefined) return;
  const reason = `${join(from, added)} was created meanwhile`;
  throw new KithError('move-failed', reason, { data: { path: from, reason } });
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
  const moving = { path, entries: tree.entries, replacing: true };
  const replaced = isOld ? before.old!.entries : [];
  // What has one of the names and is not part of the old copy was put there by the user or another program.
  if (tree.entries.some((name) => !replaced.includes(name) && existsSync(join(path, name))))
    throw new KithError('move-not-empty', path, { data: { path } });
  // Another disk may be at this path now.
  if (isOld && path !== realOf(home) && !isLeft(path, home)) throw gone(path);
  const entries = [...new Set([...replaced, ...tree.entries])];
  const old = isOld ? { ...before.old!, entries, intact: false } : before.old;
  await writePlace(home, { ...before, old, moving });
  if (isOld) await deleteData(path, replaced, { withRoot: false });
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
    // A root without a mark, or with that of another home, is not the one that was used: its disk is absent.
    const mark = readMark(root);
    if (mark === null || !belongsTo(mark, home)) return;
    if (mark.state === state && mark.home === home) return;
    await writeMark(root, { home, state, entries });
    crashPoint('data place');
  }
}

/** A home that was moved itself leaves its old path in the mark. */
function belongsTo(mark: RootMark, home: string): boolean {
  if (realOf(mark.home) === realOf(home)) return true;
  try {
    return readPlace(mark.home) === null && !existsSync(mark.home);
  } catch {
    return false;
  }
}

/**
 * Removes what an interrupted move has left, at the start of a program. Where its disk is absent, the mark on it says that it is
 * a half copy. What cannot be removed is reported, and removed before the next move: the root in use does not depend on it.
 * @throws {KithError} `data-place-invalid`, `data-place-missing`
 */
export async function recoverMove(home: string, onError: (error: unknown) => void): Promise<void> {
  const place = readPlace(home);
  if (place === null) return;
  await correctMarks(home).catch(() => undefined);
  // First: a verified copy is not removed while its source is absent.
  usedRoot(home);
  if (place.moving !== null) await undo(home, place).catch(onError);
}

async function undo(home: string, { moving }: DataPlace): Promise<void> {
  const place = readPlace(home);
  if (place === null || moving === null) return;
  const { path, entries } = moving;
  if (place.path !== path && existsSync(path)) {
    // Names that are still in the incoming folder were not renamed: what has them in the home is not part of the move.
    const renamed = place.moving?.replacing
      ? entries.filter((name) => !existsSync(join(path, INCOMING, name)))
      : [];
    // A kept copy that was to be replaced stays, in whatever state it is.
    if (place.old?.path !== path) {
      if (path === realOf(home)) await deleteData(path, renamed, { withRoot: false });
      else await removeHalfCopy(path, home);
    }
    await rm(join(path, INCOMING), { recursive: true, force: true, maxRetries: 3 });
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
 * @throws {KithError} `move-no-old`, `move-place-gone`
 */
export async function useOldCopy(home: string): Promise<void> {
  const place = readPlace(home);
  if (place?.old?.intact !== true || !existsSync(place.old.path)) throw new KithError('move-no-old');
  if (place.old.path !== realOf(home) && !isLeft(place.old.path, home)) throw gone(place.old.path);
  await writePlace(home, { path: place.old.path, old: null, moving: null });
  await correctMarks(home).catch(() => undefined);
}

/**
 * Deletes the kept copy, if the place of the data is there.
 * @throws {KithError} `data-place-missing`, `move-no-old`, `move-place-gone`, `move-failed`
 */
export async function deleteOldCopy(home: string): Promise<void> {
  usedRoot(home);
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
