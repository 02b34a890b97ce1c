import { constants, copyFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, KithError, messageOf } from '../../lib/errors.ts';
import { diskFailed, diskRefusal } from '../../lib/disk-failure.ts';
import { makePrivateFolder } from '../../lib/private-folder.ts';
import { readRegularFile } from '../../lib/read-regular.ts';
import type { Log } from '../../lib/log.ts';
import {
  decodeWalletFile,
  encodeWalletFile,
  type FileProblem,
  isFileProblem,
  isOlder,
  MAX_FILE_BYTES,
  type WalletFile,
  writesAfter,
} from './wallet-file.ts';
import { type DeletedFile, findDeleted, PREVIOUS_SUFFIXES, renameDeleted } from './deleted-files.ts';
import { nameKey, WALLET_SUFFIX } from './wallet-names.ts';
import { replaceFile, retireFile } from '../../lib/replace-file.ts';

/** The wallet files of one data directory. The caller checks names with checkWalletName. */
export interface WalletFiles {
  /** Names of all wallet files, corrupt ones included, sorted. */
  names(): Promise<string[]>;
  /**
   * Reads a wallet file. If it is corrupt, reads the newest readable previous version, and `findings` says so.
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
   * Writes the file and keeps three previous versions. With `forgetPrevious` they all become copies of the new one.
   */
  write(name: string, file: WalletFile, options?: { readonly forgetPrevious?: boolean }): Promise<void>;
  /** Deletes the file: it becomes the newest previous version. */
  remove(name: string): Promise<void>;
  /** The notice about a file that was read; null for none. */
  finding(name: string): FileFinding | null;
}

/** The code of a notice: the file was corrupt, or was replaced by an older one, and a previous version is used. */
export type FileFinding = 'wallet-file-recovered' | 'wallet-file-older';

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
    if (['', ...PREVIOUS_SUFFIXES].some((suffix) => entry.endsWith(`${WALLET_SUFFIX}${suffix}.new`)))
      await rm(join(folder, entry), { force: true });
  }
  const pathOf = (name: string) => join(folder, name + WALLET_SUFFIX);
  const names = async () =>
    (await orUnusable(readdir(folder)))
      .filter((entry) => entry.endsWith(WALLET_SUFFIX) && entry.length > WALLET_SUFFIX.length)
      .map((entry) => entry.slice(0, -WALLET_SUFFIX.length).normalize('NFC'))
      .sort();
  const previousOf = (name: string) => PREVIOUS_SUFFIXES.map((suffix) => pathOf(name) + suffix);
  const put = (name: string, file: WalletFile, keep: boolean) =>
    orUnusable(
      replaceFile(pathOf(name), encodeWalletFile(file), {
        ...(keep ? { previous: previousOf(name) } : {}),
        ...(deps.step === undefined ? {} : { step: deps.step }),
      }),
    );

  const findings = new Map<string, FileFinding>();
  /** Names whose previous version is known to belong to the same wallet. */
  const checked = new Set<string>();
  const renameDeletedOthers = async (name: string, { identity }: WalletFile) => {
    if (checked.has(name)) return;
    for (const kept of await orUnusable(renameDeleted(folder, name, identity.id)))
      log.warn('the previous version of a deleted wallet of the same name is kept', { name, kept });
    checked.add(name);
  };

  /** The newest version of a wallet whose file may have been replaced by an older one. */
  const orNewer = async (name: string, file: WalletFile): Promise<WalletFile> => {
    const previous = await newestReadable(previousOf(name));
    if (previous === null || !isOlder(file, previous)) return file;
    log.warn('the wallet file was replaced by an older one; the newest version is used', { name });
    await orUnusable(keepAside(pathOf(name), '.older'));
    await put(name, previous, false);
    findings.set(nameKey(name), 'wallet-file-older');
    return previous;
  };

  return {
    names,
    deleted: () => orUnusable(findDeleted(folder)),
    async read(name) {
      const file = await readOne(pathOf(name));
      if (!isFileProblem(file)) return orNewer(name, file);
      if (file.problem === 'newer') throw new KithError('wallet-file-newer', undefined, { data: { name } });
      const previous = await newestReadable(previousOf(name));
      if (previous === null) throw new KithError('wallet-file-damaged', undefined, { data: { name } });
      log.warn('the wallet file is corrupt; its previous version is used', { name });
      // The corrupt file is copied first, because the next write would make it the previous version.
      await orUnusable(keepAside(pathOf(name), '.damaged'));
      await put(name, previous, false);
      findings.set(nameKey(name), 'wallet-file-recovered');
      return previous;
    },
    async create(name, file) {
      const taken = (await names()).some((other) => nameKey(other) === nameKey(name));
      if (taken) throw new KithError('wallet-exists', undefined, { data: { name } });
      checked.delete(name);
      await renameDeletedOthers(name, file);
      // A deleted wallet may have left a newer version of itself. It must not count as the newer one afterwards.
      const left = await newestReadable(previousOf(name));
      const isLater = left === null || !isOlder(file, left);
      await put(name, isLater ? file : { ...file, writes: writesAfter(left) }, false);
    },
    async write(name, file, options) {
      // Earlier versions could create a wallet with the name of a deleted one without renaming the file of the deleted
      // one.
      await renameDeletedOthers(name, file);
      await put(name, file, true);
      if (!options?.forgetPrevious) return;
      // Written again, so that every previous version is the new one: no copy may be left that the old password opens.
      // The file itself is written: a full disk must not look as if it were not.
      try {
        for (let i = 0; i < PREVIOUS_SUFFIXES.length; i++) await put(name, file, true);
      } catch (error) {
        log.warn('previous versions of a wallet file still open with the old password', { name, error });
      }
    },
    remove: (name) => orUnusable(retireFile(pathOf(name), previousOf(name))),
    finding: (name) => findings.get(nameKey(name)) ?? null,
  };
}

const MAX_ASIDE = 9;

/** Copies a file to a name that is free, such as `….damaged2`. With nine copies there the oldest ones stay. */
async function keepAside(path: string, suffix: string): Promise<void> {
  for (let number = 1; number <= MAX_ASIDE; number++) {
    try {
      await copyFile(path, `${path}${suffix}${number === 1 ? '' : number}`, constants.COPYFILE_EXCL);
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** The newest of these versions that can be read, whatever became of the newer ones; null for none. */
async function newestReadable(paths: readonly string[]): Promise<WalletFile | null> {
  for (const path of paths) {
    const file = await readOne(path).catch(() => null);
    if (file !== null && !isFileProblem(file)) return file;
  }
  return null;
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
