import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { PrivateKey } from '@libp2p/interface';
import type { Notice } from '../../../shared/contract/fields.ts';
import { sentenceFor } from '../../../shared/errors.ts';
import {
  isFolderOf,
  isSameFolder,
  type FolderIdentity,
  folderIdentityOf,
} from '../../lib/folder-identity.ts';
import { readRegularFile } from '../../lib/read-regular.ts';
import { KithError, messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { numberBelow, type Random } from '../../lib/random.ts';
import { IDENTITY_FILE, MAX_IDENTITY_BYTES, readIdentity } from './identity.ts';
import { readPlace, writePlace } from './place-file.ts';

export interface Identity {
  readonly key: PrivateKey;
  /** A notice that this data directory is a copy; null when it is not one. Does not change until the node stops. */
  readonly notice: Notice | null;
}

/**
 * Opens the identity of a data directory that may be a copy: peers take two nodes with one peer id for the same node. A
 * copy gets a new identity if the original still exists. Otherwise it keeps the identity, because it may have been
 * moved to another disk or restored from a backup, and other nodes may know addresses with that peer id.
 * @throws {KithError} `identity-unusable`
 */
export async function openIdentity(datadir: string, random: Random, log: Log): Promise<Identity> {
  const here = await folderIdentityOf(datadir).catch(() => null);
  const origin = here === null ? null : await findOrigin(datadir, here);
  if (origin?.exists === true) await renameIdentity(datadir, random);
  const identity = await readIdentity(datadir, random);
  if (identity.replaced) log.warn('the identity file could not be read; this node has a new peer id now');
  // Written last, so that a crash before it has the same result at the next start.
  await writePlace(datadir).catch((error: unknown) =>
    log.warn('the location of the data directory could not be stored; a copy of it will not be detected', {
      error,
    }),
  );
  if (origin === null) return { key: identity.key, notice: null };
  const code = origin.exists ? 'datadir-copied' : 'datadir-relocated';
  const notice = { code, message: sentenceFor(code, { original: origin.path }) };
  log.warn(notice.message, { code });
  return { key: identity.key, notice };
}

/**
 * Where this identity was used before, and whether the original still exists. Null when it was used here, or when that
 * is unknown.
 */
async function findOrigin(
  datadir: string,
  here: FolderIdentity,
): Promise<{ path: string; exists: boolean } | null> {
  const [noted, key] = [await readPlace(datadir), await readKey(datadir)];
  if (noted === null || key === null || (await isFolderOf(noted, here))) return null;
  return { path: noted.path, exists: await isOriginal(noted.path, here, key) };
}

/** Whether another folder at that path contains the same key. */
async function isOriginal(path: string, here: FolderIdentity, key: Uint8Array): Promise<boolean> {
  try {
    const other = await readKey(path);
    return (
      other !== null && Buffer.compare(other, key) === 0 && !isSameFolder(await folderIdentityOf(path), here)
    );
  } catch {
    return false;
  }
}

async function renameIdentity(datadir: string, random: Random): Promise<void> {
  const file = join(datadir, IDENTITY_FILE);
  try {
    await rename(file, `${file}.copied-${numberBelow(random, 2 ** 32)}`);
  } catch (error) {
    throw new KithError('identity-unusable', messageOf(error), { cause: error, data: { file } });
  }
}

async function readKey(folder: string): Promise<Uint8Array | null> {
  return readRegularFile(join(folder, IDENTITY_FILE), MAX_IDENTITY_BYTES).catch(() => null);
}
