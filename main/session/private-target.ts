/** Whether another user of this computer can change what is stored in a folder. */
import { lstatSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { KithError } from '../lib/errors.ts';

const OTHERS = 0o077;
const GROUP_WRITES = 0o020;
const GROUP_ENTERS = 0o010;
const OTHERS_WRITE = 0o002;
const OTHERS_ENTER = 0o001;
/** Only the owner of an entry can rename or delete it, as in /tmp. */
const STICKY = 0o1000;
const ROOT = 0;

export interface LocalUser {
  readonly uid: number;
  readonly gid: number;
}

/** Null on Windows, where the modes of files have no meaning. */
export function localUser(): LocalUser | null {
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  return uid === undefined || gid === undefined ? null : { uid, gid };
}

/**
 * Refuses a folder that another user owns, can write to, or can replace because of a folder above it. Such a user could put a wallet
 * or a program of theirs in the place of ours. The folder itself may be open to others: a move closes it.
 * @throws {KithError} `move-not-private`; what the file system throws
 */
export function checkPrivate(path: string, user: LocalUser | null): void {
  if (user === null) return;
  let reachable = true;
  let above: Stats | null = null;
  for (const folder of fromTop(path)) {
    const stats = lstatSync(folder);
    const isTarget = folder === path;
    const isKept = above !== null && (above.mode & STICKY) !== 0;
    if (reachable && above !== null && !isKept && isWritable(above, user))
      throw notPrivate(path, dirname(folder));
    if (stats.uid !== user.uid && (isTarget || stats.uid !== ROOT)) throw notPrivate(path, folder);
    reachable &&= isEntered(stats, user);
    above = stats;
  }
}

/** The same for a folder that was just created with mode 0700, in a file system that has no permissions: FAT, exFAT. */
export function checkClosed(created: string, user: LocalUser | null): void {
  if (user === null || (lstatSync(created).mode & OTHERS) === 0) return;
  if (fromTop(created).every((folder) => isEntered(lstatSync(folder), user)))
    throw notPrivate(dirname(created), dirname(created));
}

function fromTop(path: string): string[] {
  const folders = [path];
  for (let at = path; dirname(at) !== at; at = dirname(at)) folders.unshift(dirname(at));
  return folders;
}

const isWritable = ({ mode, gid }: Stats, user: LocalUser): boolean =>
  (mode & OTHERS_WRITE) !== 0 || ((mode & GROUP_WRITES) !== 0 && !isOwnGroup(gid, user));

const isEntered = ({ mode, gid }: Stats, user: LocalUser): boolean =>
  (mode & OTHERS_ENTER) !== 0 || ((mode & GROUP_ENTERS) !== 0 && !isOwnGroup(gid, user));

/** Many systems give each user a group with the same number; no other user is in it. */
const isOwnGroup = (gid: number, user: LocalUser): boolean =>
  gid === ROOT || (gid === user.gid && user.gid === user.uid);

function notPrivate(path: string, folder: string): KithError {
  return new KithError('move-not-private', `${folder} belongs to or can be changed by another user`, {
    data: { path, folder },
  });
}
