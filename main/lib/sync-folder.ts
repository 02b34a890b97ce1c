import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { codeOf } from './errors.ts';

/** Error codes of file systems that cannot sync a folder. They are ignored. */
const UNSUPPORTED_CODES = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS']);

/** Syncs new names and renames in a folder to the disk. Does nothing on Windows, because NTFS journals renames. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync().catch((error: unknown) => {
      if (!UNSUPPORTED_CODES.has(codeOf(error) ?? '')) throw error;
    });
  } finally {
    await folder.close();
  }
}

/** Like syncFolder, but synchronous. */
export function syncFolderNow(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (error) {
    if (!UNSUPPORTED_CODES.has(codeOf(error) ?? '')) throw error;
  } finally {
    closeSync(folder);
  }
}
