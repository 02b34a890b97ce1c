import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderIdentity, folderIdentityOf } from '../../lib/folder-identity.ts';
import { readRegularFile } from '../../lib/read-regular.ts';

/**
 * The file next to the key that records where the key was last used. JSON with `version` 1, `path`, `device` and
 * `inode` (docs/storage.md).
 */
export const PLACE_FILE = 'identity.place';
const VERSION = 1;
const MAX_BYTES = 65_536;

/** The recorded place; null if there is none, as of earlier versions, or it cannot be read. */
export async function readPlace(datadir: string): Promise<FolderIdentity | null> {
  try {
    const text = (await readRegularFile(join(datadir, PLACE_FILE), MAX_BYTES)).toString('utf8');
    const { version, path, device, inode } = JSON.parse(text) as Partial<FolderIdentity> & {
      version?: unknown;
    };
    const isPlace = [path, device, inode].every((each) => typeof each === 'string');
    return version === VERSION && isPlace ? { path: path!, device: device!, inode: inode! } : null;
  } catch {
    return null;
  }
}

/** Records that the identity in this folder belongs there. A move does it too, so that a moved directory is not a copy. */
export async function writePlace(datadir: string): Promise<void> {
  const place = await folderIdentityOf(datadir);
  const file = join(datadir, PLACE_FILE);
  const fresh = `${file}.new`;
  await writeFile(fresh, `${JSON.stringify({ version: VERSION, ...place })}\n`, { mode: 0o600, flush: true });
  await rename(fresh, file);
}
