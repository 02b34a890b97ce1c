import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The permissions of the group and of all other users. */
const OTHER_USERS_MASK = 0o077;

/**
 * Creates a folder that only this user can enter; removes the permissions of other users from an existing one. Call
 * it for every folder in which a library creates files with the umask of the process: other users cannot reach these
 * files, regardless of their own permissions. Changes nothing where the file system has no permissions (FAT,
 * Windows).
 */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  takeFromOthers(path);
}

/**
 * Removes the permissions of other users from each entry of a folder that `isOurs` accepts, also from entries that an
 * earlier version, a copy or a restored backup created. Other entries stay as they are.
 */
export function takeContentsFromOthers(folder: string, isOurs: (name: string) => boolean): void {
  for (const name of readdirSync(folder)) if (isOurs(name)) takeFromOthers(join(folder, name));
}

/** Removes the permissions of other users. Symbolic links and the files of another user stay as they are. */
export function takeFromOthers(path: string): void {
  if (process.platform === 'win32') return;
  try {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink() || (stats.mode & OTHER_USERS_MASK) === 0 || stats.uid !== process.getuid?.())
      return;
    chmodSync(path, stats.mode & ~OTHER_USERS_MASK & 0o7777);
  } catch {
    // Removed meanwhile, a read-only mount, or a file system without permissions.
  }
}
