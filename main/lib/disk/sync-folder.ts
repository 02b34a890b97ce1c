import { open } from 'node:fs/promises';

/** Puts new names and renames in a folder on the disk. Does nothing on Windows: NTFS journals a rename by itself. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
