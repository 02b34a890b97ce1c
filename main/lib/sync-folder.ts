import { open } from 'node:fs/promises';
import { codeOf } from './errors.ts';

/** What file systems say that cannot sync a folder, which then need not be done. */
const UNABLE = new Set(['EINVAL', 'ENOTSUP', 'ENOSYS']);

/** Puts new names and renames in a folder on the disk. Does nothing on Windows: NTFS journals a rename by itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync().catch((error: unknown) => {
      if (!UNABLE.has(codeOf(error) ?? '')) throw error;
    });
  } finally {
    await folder.close();
  }
}
