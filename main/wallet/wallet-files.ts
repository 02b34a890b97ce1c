import { copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, KithError, messageOf } from '../lib/errors.ts';
import { diskFailed, diskRefusal } from '../lib/disk-failure.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { readRegularFile } from '../lib/read-regular.ts';
import type { Log } from '../lib/log.ts';
import {
  decodeWalletFile,
  encodeWalletFile,
  type FileProblem,
  isFileProblem,
  MAX_FILE_BYTES,
  type WalletFile,
} from './wallet-file.ts';
import { BACKUP_SUFFIX, type DeletedFile, findDeleted, renameDeleted } from './deleted-files.ts';
import { nameKey, WALLET_SUFFIX } from './wallet-names.ts';
import { replaceFile } from './replace-file.ts';

/** The wallet files of one data directory. The caller checks names with checkWalletName. */
export interface WalletFiles {
  /** Names of all wallet files, corrupt ones included, sorted. */
  names(): Promise<string[]>;
  /**
   * Reads a wallet file. If it is corrupt, reads the previous version and logs a warning.
   * @throws {KithError} `wallet-file-damaged`, `wallet-file-newer`, `wallet-file-unusable`
   */
  read(name: string): Promise<WalletFile>;
  /** Wallets whose file was deleted and whose previous version still exists, by name. */
  deleted(): Promise<DeletedFile[]>;
  /**
   * Creates the file. The previous version of a deleted wallet of the same name is renamed first.
   * @throws {KithError} `wallet-exists`, `wallet-file-unusable`, `disk-full`
   */
  create(name: string, file: WalletFile): Promise<void>;
  /**
   * Writes the file and keeps the previous version as `.bak`. With `forgetPrevious` the `.bak` file becomes a copy of
   * the new one.
   */
  write(name: string, file: WalletFile, options?: { readonly forgetPrevious?: boolean }): Promise<void>;
}

export interface WalletFilesDeps {
  readonly folder: string;
  readonly log: Log;
  /** See replaceFile. */
  readonly step?: ((name: string) => void) | undefined;
}

/**
 * Opens the folder and removes temporary files that a crash left. Creates the folder with mode 0700 if it is missing.
 */
export async function openWalletFiles(deps: WalletFilesDeps): Promise<WalletFiles> {
  const { folder, log } = deps;
  await orUnusable(Promise.resolve(folder).then(makePrivateFolder));
  for (const entry of await orUnusable(readdir(folder))) {
    if (entry.endsWith(`${WALLET_SUFFIX}.new`) || entry.endsWith(`${WALLET_SUFFIX}${BACKUP_SUFFIX}.new`))
      await rm(join(folder, entry), { force: true });
  }
  const pathOf = (name: string) => join(folder, name + WALLET_SUFFIX);
  const names = async () =>
    (await orUnusable(readdir(folder)))
      .filter((entry) => entry.endsWith(WALLET_SUFFIX) && entry.length > WALLET_SUFFIX.length)
      .map((entry) => entry.slice(0, -WALLET_SUFFIX.length).normalize('NFC'))
      .sort();
  const put = (name: string, file: WalletFile, backup: boolean) =>
    orUnusable(
      replaceFile(pathOf(name), encodeWalletFile(file), {
        ...(backup ? { backup: pathOf(name) + BACKUP_SUFFIX } : {}),
        ...(deps.step === undefined ? {} : { step: deps.step }),
      }),
    );

  /** Names whose previous version is known to belong to the same wallet. */
  const checked = new Set<string>();
  const renameDeletedOthers = async (name: string, { identity }: WalletFile) => {
    if (checked.has(name)) return;
    for (const kept of await orUnusable(renameDeleted(folder, name, identity.id)))
      log.warn('the previous version of a deleted wallet of the same name is kept', { name, kept });
    checked.add(name);
  };

  return {
    names,
    deleted: () => orUnusable(findDeleted(folder)),
    async read(name) {
      const file = await readOne(pathOf(name));
      if (!isFileProblem(file)) return file;
      if (file.problem === 'newer') throw new KithError('wallet-file-newer', undefined, { data: { name } });
      const previous = await readOne(pathOf(name) + BACKUP_SUFFIX).catch(() => file);
      if (isFileProblem(previous)) throw new KithError('wallet-file-damaged', undefined, { data: { name } });
      log.warn('the wallet file is corrupt; its previous version is used', { name });
      // The corrupt file is copied first, because the next write would make it the previous version.
      await orUnusable(copyFile(pathOf(name), `${pathOf(name)}.damaged`));
      await put(name, previous, false);
      return previous;
    },
    async create(name, file) {
      const taken = (await names()).some((other) => nameKey(other) === nameKey(name));
      if (taken) throw new KithError('wallet-exists', undefined, { data: { name } });
      checked.delete(name);
      await renameDeletedOthers(name, file);
      await put(name, file, false);
    },
    async write(name, file, options) {
      // Earlier versions could create a wallet with the name of a deleted one without renaming the file of the deleted
      // one.
      await renameDeletedOthers(name, file);
      await put(name, file, true);
      // Written twice, so that `.bak` is the new version too: no old copy may be left that the old password opens.
      if (options?.forgetPrevious) await put(name, file, true);
    },
  };
}

async function readOne(path: string): Promise<WalletFile | FileProblem> {
  return decodeWalletFile(await orUnusable(readRegularFile(path, MAX_FILE_BYTES)));
}

async function orUnusable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof KithError) throw error;
    if (diskRefusal(error) !== null) throw diskFailed(error, 'writing a wallet file');
    const reason = codeOf(error) ?? messageOf(error);
    throw new KithError('wallet-file-unusable', messageOf(error), { cause: error, data: { reason } });
  }
}
