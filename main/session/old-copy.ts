/** What a user can do with the root that was used before, and with a root that is at another path now. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Answers, answers, requireAnswer } from '../lib/answers.ts';
import { crashPoint } from '../lib/crash-point.ts';
import {
  type DataPlace,
  isSameRoot,
  type OldCopy,
  readPlace,
  realOf,
  writePlace,
} from '../lib/data-place.ts';
import { KithError, messageOf } from '../lib/errors.ts';
import { folderIdentityNow } from '../lib/folder-identity.ts';
import { isMarkOf, markAt, usedRoot } from '../lib/moved-root.ts';
import {
  readPlace as readIdentityPlace,
  writePlace as writeIdentityPlace,
} from '../net/transport/place-file.ts';
import { dataDirectories, dataEntries, deleteData, listData } from './data-files.ts';
import { gone, isLeft } from './move-target.ts';
import { correctMarks } from './recover-move.ts';

/**
 * Uses the kept copy again without copying anything: the place of the data is not there, or each of the two has data that the other
 * lacks. The two change their roles, so that exactly one can be opened also when the disk is there again.
 * @throws {KithError} `move-no-old`, `move-place-gone`, `data-place-silent`
 */
export async function useOldCopy(
  home: string,
  now: () => number,
  answered: Answers = answers,
): Promise<void> {
  const place = readPlace(home);
  if (place?.old?.intact !== true) throw new KithError('move-no-old');
  const { path, id, entries } = place.old;
  await requireAnswer(path, answered);
  if (!existsSync(path)) throw gone(path);
  // Its disk may have been absent when the program started.
  await correctMarks(home, answered);
  if (!isSameRoot(path, home) && !isLeft(path, id, home)) throw gone(path);
  const old = { path: place.path, id: place.id, entries, since: now(), intact: true, diverged: true };
  await writePlace(home, { ...place, path, id, old });
  crashPoint('data place');
  await correctMarks(home, answered).catch(() => undefined);
}

/**
 * Records where the data is now: its disk or its folder has another path. The mark shows whether it is that data.
 * @throws {KithError} `move-not-that`
 */
export async function relocateRoot(home: string, chosen: string): Promise<void> {
  const place = readPlace(home);
  const path = realOf(chosen);
  const mark = markAt(path);
  if (place === null || place.id === null || !isMarkOf(mark, place.id, home) || mark.state === 'incoming')
    throw new KithError('move-not-that', path, { data: { path } });
  const { datadirs } = await listData(path, { lenient: true });
  for (const name of datadirs) await relocateIdentity(join(path, name));
  await writePlace(home, { ...place, path });
}

/** A folder with the inode of before was not copied, so that its identity belongs there. */
async function relocateIdentity(datadir: string): Promise<void> {
  const before = await readIdentityPlace(datadir);
  if (before?.inode === folderIdentityNow(datadir)?.inode) await writeIdentityPlace(datadir);
}

/**
 * Deletes the kept copy, if the place of the data is there.
 * @throws {KithError} `data-place-missing`, `data-place-silent`, `move-no-old`, `move-place-gone`, `move-failed`
 */
export async function deleteOldCopy(home: string, answered: Answers = answers): Promise<void> {
  const place = readPlace(home);
  if (place?.old == null) throw new KithError('move-no-old');
  await requireAnswer(place.path, answered);
  await requireAnswer(place.old.path, answered);
  usedRoot(home);
  await correctMarks(home, answered);
  const { path, id } = place.old;
  const atHome = isSameRoot(path, home);
  const entries = entriesOf(place.old);
  // An earlier deletion was interrupted after the last file.
  const isDone = !place.old.intact && entries.every((name) => !existsSync(join(path, name)));
  // Another disk may be at this path now.
  if (!isDone && !atHome && !isLeft(path, id, home)) throw gone(path);
  await writePlace(home, { ...place, old: { ...place.old, entries, intact: false } });
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

/**
 * Forgets the kept copy, whose disk is not there. The record stays, so that the copy is refused if the disk is there again.
 * @throws {KithError} `move-no-old`
 */
export async function forgetOldCopy(home: string): Promise<void> {
  const place = readPlace(home);
  if (place?.old == null) throw new KithError('move-no-old');
  await writePlace(home, { ...place, old: null, forgotten: true });
}

/** A copy that was used after the move has data directories that were not known then. */
function entriesOf({ path, entries, diverged }: OldCopy): readonly string[] {
  return diverged ? [...new Set([...entries, ...dataEntries(path)])] : entries;
}

/**
 * Data directories in the home that belong neither to the data in use nor to the old copy: programs of an earlier version, or the
 * user, put them there, and nothing opens them.
 */
export function unusedDirectories(home: string, place: DataPlace | null): string[] {
  if (place === null || isSameRoot(place.path, home)) return [];
  const old = place.old?.id === null ? place.old.entries : [];
  return dataDirectories(home)
    .filter((name) => !old.includes(name))
    .map((name) => join(home, name));
}
