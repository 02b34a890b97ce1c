import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isName } from '../../../shared/labels.ts';
import { readRegularFile } from '../../lib/read-regular.ts';
import { syncFolder } from '../../lib/sync-folder.ts';
import { decodeWalletFile, isFileProblem, MAX_FILE_BYTES, type WalletFile } from './wallet-file.ts';
import { nameKey, WALLET_SUFFIX } from './wallet-names.ts';

/** File name endings of the three previous versions of a wallet file, the newest first. */
export const PREVIOUS_SUFFIXES = ['.bak', '.bak2', '.bak3'] as const;

/** A wallet whose file was deleted and of which a previous version still exists. */
export interface DeletedFile {
  /** Its name before it was deleted. */
  readonly name: string;
  readonly file: WalletFile;
}

/**
 * Deleted wallets of a folder, sorted by name: those with a readable previous version and without a wallet file of the
 * same name. The newest readable version counts.
 */
export async function findDeleted(folder: string): Promise<DeletedFile[]> {
  const entries = await readdir(folder);
  const present = new Set(namesOf(entries, WALLET_SUFFIX).map(nameKey));
  const deleted: DeletedFile[] = [];
  for (const name of previousNames(entries)) {
    if (present.has(nameKey(name))) continue;
    for (const suffix of PREVIOUS_SUFFIXES) {
      const file = await readWallet(join(folder, name + WALLET_SUFFIX + suffix));
      if (file === null) continue;
      deleted.push({ name, file });
      break;
    }
  }
  return deleted.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Renames previous versions of this name that belong to a wallet other than `id`. Otherwise the wallet that has the
 * name now would overwrite the only copy of a deleted wallet. Unreadable files are renamed too. Returns the new
 * names.
 */
export async function renameDeleted(folder: string, name: string, id: string): Promise<string[]> {
  const entries = await readdir(folder);
  const kept: string[] = [];
  for (const found of previousNames(entries)) {
    if (nameKey(found) !== nameKey(name)) continue;
    const others: string[] = [];
    for (const suffix of PREVIOUS_SUFFIXES) {
      if (!entries.includes(found + WALLET_SUFFIX + suffix)) continue;
      const file = await readWallet(join(folder, found + WALLET_SUFFIX + suffix));
      if (file?.identity.id !== id) others.push(suffix);
    }
    if (others.length === 0) continue;
    const free = freeName(found, [...namesOf(entries, WALLET_SUFFIX), ...previousNames(entries), ...kept]);
    for (const suffix of others)
      await rename(join(folder, found + WALLET_SUFFIX + suffix), join(folder, free + WALLET_SUFFIX + suffix));
    kept.push(free);
  }
  if (kept.length > 0) await syncFolder(folder);
  return kept;
}

const namesOf = (entries: readonly string[], ending: string) =>
  entries
    .filter((entry) => entry.endsWith(ending) && entry.length > ending.length)
    .map((entry) => entry.slice(0, -ending.length));

/** The names that have a previous version. */
const previousNames = (entries: readonly string[]) => [
  ...new Set(PREVIOUS_SUFFIXES.flatMap((suffix) => namesOf(entries, WALLET_SUFFIX + suffix))),
];

/** “Everyday” becomes “Everyday 2”, or gets the lowest higher number that is free. */
function freeName(name: string, taken: readonly string[]): string {
  const keys = new Set(taken.map(nameKey));
  for (let number = 2; ; number++) {
    const ending = ` ${number}`;
    let base = Array.from(name);
    // Shortens the name until the name and the number together are short enough (isName).
    while (base.length > 1 && !isName(base.join('') + ending)) base = base.slice(0, -1);
    const free = base.join('') + ending;
    if (!keys.has(nameKey(free))) return free;
  }
}

async function readWallet(path: string): Promise<WalletFile | null> {
  const file = await readRegularFile(path, MAX_FILE_BYTES).then(decodeWalletFile, () => null);
  return file === null || isFileProblem(file) ? null : file;
}
