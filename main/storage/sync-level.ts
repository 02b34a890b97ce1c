import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../lib/sync-folder.ts';
import { codeOf } from '../lib/errors.ts';

/**
 * Completes a synced write of LevelDB 1.20; call it after the write. LevelDB syncs only its newest log. This syncs the
 * log before it, unless that is in a table already, and the names in the folder. Usually costs one fdatasync of the
 * folder.
 */
export async function syncLevel(directory: string): Promise<void> {
  const logs = (await readdir(directory)).flatMap((name) => {
    const number = /^(\d+)\.log$/.exec(name)?.[1];
    return number === undefined ? [] : [{ name, number: Number(number) }];
  });
  logs.sort((a, b) => a.number - b.number);
  for (const { name } of logs.slice(0, -1)) await syncFile(join(directory, name));
  await syncFolder(directory);
}

/**
 * Errors to ignore. A missing log is in a table, which LevelDB synced. On Windows LevelDB has the log open exclusively.
 */
const NOT_NEEDED = new Set(['ENOENT', 'EBUSY', 'EPERM', 'EACCES']);

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+').catch((error: unknown) => {
    if (NOT_NEEDED.has(codeOf(error) ?? '')) return null;
    throw error;
  });
  try {
    await file?.datasync();
  } finally {
    await file?.close();
  }
}
