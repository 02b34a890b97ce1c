import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes } from '../../core/codec/bytes.ts';
import { KithError } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { type Backup, decodeBackup, isBackupProblem, openBackup } from './backup-file.ts';
import { openSecret, wipeSecret } from '../secrets/file-secret.ts';
import { CHAIN } from '../keys/key-path.ts';
import { deriveSecrets, type KeyDeps } from '../secrets/key-secrets.ts';
import { openWalletFiles } from '../files/wallet-files.ts';

const FOLDER_PREFIX = 'check-';
const KEY_BYTES = 32;

/**
 * Decrypts a backup file of this network.
 * @throws {KithError} `backup-invalid`, `backup-newer`, `backup-damaged`, `backup-other-network`, `backup-password`
 */
export async function readBackup(bytes: Uint8Array, password: string, networkId: string): Promise<Backup> {
  const header = decodeBackup(bytes);
  if (isBackupProblem(header)) throw problem(header.problem);
  if (header.network !== networkId) throw new KithError('backup-other-network');
  const backup = await openBackup(header, password);
  if (backup === null) throw new KithError('backup-password');
  if (isBackupProblem(backup)) throw problem(backup.problem);
  return backup;
}

function problem(found: 'not-a-backup' | 'newer' | 'damaged'): KithError {
  return new KithError(found === 'not-a-backup' ? 'backup-invalid' : `backup-${found}`);
}

export interface VerifyDeps extends KeyDeps {
  /** The folder in which the temporary place is made. */
  readonly folder: string;
  readonly networkId: string;
  readonly log: Log;
}

/**
 * Restores a backup to a temporary folder, opens it there with the password as a wallet is opened, and compares its keys
 * with its secret. Deletes the folder.
 * @throws {KithError} as `readBackup` does, and `backup-damaged` when the wallet cannot be opened
 */
export async function verifyBackup(bytes: Uint8Array, password: string, deps: VerifyDeps): Promise<Backup> {
  const backup = await readBackup(bytes, password, deps.networkId);
  const folder = await mkdtemp(join(deps.folder, FOLDER_PREFIX));
  try {
    const files = await openWalletFiles({ folder, log: deps.log });
    await files.create('check', backup.file);
    const { sealed, identity, receive, change, keysMac, setup } = await files.read('check');
    // A watch-only wallet has no secret, and no backup file.
    if (sealed === null || keysMac === null)
      throw new KithError('backup-damaged', 'its wallet has no secret');
    const secret = await openSecret(sealed, password, identity);
    if (secret === null) throw new KithError('backup-damaged', 'its wallet has another password');
    const keys = await deriveSecrets(secret, identity.account, deps).finally(() => wipeSecret(secret));
    try {
      const first = await keys.publicKeys(CHAIN.receive, 0, 1);
      const matches =
        equalBytes(keys.mac(receive, change, setup), keysMac) &&
        equalBytes(first, receive.subarray(0, KEY_BYTES));
      if (!matches) throw new KithError('backup-damaged', 'its keys do not match its secret');
    } finally {
      keys.wipe();
    }
    return backup;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes temporary folders that a crash left. */
export async function removeChecks(folder: string): Promise<void> {
  for (const entry of await readdir(folder))
    if (/^check-[A-Za-z0-9]{6}$/.test(entry)) await rm(join(folder, entry), { recursive: true, force: true });
}
