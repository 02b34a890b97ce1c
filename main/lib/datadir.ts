import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { dirname, isAbsolute, join, resolve, win32 } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { codeOf, findCode, KithError, messageOf } from './errors.ts';
import { diskRefusal } from './disk-failure.ts';
import { noteUsed, refuseMoved } from './moved-root.ts';
import { makePrivateFolder, takeContentsFromOthers, takeFromOthers } from './private-folder.ts';
import { readRegularFileSync } from './read-regular.ts';

/** A data directory that this process has locked; no other process can open it until `release`. */
export interface DataDirectory {
  readonly path: string;
  release(): Promise<void>;
}

/**
 * The default directory of the platform for the data of Kith. Each network has its own folder in it. A variable that is
 * empty or not an absolute path is ignored, as the XDG Base Directory Specification says: where money is kept must not
 * depend on the current folder.
 * @throws {KithError} `datadir-unknown` when this user has no home folder either
 */
export function defaultDataRoot(
  platform: NodeJS.Platform = process.platform,
  env: Readonly<Record<string, string | undefined>> = process.env,
  homes: () => readonly string[] = homeFolders,
): string {
  const isFull = platform === 'win32' ? isFullOnWindows : isAbsolute;
  const home = (...parts: readonly string[]): string => {
    const folder = homes().find(isFull);
    if (folder === undefined) throw new KithError('datadir-unknown', 'there is no home folder');
    return join(folder, ...parts);
  };
  const named = env[platform === 'win32' ? 'APPDATA' : 'XDG_DATA_HOME'] ?? '';
  if (platform === 'darwin') return home('Library', 'Application Support', 'Kith');
  if (platform === 'win32') return join(isFull(named) ? named : home('AppData', 'Roaming'), 'Kith');
  return join(isFull(named) ? named : home('.local', 'share'), 'kith');
}

/** Whether a path has a drive or a server. Without one, “\\folder” is on the drive of the current folder. */
const isFullOnWindows = (path: string): boolean =>
  win32.isAbsolute(path) && win32.parse(path).root.length > 1;

/** The home folder from the environment, else from the user database of the system. */
function homeFolders(): string[] {
  try {
    return [homedir(), userInfo().homedir];
  } catch {
    return [homedir()];
  }
}

/**
 * Creates the directory (mode 0700) and locks it. In a directory that existed before, the permissions of other users are
 * removed from everything that belongs to Kith, and from the directory itself if it contains nothing else. The lock is
 * LevelDB's: the operating system holds it for the process, on every platform, so that `kill -9` and power loss release
 * it and no stale lock can exist.
 * @throws {KithError} `datadir-in-use` with the pid that holds it, `datadir-moved`, `datadir-left`, `datadir-half-copy`,
 *   `datadir-moving`, `datadir-unusable`, `disk-full`, `disk-read-only`, `files-exhausted`
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  // An empty path would mean the current folder.
  if (path === '') throw unusable(path, new Error('the path is empty'));
  const full = resolve(path);
  refuseMoved(full);
  makeDirectory(full);
  const lock = await takeLock(full);
  const owner = join(full, OWNER_FILE);
  try {
    // A move may have begun or ended while this process waited for the lock.
    refuseMoved(full);
    note(full);
    makePrivate(full);
    writeOwner(owner, full);
  } catch (error) {
    await lock.close();
    throw error;
  }
  return {
    path: full,
    async release() {
      rmSync(owner, { force: true });
      await lock.close();
    },
  };
}

/** The pid of the process that holds the lock, for the error sentence. The lock itself belongs to the operating system. */
export const OWNER_FILE = 'owner.json';
export const LOCK_FOLDER = 'lock';

/** Everything that a node stores directly in its data directory: the table in docs/storage.md, which a test compares. */
const OWN_ENTRIES = new Set([
  ...['wallets', 'wallet-data', 'contacts', 'chain', 'blocks', 'undo', 'snapshots', 'history', 'peers'],
  LOCK_FOLDER,
  ...[
    'logs',
    'identity.key',
    'identity.place',
    OWNER_FILE,
    'api.token',
    'api.json',
    'mempool.dat',
    'metrics.dat',
    'node-settings.json',
    'node-settings.json.damaged',
    'upload-month.json',
    'chain.rebuild',
  ],
]);
const OURS_TOO =
  /^(?:verify-[A-Za-z0-9]{6}|(?:wallet-data|chain|peers)\.(?:damaged|new)|identity\.key\..+|(?:mempool\.dat|metrics\.dat|node-settings\.json|upload-month\.json|api\.token|api\.json|identity\.place)\.new)$/;
export const isOurs = (name: string): boolean => OWN_ENTRIES.has(name) || OURS_TOO.test(name);

function makePrivate(path: string): void {
  takeContentsFromOthers(path, isOurs);
  if (readdirSync(path).every(isOurs)) takeFromOthers(path);
}

function makeDirectory(path: string): void {
  try {
    makePath(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

// `recursive` of Node.js is not used, because it never returns below a directory that accepts no entries (/proc).
function makePath(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' && dirname(path) !== path) {
      makePath(dirname(path));
      mkdirSync(path, { mode: 0o700 });
    } else if (code !== 'EEXIST' || !statSync(path).isDirectory()) {
      throw error;
    }
  }
}

function note(path: string): void {
  try {
    noteUsed(path);
  } catch (error) {
    throw unusable(path, error);
  }
}

function writeOwner(file: string, path: string): void {
  try {
    writeFileSync(file, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }), {
      mode: 0o600,
    });
  } catch (error) {
    throw unusable(path, error);
  }
}

async function takeLock(path: string): Promise<ClassicLevel> {
  const folder = join(path, LOCK_FOLDER);
  try {
    return await openLevel(folder);
  } catch (error) {
    if (findCode(error, LOCKED)) throw inUse(path, error);
  }
  // A crash may have corrupted this database. It contains nothing except the lock, which is the file LOCK and stays.
  try {
    for (const name of await readdir(folder)) {
      if (name !== 'LOCK') await rm(join(folder, name), { force: true, recursive: true });
    }
    return await openLevel(folder);
  } catch (error) {
    throw findCode(error, LOCKED) ? inUse(path, error) : unusable(path, error);
  }
}

const LOCKED = new Set(['LEVEL_LOCKED']);

async function openLevel(folder: string): Promise<ClassicLevel> {
  makePrivateFolder(folder);
  const level = new ClassicLevel(folder, { compression: false, cacheSize: 0, writeBufferSize: 64 * 1024 });
  await level.open();
  return level;
}

function inUse(path: string, cause: unknown): KithError {
  const pid = readOwner(join(path, OWNER_FILE));
  const who = pid === undefined ? 'another program' : `process ${pid}`;
  return new KithError('datadir-in-use', `${path} is in use by ${who}`, {
    cause,
    data: { path, ...(pid === undefined ? {} : { pid }) },
  });
}

function readOwner(file: string): number | undefined {
  try {
    const { pid } = JSON.parse(readRegularFileSync(file, 4096).toString('utf8')) as { pid?: unknown };
    return typeof pid === 'number' && Number.isSafeInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function unusable(path: string, cause: unknown): KithError {
  const inner = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  const reason = messageOf(inner);
  // A full or read-only disk has its own error code.
  return new KithError(diskRefusal(cause) ?? 'datadir-unusable', `cannot use ${path}: ${reason}`, {
    cause,
    data: { path, reason },
  });
}
