/**
 * Where the data root is after the user has moved it (docs/storage.md, "A moved data root"). The home is the root that a start
 * finds by itself: the default of the platform, or `--datadir`. Its record names the root that is used.
 */
import { existsSync, realpathSync, rmSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { codeOf, KithError, messageOf } from './errors.ts';
import { replacePrivateFile } from './private-file.ts';
import { readRegularFileSync } from './read-regular.ts';
import { syncFolder } from './sync-folder.ts';

/** In the home: the record. In any other root that a move used: the mark that names the home. */
export const PLACE_FILE = 'data-place.json';
const VERSION = 1;
const MAX_BYTES = 65_536;

/** The record. */
export interface DataPlace {
  /** The root that is used. Absolute, without symbolic links. */
  readonly path: string;
  /** The root before, whose data is kept until the user deletes it; null when there is none. */
  readonly old: OldCopy | null;
  /** A move that has begun and not ended; null when there is none. */
  readonly moving: Moving | null;
}

export interface Moving extends RootContent {
  /** The verified copy is being renamed to its names. */
  readonly replacing?: boolean;
}

/** The names in a root that belong to its data. */
export interface RootContent {
  readonly path: string;
  readonly entries: readonly string[];
}

export interface OldCopy extends RootContent {
  /** Unix seconds of the move. */
  readonly since: number;
  /** False once a deletion or a move back has begun to change it. */
  readonly intact: boolean;
}

/** The mark in a root other than the home. */
export interface RootMark {
  readonly home: string;
  readonly state: 'incoming' | 'used' | 'left';
  readonly entries: readonly string[];
}

/** The record of a home; null when its data was never moved. @throws {KithError} `data-place-invalid` */
export function readPlace(home: string): DataPlace | null {
  const value = readFields(home);
  if (value === null || isRootMark(value)) return null;
  const { version, path, old, moving } = value as Partial<DataPlace> & { version?: unknown };
  if (version === VERSION && isPath(path) && isOld(old) && (moving === null || isContent(moving)))
    return { path, old, moving };
  throw invalid(home, 'it has an unknown form');
}

/** Replaces the record, also after a power loss. A record that says nothing is removed. */
export async function writePlace(home: string, place: DataPlace): Promise<void> {
  const file = join(home, PLACE_FILE);
  if (place.path === realOf(home) && place.old === null && place.moving === null)
    rmSync(file, { force: true });
  else replacePrivateFile(file, textOf(place), { flush: true });
  await syncFolder(home);
}

/** The mark of a root; null without one, and in a home. @throws {KithError} `data-place-invalid` */
export function readMark(root: string): RootMark | null {
  const value = readFields(root);
  return value !== null && isRootMark(value) ? value : null;
}

export async function writeMark(root: string, mark: RootMark): Promise<void> {
  replacePrivateFile(join(root, PLACE_FILE), textOf(mark), { flush: true });
  await syncFolder(root);
}

/**
 * The data root that belongs to a home: the home itself, or the place that the user has moved its data to.
 * @throws {KithError} `data-place-invalid`, `data-place-missing` when that place is not there, such as a removed disk
 */
export function usedRoot(home: string): string {
  const place = readPlace(home);
  if (place === null || place.path === realOf(home)) return home;
  let mark: RootMark | null = null;
  try {
    mark = readMark(place.path);
  } catch {
    // Reported as missing: a start cannot use it either way.
  }
  if (mark === null || realOf(mark.home) !== realOf(home))
    throw new KithError('data-place-missing', place.path, { data: { path: place.path } });
  return place.path;
}

/**
 * Refuses a data directory that a move has left or not completed. Called with the absolute path before it is opened.
 * @throws {KithError} `datadir-moved`, `datadir-half-copy`, `data-place-invalid`
 */
export function refuseMoved(datadir: string): void {
  const real = realOf(datadir);
  refuseIn(real, null);
  refuseIn(dirname(real), basename(real));
}

/** `name`: the entry of the root that is to be opened; null for the root itself. */
function refuseIn(root: string, name: string | null): void {
  const mark = readMark(root);
  const place = mark === null ? readPlace(root) : placeOfMark(mark);
  if (place?.path === root) return;
  if (place === null) {
    // The home is gone, with its disk or by the user's hand: the mark alone tells whether the copy was complete.
    if (mark?.state === 'incoming' && concerns(mark, name)) throw halfCopy(root);
    return;
  }
  if (place.moving?.path === root && concerns(place.moving, name)) throw halfCopy(root);
  if (place.old?.path === root && concerns(place.old, name)) throw movedTo(root, place.path);
  if (mark?.state === 'incoming' && concerns(mark, name)) throw halfCopy(root);
  if (mark?.state === 'left' && concerns(mark, name)) throw movedTo(root, place.path);
}

const concerns = ({ entries }: Pick<RootContent, 'entries'>, name: string | null): boolean =>
  name === null || entries.includes(name);

function placeOfMark({ home }: RootMark): DataPlace | null {
  try {
    return readPlace(home);
  } catch {
    return null;
  }
}

function movedTo(path: string, place: string): KithError {
  return new KithError('datadir-moved', `${path} was moved to ${place}`, { data: { path, file: place } });
}

function halfCopy(path: string): KithError {
  return new KithError('datadir-half-copy', `${path} is not a complete copy`, { data: { path } });
}

/** The path without symbolic links; the path itself when there is nothing. */
export function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
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

// Not taken for a root that was never moved: its data may be older than that of the other place.
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

function isContent(value: unknown): value is RootContent {
  const { path, entries } = (value ?? {}) as Partial<RootContent>;
  return isPath(path) && isEntries(entries);
}

function isOld(value: unknown): value is OldCopy | null {
  const { since, intact } = (value ?? {}) as Partial<OldCopy>;
  return value === null || (isContent(value) && Number.isSafeInteger(since) && typeof intact === 'boolean');
}

function isRootMark(value: object): value is RootMark {
  const { version, home, state, entries } = value as Partial<RootMark> & { version?: unknown };
  return (
    version === VERSION &&
    isPath(home) &&
    isEntries(entries) &&
    (state === 'incoming' || state === 'used' || state === 'left')
  );
}
