import type { Role } from '../../shared/contract/vocabulary.ts';
import type { BackupPreview, VerifiedBackup } from '../../shared/contract/backup.ts';
import { equalBytes } from '../core/codec/bytes.ts';
import { encodeAddress } from '../core/primitives/address.ts';
import { LOCK_KEY } from '../core/primitives/coin.ts';
import type { Clock } from '../lib/clock.ts';
import { KithError } from '../lib/errors.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import { type Backup, BACKUP_SUFFIX, encodeBackup, MAX_BACKUP_BYTES } from './backup/backup-file.ts';
import { type BackupRecord, ownerOf } from './backup/backup-records.ts';
import { openSecret, wipeSecret } from './secrets/file-secret.ts';
import { firstLockIn } from './files/setup-locks.ts';
import { spenderOf } from './open/wallet-list.ts';
import type { OpenWallet } from './open/open-wallet.ts';
import type { WalletContacts, WalletNetwork } from './ledger/ports.ts';
import type { RunningWallets } from './running-wallets.ts';
import { readBackup, verifyBackup } from './backup/verify-backup.ts';
import type { WalletFile } from './files/wallet-file.ts';
import { checkWalletName } from './files/wallet-names.ts';
import type { WalletComponents } from './wiring.ts';

/** A backup file as it was read again from the place where it was saved. */
export interface SavedFile {
  readonly place: string;
  readonly bytes: Uint8Array;
}

/** Backup files of wallets. A backup counts only once it was restored to a temporary place. */
export interface WalletBackups {
  /**
   * An encrypted backup file, which does not count yet.
   * @throws {KithError} `wallet-password`, `backup-large`
   */
  backup(
    name: string,
    password: string,
    by?: Role,
  ): Promise<{ readonly bytes: Uint8Array; readonly fileName: string }>;
  /** Makes a backup file, saves it with `save`, and verifies what `save` read again. */
  saveBackup(
    name: string,
    password: string,
    save: (fileName: string, bytes: Uint8Array) => Promise<SavedFile>,
    by?: Role,
  ): Promise<VerifiedBackup>;
  /**
   * Verifies a backup file of a wallet that was saved before.
   * @throws {KithError} `backup-other-wallet`, `backup-other-setup`, and what verifyBackup throws
   */
  checkBackup(name: string, password: string, saved: SavedFile): Promise<VerifiedBackup>;
  /** What a backup file contains; stores nothing. */
  inspectBackup(bytes: Uint8Array, password: string): Promise<BackupPreview>;
  /**
   * Restores a wallet from a backup file. It reads the chain in the background, also for payments to keys that were
   * issued after the backup.
   * @throws {KithError} `wallet-exists`, `wallet-keys-known`, and what verifyBackup throws
   */
  restoreBackup(request: {
    readonly name?: string | undefined;
    readonly password: string;
    readonly bytes: Uint8Array;
  }): Promise<{ readonly name: string; readonly firstAddress: string }>;
}

export interface WalletBackupsDeps {
  readonly network: WalletNetwork;
  readonly random: Pick<Random, 'bytes'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly running: RunningWallets;
  readonly changed: (name: string) => void;
  readonly contacts: Pick<WalletContacts, 'fileText' | 'merge' | 'mergePreview'>;
  readonly log: Log;
}

export function createWalletBackups(deps: WalletBackupsDeps): WalletBackups {
  const { network, random, clock, running, changed, contacts, log } = deps;
  const { components, get, begin } = running;
  const addressOf = (file: WalletFile) => encodeAddress(network.hrp, firstLockIn(file));

  const make = async (wallet: OpenWallet, password: string, by: Role) => {
    const { access, kdf } = components();
    // The backup must open with the password of the wallet, so the password is checked first.
    const secret = await access.secret(wallet, password, by);
    wipeSecret(secret);
    const backup = {
      name: wallet.name,
      madeAt: clock.now(),
      file: wallet.file,
      contacts: contacts.fileText(),
    };
    const bytes = await encodeBackup(backup, password, random, await kdf());
    if (bytes.length > MAX_BACKUP_BYTES)
      throw new KithError('backup-large', undefined, { data: { most: MAX_BACKUP_BYTES } });
    return { bytes, fileName: fileNameOf(backup) };
  };
  const verify = (bytes: Uint8Array, password: string) => {
    const { walletFolder, keyDeps } = components();
    return verifyBackup(bytes, password, { ...keyDeps, folder: walletFolder, networkId: network.idHex, log });
  };
  const count = async (wallet: OpenWallet, password: string, { place, bytes }: SavedFile) => {
    const { file } = await verify(bytes, password);
    const owner = ownerOf(wallet.file);
    if (file.identity.id !== owner.id || !equalBytes(ownerOf(file).firstKey, owner.firstKey))
      throw new KithError('backup-other-wallet', undefined, { data: { name: wallet.name } });
    await record(components(), wallet, { file, password }, { at: clock.now(), place });
    changed(wallet.name);
    return components().records.get(owner)!;
  };

  return {
    backup: (name, password, by = 'terminal') => make(get(name), password, by),
    async saveBackup(name, password, save, by = 'terminal') {
      const wallet = get(name);
      const { bytes, fileName } = await make(wallet, password, by);
      const saved = await save(fileName, bytes);
      return count(wallet, password, saved);
    },
    checkBackup: (name, password, saved) => count(get(name), password, saved),
    async inspectBackup(bytes, password) {
      const { name, madeAt, file, contacts: text } = await readBackup(bytes, password, network.idHex);
      const first = { lockType: LOCK_KEY, lock: ownerOf(file).firstKey };
      return {
        name,
        firstAddress: addressOf(file),
        madeAt,
        createdAt: file.identity.createdAt,
        labels: file.labels.size,
        contacts: previewOf(contacts, text),
        wallet: spenderOf(components().list.byLock(first)),
      };
    },
    async restoreBackup({ name, password, bytes }) {
      const backup = await verify(bytes, password);
      const { factory, sessions } = components();
      const request = { name: checkWalletName(name ?? backup.name), file: backup.file, password };
      const { wallet, secrets } = await factory.restoreFile(request);
      sessions.hold(wallet.id, secrets);
      begin(wallet);
      await components()
        .records.forget(ownerOf(wallet.file))
        .catch((error: unknown) => log.warn('the record of a backup could not be removed', { error }));
      // The wallet is restored. Contacts that cannot be stored must not look like a failed restore.
      if (backup.contacts !== null)
        await contacts
          .merge(backup.contacts)
          .catch((error: unknown) => log.warn('the contacts of a backup could not be added', { error }));
      return { name: wallet.name, firstAddress: addressOf(wallet.file) };
    },
  };
}

/** Records a verified backup, as outdated if its password is not that of the wallet. */
async function record(
  { records, queue }: Pick<WalletComponents, 'records' | 'queue'>,
  wallet: OpenWallet,
  { file, password }: { readonly file: WalletFile; readonly password: string },
  backup: Pick<BackupRecord, 'at' | 'place'>,
): Promise<void> {
  for (;;) {
    const { sealed } = wallet.file;
    const outdated = !(await opens(wallet.file, password));
    const isRecorded = await queue.run(async () => {
      // The password may have been changed, or the file encrypted again, while this password was tried.
      if (wallet.file.sealed !== sealed) return false;
      checkSetup(wallet, file);
      await records.set(ownerOf(wallet.file), { ...backup, outdated });
      return true;
    });
    if (isRecorded) return;
  }
}

/** A backup from before the wallet had its set-up would not bring back its coins. */
function checkSetup({ name, file: { setup } }: OpenWallet, backup: WalletFile): void {
  const isSame =
    setup === null || backup.setup === null ? setup === backup.setup : equalBytes(setup, backup.setup);
  if (!isSame) throw new KithError('backup-other-setup', undefined, { data: { name } });
}

/** Whether the wallet file opens with this password. Not counted as an attempt: a backup has just opened with it. */
async function opens({ sealed, identity }: WalletFile, password: string): Promise<boolean> {
  const secret = sealed === null ? null : await openSecret(sealed, password, identity);
  if (secret !== null) wipeSecret(secret);
  return secret !== null;
}

function previewOf(
  contacts: Pick<WalletContacts, 'mergePreview'>,
  text: string | null,
): BackupPreview['contacts'] {
  if (text === null) return { added: 0, kept: [] };
  try {
    const { added, kept } = contacts.mergePreview(text);
    return { added, kept: [...kept] };
  } catch (error) {
    // The wallet can be restored without the contacts, when those of this node cannot be read.
    if (!(error instanceof KithError)) throw error;
    return { added: 0, kept: [] };
  }
}

/** Such as `Everyday 2026-03-01.kithbackup`. */
function fileNameOf({ name, madeAt }: Pick<Backup, 'name' | 'madeAt'>): string {
  return `${name} ${new Date(madeAt * 1000).toISOString().slice(0, 10)}${BACKUP_SUFFIX}`;
}
