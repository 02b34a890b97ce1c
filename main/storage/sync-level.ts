import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../lib/sync-folder.ts';
import { codeOf } from '../lib/errors.ts';

/**
 * Completes a synced write of LevelDB 1.20, which forces only its newest log to the disk: neither the log before it,
 * while that is not in a table yet, nor the names in its folder. Call it after the write. Cost: an fdatasync of the folder,
 * in most cases of nothing else.
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

/** Gone: it is in a table, which LevelDB synced. Not shared (Windows): LevelDB has it open. */
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
