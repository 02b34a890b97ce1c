/** Which root is used, and which data directories must not be opened, after a move (docs/storage.md, "A moved data root"). */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Answers, answers, requireAnswer } from './answers.ts';
import {
  type DataPlace,
  isSameRoot,
  PLACE_FILE,
  readMark,
  readPlace,
  realOf,
  type RootMark,
  writeMark,
} from './data-place.ts';
import { codeOf, KithError } from './errors.ts';

/**
 * The data root that belongs to a home: the home itself, or the place that the user has moved its data to.
 * @throws {KithError} `data-place-invalid`; `data-place-missing` when that place is not there, such as a removed disk;
 *   `datadir-moved`, `datadir-left`, `datadir-half-copy` for a folder that another home has left or not completed
 */
export function usedRoot(home: string): string {
  const place = readPlace(home);
  if (place === null) {
    refuseIn(realOf(home), null);
    return home;
  }
  if (isSameRoot(place.path, home)) return home;
  if (!isMarkOf(markAt(place.path), place.id, home))
    throw new KithError('data-place-missing', place.path, { data: { path: place.path } });
  return place.path;
}

/** usedRoot for a start. @throws {KithError} the same, and `data-place-silent` for a disk that does not answer in time */
export async function findRoot(home: string, answered: Answers = answers): Promise<string> {
  const place = readPlace(home);
  if (place !== null) await requireAnswer(place.path, answered);
  return usedRoot(home);
}

/** The mark of a root; null also for one that cannot be read. */
export function markAt(root: string): RootMark | null {
  try {
    return readMark(root);
  } catch {
    return null;
  }
}

/** Whether a mark is that of a move of this home. A home that was moved itself leaves its old path in the mark. */
export function isMarkOf(mark: RootMark | null, id: string | null, home: string): mark is RootMark {
  if (mark === null || mark.id !== id) return false;
  if (mark.home === home || isSameRoot(mark.home, home)) return true;
  try {
    return readPlace(mark.home) === null;
  } catch {
    return false;
  }
}

/**
 * Refuses a data directory that a move has left or not completed, and a new one where the app would not find it. Called with the
 * absolute path before it is opened, and again once it is locked.
 * @throws {KithError} `datadir-moved`, `datadir-left`, `datadir-half-copy`, `datadir-moving`, `data-place-invalid`
 */
export function refuseMoved(datadir: string): void {
  const real = realOf(datadir);
  refuseIn(real, null);
  refuseIn(dirname(real), basename(real));
}

/**
 * Records in the mark of the root that its data was opened, before anything in it changes. A root without that is a copy in which
 * nothing is new.
 */
export function noteUsed(datadir: string): void {
  const real = realOf(datadir);
  for (const root of [real, dirname(real)]) {
    const mark = readMark(root);
    if (mark !== null && mark.state !== 'used') writeMark(root, { ...mark, state: 'used' });
  }
}

/** `name`: the entry of the root that is to be opened; null for the root itself. */
function refuseIn(root: string, name: string | null): void {
  const mark = readMark(root);
  const place = mark === null ? readPlace(root) : placeOfMark(mark);
  if (place === null) {
    if (mark !== null) refuseAlone(root, mark);
    return;
  }
  const role = roleOf(place, root);
  if (role === 'used' && mark !== null && mark.id !== place.id) throw movedTo(root);
  if (role === 'used') refuseNew(place, root, name);
  else if (role === 'moving' || mark?.state === 'incoming' || mark?.state === 'complete')
    throw halfCopy(root);
  else throw movedTo(root, place.path);
}

/** A root whose home has no record: it was lost, replaced by a new one, or cannot be reached. */
function refuseAlone(root: string, { home, state }: RootMark): void {
  // It is unknown whether a verified copy was to be used. While the home exists, it has the same data.
  if (state === 'incoming' || (state === 'complete' && existsSync(home))) throw halfCopy(root);
  if (state === 'left')
    throw new KithError('datadir-left', root, { data: { path: root, file: join(root, PLACE_FILE) } });
}

/**
 * A data directory that is created during the move would not be in the copy. Those that exist are locked by the process that moves.
 */
function refuseNew({ moving }: DataPlace, root: string, name: string | null): void {
  if (moving === null || moving.pid === null || !isAlive(moving.pid)) return;
  const names = name === null ? ['identity.key', 'wallets', 'chain'] : [name];
  if (!names.some((each) => moving.entries.includes(each)))
    throw new KithError('datadir-moving', root, { data: { path: root } });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** By text first: a path that need not be looked at may be on a disk that does not answer. */
function roleOf({ path, old, moving }: DataPlace, root: string): 'used' | 'moving' | 'left' {
  const roles = [
    ['used', path],
    ['moving', moving?.path],
    ['left', old?.path],
  ] as const;
  const found =
    roles.find(([, each]) => each === root) ??
    roles.find(([, each]) => each !== undefined && isSameRoot(each, root));
  return found?.[0] ?? 'left';
}

function placeOfMark({ home }: RootMark): DataPlace | null {
  try {
    return readPlace(home);
  } catch {
    return null;
  }
}

function movedTo(path: string, place?: string): KithError {
  return new KithError('datadir-moved', `the data in ${path} was moved`, { data: { path, file: place } });
}

function halfCopy(path: string): KithError {
  return new KithError('datadir-half-copy', `${path} is not a complete copy`, { data: { path } });
}
