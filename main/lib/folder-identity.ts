import { statSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';

/** The identity of a folder. */
export interface FolderIdentity {
  /** Absolute. */
  readonly path: string;
  /**
   * Numbers of the file system, in decimal. A folder that is moved within its disk keeps both; a copy has another
   * inode.
   */
  readonly device: string;
  readonly inode: string;
}

/** The identity of the folder at a path. @throws what the file system throws */
export async function folderIdentityOf(path: string): Promise<FolderIdentity> {
  return { path, ...numbersOf(await stat(path, { bigint: true })) };
}

/** The identity of the folder at a path, synchronously; null when there is nothing at that path. */
export function folderIdentityNow(path: string): FolderIdentity | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? null : { path, ...numbersOf(stats) };
}

const numbersOf = ({ dev, ino }: { dev: bigint; ino: bigint }) => ({
  device: String(dev),
  inode: String(ino),
});

/** Whether two identities of the same run of the program belong to the same folder. */
export const isSameFolder = (a: FolderIdentity, b: FolderIdentity): boolean =>
  a.device === b.device && a.inode === b.inode;

/**
 * Whether the folder is the one that an earlier run recorded. It may have been moved within its disk, but is not a
 * copy. The device number may change when the computer restarts, so an unchanged path also suffices.
 */
export async function isFolderOf(noted: FolderIdentity, now: FolderIdentity): Promise<boolean> {
  const sameInode = noted.inode === now.inode || !(await keepsInodes(now.path));
  return sameInode && (noted.device === now.device || noted.path === now.path);
}

/** File systems without stable inode numbers: FAT, exFAT, SMB (two versions), FUSE. */
const MADE_UP = new Set([0x4d44, 0x2011bab0, 0xff534d42, 0xfe534d42, 0x65735546]);

async function keepsInodes(path: string): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  return !MADE_UP.has((await statfs(path)).type >>> 0);
}
