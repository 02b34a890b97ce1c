import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { crashPoint } from '../lib/crash-point.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { syncFolder } from '../lib/sync-folder.ts';
import { codeOf } from '../lib/errors.ts';
import type { LevelRecord } from './salvage.ts';

/** Where a corrupt database is kept until a later start finds the new one intact. */
export const asideOf = (folder: string): string => `${folder}.damaged`;
const freshOf = (folder: string): string => `${folder}.new`;

/**
 * Replaces a closed LevelDB by a new one with `records`. The old one is kept (see {@link asideOf}). After a crash or a
 * power failure there is the old one, the new one, or a state that {@link finishReplacement} completes.
 */
export async function replaceLevel(folder: string, records: readonly LevelRecord[]): Promise<void> {
  const fresh = freshOf(folder);
  await rm(fresh, { recursive: true, force: true });
  await writeLevel(fresh, records);
  await rm(asideOf(folder), { recursive: true, force: true });
  await rename(folder, asideOf(folder)).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  crashPoint('database renamed');
  await rename(fresh, folder);
  await syncFolder(dirname(folder));
  crashPoint('database replaced');
}

/** After a crash: completes a replacement if the new database was complete, otherwise discards the new one. */
export async function finishReplacement(folder: string): Promise<void> {
  const fresh = freshOf(folder);
  // The old database is moved only after the new one is complete.
  if (existsSync(fresh) && !existsSync(folder)) await rename(fresh, folder);
  else await rm(fresh, { recursive: true, force: true });
}

async function writeLevel(folder: string, records: readonly LevelRecord[]): Promise<void> {
  makePrivateFolder(folder);
  const level = new ClassicLevel<Uint8Array, Uint8Array>(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  try {
    await level.open();
    const batch = level.batch();
    for (const [key, value] of records) batch.put(key, value);
    await batch.write({ sync: true });
  } finally {
    await level.close();
  }
}
