import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { readLog } from '../../../main/storage/level-log-file.ts';
import { readVersion, type Version } from '../../../main/storage/level-manifest.ts';
import { newDirectory } from '../../support/chain/test-chain.ts';

/** The folders whose every write and sync is recorded. */
export const FOLDERS = ['chain', 'blocks', 'undo'] as const;
export type Folder = (typeof FOLDERS)[number];

/** What happened to a folder's list of names. A file is known by its number here, whatever it is called. */
export type FolderChange = { readonly link: string; readonly file: number } | { readonly unlink: string };

/** How much of everything there was at one moment, and how much of that had been forced to the disk. */
export interface Moment {
  readonly folders: Readonly<Record<Folder, Extent>>;
  /** By number of the file. */
  readonly files: ReadonlyMap<number, Extent>;
  /** What the story said when the moment was recorded. */
  readonly label: number;
}

/** Counts changes of a folder, or bytes of a file. */
export interface Extent {
  readonly synced: number;
  readonly written: number;
}

export interface Recording {
  readonly changes: Readonly<Record<Folder, readonly FolderChange[]>>;
  /** The longest content that each file ever had, by its number: files only grow. */
  readonly contents: readonly Buffer[];
  readonly moments: readonly Moment[];
}

export interface Recorder {
  /** Marks what follows: moments carry the last label. */
  label(label: number): void;
  /** How many moments there are so far. */
  moments(): number;
  stop(): Recording;
}

interface Seen {
  readonly number: number;
  readonly name: string;
  content: Buffer;
  synced: number;
}

interface Listing {
  readonly changes: FolderChange[];
  names: ReadonlyMap<string, Seen>;
  synced: number;
  /** Bytes of the manifest when it was last looked at, and the changes that its newest edit needs. */
  manifest: string;
  needed: number;
}

/** LevelDB's text log and its lock carry no state. */
const IGNORED = /^(?:LOG|LOG\.old|LOCK|.*\.dbtmp)$/;
const LEVEL_FILE = /^(\d+)\.(ldb|log)$/;

/**
 * Records what this process does to the files of one chain: it looks at the folders before and after each write and each
 * fdatasync. Of LevelDB, whose writes are not ours to intercept, it assumes the least that LevelDB 1.20 guarantees: a
 * table is on the disk once the manifest names it, an edit of the manifest (and the folder) once files that it makes
 * obsolete are deleted, a log only as far as a synced write into it or an fdatasync of ours reached.
 */
export async function recordDisk(directory: string): Promise<Recorder> {
  const files: Seen[] = [];
  const known = new Map<string, Seen>();
  const listings = Object.fromEntries(
    FOLDERS.map((folder) => [
      folder,
      { changes: [], names: new Map(), synced: 0, manifest: '', needed: 0 } satisfies Listing,
    ]),
  ) as unknown as Record<Folder, Listing>;
  const moments: Moment[] = [];
  let label = 0;

  const seenOf = (path: string, name: string): Seen => {
    const key = identityOf(statSync(path));
    let seen = known.get(key);
    if (seen === undefined) {
      seen = { number: files.length, name, content: Buffer.alloc(0), synced: 0 };
      files.push(seen);
      known.set(key, seen);
    }
    seen.content = grown(path, seen.content);
    return seen;
  };

  const look = (folder: Folder): void => {
    const listing = listings[folder];
    const { changes, names } = listing;
    const present = new Map<string, Seen>();
    for (const name of readdirOf(join(directory, folder)).filter((each) => !IGNORED.test(each))) {
      try {
        present.set(name, seenOf(join(directory, folder, name), name));
      } catch {
        // It went between the two looks.
      }
    }
    // LevelDB makes new files before CURRENT names them, and deletes old ones afterwards.
    const order = (name: string) => (name === 'CURRENT' ? 1 : 0);
    for (const [name, seen] of [...present].sort(([a], [b]) => order(a) - order(b) || a.localeCompare(b)))
      if (names.get(name) !== seen) changes.push({ link: name, file: seen.number });
    for (const name of names.keys()) if (!present.has(name)) changes.push({ unlink: name });
    listing.names = present;
    if (folder === 'chain') assumeLevel(listing);
  };

  const observe = (): void => {
    for (const folder of FOLDERS) look(folder);
    const extent = (folder: Folder): Extent => ({
      synced: listings[folder].synced,
      written: listings[folder].changes.length,
    });
    moments.push({
      folders: { chain: extent('chain'), blocks: extent('blocks'), undo: extent('undo') },
      files: new Map(
        files.map(({ number, content, synced }) => [number, { synced, written: content.length }]),
      ),
      label,
    });
  };

  /** Everything that the handle's file had before is on the disk after `sync`. */
  const around = async (handle: FileHandle, sync: () => Promise<void>): Promise<void> => {
    observe();
    const stats = fstatSync(handle.fd);
    const folder = FOLDERS.find((each) => stats.isDirectory() && isSame(join(directory, each), stats));
    const written = folder === undefined ? stats.size : listings[folder].changes.length;
    await sync();
    const file = known.get(identityOf(stats));
    if (folder !== undefined) listings[folder].synced = Math.max(listings[folder].synced, written);
    else if (file !== undefined) file.synced = Math.max(file.synced, written);
    observe();
  };

  /** LevelDB's synced write: what it forces to the disk is its newest log, and no other file. */
  const levelSynced = (): void => {
    const logs = [...listings.chain.names].filter(([name]) => name.endsWith('.log'));
    const newest = logs.sort(([a], [b]) => b.localeCompare(a))[0]?.[1];
    if (newest !== undefined) newest.synced = newest.content.length;
  };

  const restore = await intercept({ observe, around, levelSynced });
  observe();
  // What is there already has survived.
  for (const file of files) file.synced = file.content.length;
  for (const folder of FOLDERS) listings[folder].synced = listings[folder].changes.length;
  observe();
  return {
    label: (next) => void (label = next),
    moments: () => moments.length,
    stop() {
      observe();
      restore();
      return {
        changes: {
          chain: listings.chain.changes,
          blocks: listings.blocks.changes,
          undo: listings.undo.changes,
        },
        contents: files.map(({ content }) => content),
        moments,
      };
    },
  };
}

/** See recordDisk. */
function assumeLevel(listing: Listing): void {
  const { names, changes } = listing;
  const current = names.get('CURRENT');
  if (current === undefined) return;
  // It was synced under another name before it got this one.
  current.synced = current.content.length;
  const manifest = names.get(current.content.toString('latin1').trim());
  if (manifest === undefined) return;
  const { records } = readLog(manifest.content);
  const version = readVersion(records);
  if (version === null) return;
  const before = readVersion(records.slice(0, -1));
  let obsolete = false;
  for (const [name, seen] of names) {
    const [, digits, kind] = LEVEL_FILE.exec(name) ?? [];
    const number = Number(digits);
    if (kind === 'ldb' && version.tables.has(number)) seen.synced = seen.content.length;
    if (kind === 'ldb' && !version.tables.has(number) && before?.tables.has(number)) obsolete = true;
    if (kind === 'log' && number < version.logNumber) obsolete = true;
  }
  const state = `${manifest.number} ${manifest.content.length}`;
  if (state !== listing.manifest) {
    listing.manifest = state;
    listing.needed =
      changes.findLastIndex((change) => 'link' in change && isNeeded(change.link, version)) + 1;
  }
  if (obsolete) {
    // The newest edit may not be on the disk; each one before it is.
    manifest.synced = Math.max(manifest.synced, manifest.content.length - records.at(-1)!.length - 7);
  } else {
    manifest.synced = manifest.content.length;
    listing.synced = Math.max(listing.synced, listing.needed);
  }
}

/** Whether LevelDB made this file before it wrote the edit that led to this version. */
function isNeeded(name: string, { tables, logNumber }: Version): boolean {
  const [, digits, kind] = LEVEL_FILE.exec(name) ?? [];
  if (kind === 'ldb') return tables.has(Number(digits));
  return kind === 'log' ? Number(digits) <= logNumber : true;
}

type Around = (handle: FileHandle, sync: () => Promise<void>) => Promise<void>;

interface Watch {
  observe(): void;
  readonly around: Around;
  levelSynced(): void;
}

/** Puts `observe` around every write of this process, and `around` around every sync. Gives what undoes it. */
async function intercept({ observe, around, levelSynced }: Watch): Promise<() => void> {
  const scratch = newDirectory();
  const handle = await open(join(scratch, 'probe'), 'w');
  const level = new ClassicLevel(join(scratch, 'level'));
  await level.open();
  const restores: (() => void)[] = [];
  const wrap = (target: object, name: string, wrapper: (original: Method) => Method) => {
    const owner = ownerOf(target, name);
    const original = owner[name]!;
    owner[name] = wrapper(original);
    restores.push(() => void (owner[name] = original));
  };
  const written = (original: Method): Method =>
    async function (this: unknown, ...args: unknown[]) {
      observe();
      const result = await original.apply(this, args);
      observe();
      return result;
    };
  wrap(handle, 'appendFile', written);
  for (const name of ['datasync', 'sync'])
    wrap(
      handle,
      name,
      (original) =>
        async function (this: unknown, ...args: unknown[]) {
          await around(this as FileHandle, async () => void (await original.apply(this, args)));
        },
    );
  const levelWritten = (original: Method): Method =>
    async function (this: unknown, ...args: unknown[]) {
      observe();
      const result = await original.apply(this, args);
      observe();
      if (!args.some((arg) => (arg as { sync?: unknown } | undefined)?.sync === true)) return result;
      levelSynced();
      observe();
      return result;
    };
  for (const name of ['put', 'del', 'clear', 'open', 'close']) wrap(level, name, levelWritten);
  wrap(level.batch(), 'write', levelWritten);
  await handle.close();
  await level.close();
  return () => restores.forEach((each) => each());
}

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

function ownerOf(target: object, name: string): Record<string, Method> {
  let at: object = target;
  while (!Object.hasOwn(at, name)) at = Object.getPrototypeOf(at) as object;
  return at as Record<string, Method>;
}

// A number of a deleted file is used again, so its birth belongs to it.
const identityOf = ({ ino, birthtimeMs }: Stats): string => `${ino} ${birthtimeMs}`;

function isSame(path: string, stats: Stats): boolean {
  try {
    return statSync(path).ino === stats.ino;
  } catch {
    return false;
  }
}

function readdirOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function grown(path: string, content: Buffer): Buffer {
  const { size } = statSync(path);
  if (size <= content.length) return content;
  if (content.length === 0) return readFileSync(path);
  const more = Buffer.alloc(size - content.length);
  const file = openSync(path, 'r');
  const read = readSync(file, more, 0, more.length, content.length);
  closeSync(file);
  return Buffer.concat([content, more.subarray(0, read)]);
}
