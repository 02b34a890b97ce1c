/** Ends what an interrupted move has left, and corrects the marks in the roots. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answers, answers, endsWithin, requireAnswer } from '../lib/answers.ts';
import { crashPoint } from '../lib/crash-point.ts';
import {
  type DataPlace,
  isSameRoot,
  type OldCopy,
  PLACE_FILE,
  readMark,
  readPlace,
  type RootContent,
  type RootMark,
  writeMark,
  writePlace,
} from '../lib/data-place.ts';
import { isMarkOf, markAt, usedRoot } from '../lib/moved-root.ts';
import { deleteData } from './data-files.ts';
import { INCOMING, isHalfCopy } from './move-target.ts';

/**
 * Time limit in milliseconds for correcting a mark. A later start corrects a mark for which the time was not enough.
 */
const BRIEFLY_MS = 1000;

/**
 * Removes what an interrupted move has left, at the start of a program. Where its disk is absent or does not answer, the mark on it
 * says that it is a half copy. What cannot be removed is reported, and removed before the next move: the root in use does not depend
 * on it.
 * @throws {KithError} `data-place-invalid`, `data-place-missing`, `data-place-silent`, and see usedRoot
 */
export async function recoverMove(
  home: string,
  onError: (error: unknown) => void,
  answered: Answers = answers,
): Promise<void> {
  const place = readPlace(home);
  if (place === null) return;
  await requireAnswer(place.path, answered);
  await correctMarks(home, answered).catch(onError);
  // First: a verified copy is not removed while its source is absent.
  usedRoot(home);
  await endInterrupted(home, answered).catch(onError);
}

/** A removal may take a while, but a disk that does not answer must not keep the user from the data. */
const REMOVAL_MS = 30_000;

/** Removes the copy of a move that has not ended. On a disk that does not answer, its mark says what it is. */
export async function endInterrupted(home: string, answered: Answers): Promise<void> {
  const place = readPlace(home);
  if (place === null || place.moving === null) return;
  if ((await answered(place.moving.path)) && (await endsWithin(REMOVAL_MS, undo(home, place)))) return;
  // Its disk may be slow, so that the removal continues meanwhile.
  const now = readPlace(home);
  if (now?.moving != null) await writePlace(home, { ...now, moving: null });
}

/** The record was replaced first; these are the writes after it. */
export async function correctMarks(home: string, answered: Answers): Promise<void> {
  const place = readPlace(home);
  if (place === null) return;
  const { path, id, old } = place;
  const used = markAt(path);
  // A complete copy is marked as used once its data is opened.
  if (isMarkOf(used, id, home) && (used.state === 'left' || used.home !== home))
    setMark(path, { ...used, home, state: used.state === 'left' ? 'used' : used.state });
  // Its path is looked at only once its disk has answered.
  if (old === null || old.id === null || !(await answered(old.path, BRIEFLY_MS))) return;
  const left = markAt(old.path);
  if (isMarkOf(left, old.id, home) && (left.state !== 'left' || left.home !== home))
    setMark(old.path, { ...left, home, state: 'left' });
}

function setMark(root: string, mark: RootMark): void {
  writeMark(root, mark);
  crashPoint('data place');
}

/** Removes the copy of a move that has not ended, and its part of the record. */
async function undo(home: string, { moving }: Pick<DataPlace, 'moving'>): Promise<void> {
  const place = readPlace(home);
  if (place === null || moving === null) return;
  try {
    if (!isSameRoot(place.path, moving.path) && existsSync(moving.path))
      await removeCopy(home, place, moving);
  } catch (error) {
    // Other programs may create data directories again.
    await settleMoving(home, moving, { ...moving, pid: null });
    throw error;
  }
  await settleMoving(home, moving, null);
}

/** Writes what is left of a move, unless the record is no longer about it: a removal can take longer than its limit. */
async function settleMoving(
  home: string,
  { path, id }: RootContent,
  moving: DataPlace['moving'],
): Promise<void> {
  const place = readPlace(home);
  if (place?.moving?.path === path && place.moving.id === id) await writePlace(home, { ...place, moving });
}

async function removeCopy(home: string, place: DataPlace, { path, entries }: RootContent): Promise<void> {
  // Names that are still in the incoming folder were not renamed, so entries of the home with these names are not
  // part of the move.
  const renamed = place.moving?.replacing
    ? entries.filter((name) => !existsSync(join(path, INCOMING, name)))
    : [];
  if (place.old !== null && isSameRoot(place.old.path, path)) keepOldCopy(home, place.old, place.moving);
  else if (isSameRoot(path, home)) await deleteData(path, renamed, { withRoot: false });
  else await removeHalfCopy(path, home);
  await rm(join(path, INCOMING), { recursive: true, force: true, maxRetries: 3 });
}

/** A kept copy that was to be replaced stays, in whatever state it is. With its mark of before it can be deleted. */
function keepOldCopy(home: string, { path, id, entries }: OldCopy, moving: DataPlace['moving']): void {
  const mark = markAt(path);
  if (moving === null || moving.id === null || !isMarkOf(mark, moving.id, home)) return;
  setMark(path, { home, state: 'left', entries, id });
}

/** Removes the half copy of this home from a root, if it has one. The folder stays: the user chose it. */
export async function removeHalfCopy(root: string, home: string): Promise<void> {
  const mark = readMark(root);
  if (mark === null || !isHalfCopy(mark, home)) return;
  await rm(join(root, INCOMING), { recursive: true, force: true });
  await deleteData(root, mark.entries, { withRoot: false });
  // The user may have chosen the folder again meanwhile.
  if (readMark(root)?.id === mark.id) await rm(join(root, PLACE_FILE), { force: true });
}
