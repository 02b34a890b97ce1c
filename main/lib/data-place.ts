/**
 * The record of where the data root is after the user has moved it, and the marks in other roots (docs/storage.md, "A moved
 * data root"). The home is the root that a start finds by itself: the default of the platform, or `--datadir`.
 */
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { codeOf, KithError, messageOf } from './errors.ts';
import { folderIdentityNow, isSameFolder } from './folder-identity.ts';
import { replacePrivateFile } from './private-file.ts';
import { readRegularFileSync } from './read-regular.ts';
import { syncFolder, syncFolderNow } from './sync-folder.ts';

/** In the home: the record. In any other root that a move used: the mark that names the home. */
export const PLACE_FILE = 'data-place.json';
const VERSION = 1;
const MAX_BYTES = 65_536;

/** The record. */
export interface DataPlace {
  /** The root that is used. Absolute, without symbolic links. */
  readonly path: string;
  /** The id in the mark of that root; null for the home, which has no mark. */
  readonly id: string | null;
  /** The root before, whose data is kept until the user deletes it; null when there is none. */
  readonly old: OldCopy | null;
  /** A move that has begun and not ended; null when there is none. */
  readonly moving: Moving | null;
  /**
   * An old copy was forgotten because its disk was lost. Its mark names this home, so the record stays permanently: without it,
   * the copy would not be refused if the disk is there again.
   */
  readonly forgotten?: boolean;
}

/** The names in a root that belong to its data. */
export interface RootContent {
  readonly path: string;
  /** The id in the mark of that root; null for the home. */
  readonly id: string | null;
  readonly entries: readonly string[];
}

export interface Moving extends RootContent {
  /** The verified copy is being renamed to its names. */
  readonly replacing?: boolean;
  /** The process that moves; null when it has ended. */
  readonly pid: number | null;
}

export interface OldCopy extends RootContent {
  /** Unix seconds of the move. */
  readonly since: number;
  /** False once a deletion or a move back has begun to change it. */
  readonly intact: boolean;
  /** It was used after the move, so that each of the two roots has data that the other lacks. */
  readonly diverged: boolean;
}

/** The mark in a root other than the home. */
export interface RootMark {
  readonly home: string;
  /**
   * `incoming`: a copy that is being written. `complete`: it was verified, and may be the root in use. `used`: a data directory of
   * it was opened. `left`: an old copy.
   */
  readonly state: 'incoming' | 'complete' | 'used' | 'left';
  readonly entries: readonly string[];
  /** Random for each move, so that another disk at the same path is not taken for this root. */
  readonly id: string | null;
}

/** The record of a home; null when its data was never moved. @throws {KithError} `data-place-invalid` */
export function readPlace(home: string): DataPlace | null {
  const value = readFields(home);
  if (value === null || isRootMark(value)) return null;
  const { version, path, old, moving, id, forgotten } = value as Partial<DataPlace> & { version?: unknown };
  if (version === VERSION && isPath(path) && isId(id) && isOld(old) && (moving === null || isMoving(moving)))
    return {
      ...located({ path, id }, home),
      old: old && located(old, home),
      moving: moving && located(moving, home),
      ...(forgotten === true ? { forgotten } : {}),
    };
  throw invalid(home, 'it has an unknown form');
}

/** The home itself has no id, and is where the record is: it may have been moved, or mounted at another path. */
const located = <T extends Pick<RootContent, 'path' | 'id'>>(root: T, home: string): T =>
  root.id === null ? { ...root, path: realOf(home) } : root;

/**
 * Replaces the record, also after a power loss. A record without content is removed.
 */
export async function writePlace(home: string, place: DataPlace): Promise<void> {
  const file = join(home, PLACE_FILE);
  const { path, old, moving, forgotten = false } = place;
  if (isSameRoot(path, home) && old === null && moving === null && !forgotten) rmSync(file, { force: true });
  else replacePrivateFile(file, textOf(place), { flush: true });
  await syncFolder(home);
}

/** The mark of a root; null without one, and in a home. @throws {KithError} `data-place-invalid` */
export function readMark(root: string): RootMark | null {
  const value = readFields(root);
  return value !== null && isRootMark(value) ? value : null;
}

export function writeMark(root: string, mark: RootMark): void {
  replacePrivateFile(join(root, PLACE_FILE), textOf(mark), { flush: true });
  syncFolderNow(root);
}

/** The path without symbolic links, and with the letter case of the disk; the path itself if it does not exist. */
export function realOf(path: string): string {
  try {
    // The other implementation keeps the letter case of its argument.
    return realpathSync.native(path);
  } catch {
    return path;
  }
}

/** Whether two paths lead to the same folder: also by another letter case, or over a second mount of the same disk. */
export function isSameRoot(a: string, b: string): boolean {
  if (a === b || realOf(a) === realOf(b)) return true;
  try {
    const [first, second] = [folderIdentityNow(a), folderIdentityNow(b)];
    // Some network file systems have no inode numbers.
    return first !== null && second !== null && first.inode !== '0' && isSameFolder(first, second);
  } catch {
    return false;
  }
}

function readFields(root: string): Record<string, unknown> | null {
  const file = join(root, PLACE_FILE);
  if (!existsSync(file)) return null;
  try {
    const value: unknown = JSON.parse(readRegularFileSync(file, MAX_BYTES).toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw invalid(root, messageOf(error));
  }
  throw invalid(root, 'it is not an object');
}

// Does not count as a root that was never moved: its data may be older than that of the other place.
function invalid(root: string, reason: string): KithError {
  const file = join(root, PLACE_FILE);
  return new KithError('data-place-invalid', `${file}: ${reason}`, { data: { file, reason } });
}

const textOf = (value: object): string => `${JSON.stringify({ version: VERSION, ...value }, null, 2)}\n`;

const isPath = (value: unknown): value is string => typeof value === 'string' && isAbsolute(value);

/** One plain segment each, so that nothing outside of the root is ever deleted by this list. */
function isEntries(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.every(
      (each) =>
        typeof each === 'string' && each !== '' && each !== '..' && each !== '.' && !/[/\\\0]/.test(each),
    )
  );
}

const isId = (value: unknown): value is string | null =>
  value === null || (typeof value === 'string' && /^[0-9a-f]{32}$/.test(value));

function isContent(value: unknown): value is RootContent {
  const { path, entries, id } = (value ?? {}) as Partial<RootContent>;
  return isPath(path) && isEntries(entries) && isId(id);
}

function isMoving(value: unknown): value is Moving {
  const { pid } = (value ?? {}) as Partial<Moving>;
  return isContent(value) && (pid === null || Number.isSafeInteger(pid));
}

function isOld(value: unknown): value is OldCopy | null {
  const { since, intact, diverged } = (value ?? {}) as Partial<OldCopy>;
  return (
    value === null ||
    (isContent(value) &&
      Number.isSafeInteger(since) &&
      typeof intact === 'boolean' &&
      typeof diverged === 'boolean')
  );
}

function isRootMark(value: object): value is RootMark {
  const { version, home, state, entries, id } = value as Partial<RootMark> & { version?: unknown };
  return (
    version === VERSION &&
    isPath(home) &&
    isEntries(entries) &&
    isId(id) &&
    ['incoming', 'complete', 'used', 'left'].includes(state!)
  );
}
