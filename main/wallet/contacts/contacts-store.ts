import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { diskFailed, diskRefusal } from '../../lib/disk-failure.ts';
import { codeOf, KithError, messageOf } from '../../lib/errors.ts';
import type { Log } from '../../lib/log.ts';
import { makePrivateFolder } from '../../lib/private-folder.ts';
import { readRegularFile } from '../../lib/read-regular.ts';
import {
  type ContactsFile,
  decodeContacts,
  encodeContacts,
  MAX_CONTACTS_BYTES,
  type StoredContact,
} from './contacts-file.ts';
import { replaceFile } from '../../lib/replace-file.ts';

const FOLDER = 'contacts';
const FILE = 'contacts.kith';
const BACKUP_SUFFIX = '.bak';
const DAMAGED_SUFFIX = '.damaged';
/** Number of copies of corrupt files that are kept at most. */
const MAX_COPIES = 20;

/** The file of the contacts of one data directory, and its previous version. */
export interface ContactsStore {
  readonly contacts: readonly StoredContact[];
  /** What the user should know about the file; null if all is well. */
  readonly notice: { readonly code: 'contacts-previous' | 'contacts-damaged'; readonly file: string } | null;
  /** Replaces the file and keeps the previous version. @throws {KithError} `contacts-file-unusable`, `disk-full` */
  write(contacts: readonly StoredContact[]): Promise<void>;
}

export interface ContactsStoreDeps {
  readonly directory: string;
  /** The network id, hex. */
  readonly network: string;
  readonly log: Log;
  /** See replaceFile. */
  readonly step?: ((name: string) => void) | undefined;
}

/**
 * Reads the contacts. If the file is corrupt or missing, reads the previous version. Corrupt files are copied before
 * anything can overwrite them.
 * @throws {KithError} `contacts-file-newer`, `contacts-file-other-network`, `contacts-file-unusable`, `disk-full`
 */
export async function openContactsStore(deps: ContactsStoreDeps): Promise<ContactsStore> {
  const { directory, network, log, step } = deps;
  const folder = join(directory, FOLDER);
  const path = join(folder, FILE);
  await orUnusable(Promise.resolve(folder).then(makePrivateFolder));
  const put = (contacts: readonly StoredContact[], backup?: string) =>
    orUnusable(
      replaceFile(path, encodeContacts({ network, contacts }), {
        ...(backup === undefined ? {} : { previous: [backup] }),
        ...(step === undefined ? {} : { step }),
      }),
    );
  const write = (contacts: readonly StoredContact[]) => put(contacts, path + BACKUP_SUFFIX);

  const current = await readOne(path, network);
  if (typeof current !== 'string') return { contacts: current.contacts, notice: null, write };
  const previous = await readOne(path + BACKUP_SUFFIX, network);
  if (current === 'missing' && previous === 'missing') return { contacts: [], notice: null, write };
  const copies: string[] = [];
  if (current === 'damaged') copies.push(await keepCopy(path));
  if (previous === 'damaged') copies.push(await keepCopy(path + BACKUP_SUFFIX));
  const file = copies.join(', ');
  if (typeof previous === 'string') {
    log.error('the file of the contacts cannot be read, and neither can its previous version', { file });
    return { contacts: [], notice: { code: 'contacts-damaged', file }, write };
  }
  log.warn('the file of the contacts cannot be read; its previous version is used', { file });
  // Without a backup: the previous version stays what it is.
  await put(previous.contacts).catch((error: unknown) =>
    log.warn('the file of the contacts could not be replaced', { error }),
  );
  return { contacts: previous.contacts, notice: { code: 'contacts-previous', file }, write };
}

async function readOne(path: string, network: string): Promise<ContactsFile | 'missing' | 'damaged'> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(path, MAX_CONTACTS_BYTES);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 'missing';
    throw unusable(error);
  }
  const file = decodeContacts(bytes);
  if (file === 'newer') throw new KithError('contacts-file-newer', undefined, { data: { file: path } });
  if (file === 'damaged') return file;
  if (file.network !== network)
    throw new KithError('contacts-file-other-network', undefined, { data: { file: path } });
  return file;
}

/** Copies a corrupt file to a name that is free, and returns that name. */
async function keepCopy(path: string): Promise<string> {
  for (let number = 1; number <= MAX_COPIES; number++) {
    const copy = `${path}${DAMAGED_SUFFIX}${number === 1 ? '' : `-${number}`}`;
    try {
      await copyFile(path, copy, constants.COPYFILE_EXCL);
      return basename(copy);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unusable(error);
    }
  }
  throw new KithError('contacts-file-unusable', undefined, { data: { reason: `${MAX_COPIES} copies` } });
}

async function orUnusable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw unusable(error);
  }
}

function unusable(error: unknown): KithError {
  if (error instanceof KithError) return error;
  if (diskRefusal(error) !== null) return diskFailed(error, 'writing the contacts');
  const reason = codeOf(error) ?? messageOf(error);
  return new KithError('contacts-file-unusable', messageOf(error), { cause: error, data: { reason } });
}
