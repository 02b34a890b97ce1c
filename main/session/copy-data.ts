/** Copies the files of a data root to another place, with progress, and reads every copy back. */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crashPoint } from '../lib/crash-point.ts';
import { KithError } from '../lib/errors.ts';
import { syncFolder } from '../lib/sync-folder.ts';
import type { DataTree } from './data-files.ts';

export interface CopyProgress {
  readonly phase: 'copying' | 'verifying';
  /** Bytes. */
  readonly done: number;
  readonly total: number;
}

export interface CopyDeps {
  readonly signal: AbortSignal;
  readonly report: (progress: CopyProgress) => void;
  /** Opens files; a test replaces it to inject faults of the disk. */
  readonly open: typeof open;
}

const CHUNK_BYTES = 1 << 20;
// A link that replaces a file after it was listed is not followed. Windows lacks the flag.
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/**
 * Copies a tree into an existing folder that has none of its names. Every file is hashed while it is read, written with mode 0600,
 * synced, and at the end read back and compared. Folders have mode 0700.
 * @throws {KithError} `move-unverified`, the reason of the signal, and what the file system throws
 */
export async function copyData(from: string, to: string, tree: DataTree, deps: CopyDeps): Promise<void> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  const hashes = new Map<string, string>();
  const counted = counter('copying', tree.bytes, deps);
  for (const path of tree.folders) await makeFolder(join(to, path));
  for (const { path } of tree.files) {
    // What a cancelled move has left is being removed by then.
    deps.signal.throwIfAborted();
    hashes.set(path, await copyFile(join(from, path), join(to, path), { ...deps, buffer, counted }));
    crashPoint('copied file');
  }
  const folders = new Set(['.', ...tree.folders, ...tree.files.map(({ path }) => dirname(path))]);
  for (const path of folders) await syncFolder(join(to, path));
  const verified = counter('verifying', tree.bytes, deps);
  for (const { path } of tree.files) {
    const found = await hashFile(join(to, path), { ...deps, buffer, counted: verified });
    if (found !== hashes.get(path))
      throw new KithError('move-unverified', path, { data: { file: join(to, path) } });
  }
}

interface Reading extends CopyDeps {
  readonly buffer: Buffer;
  readonly counted: (bytes: number) => void;
}

/** The umask may remove permissions of this user, so the mode is set again. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (process.platform !== 'win32') await chmod(path, 0o700).catch(() => undefined);
}

async function copyFile(from: string, to: string, reading: Reading): Promise<string> {
  const target = await reading.open(to, 'wx', 0o600);
  try {
    const hash = await readThrough(from, reading, async (bytes) => {
      for (let at = 0; at < bytes.length;) at += (await target.write(bytes, at)).bytesWritten;
    });
    await target.sync();
    return hash;
  } finally {
    await target.close();
  }
}

const hashFile = (path: string, reading: Reading): Promise<string> =>
  readThrough(path, reading, () => Promise.resolve());

/** Reads a file once, and gives its SHA-256. */
async function readThrough(
  path: string,
  { open: openFile, signal, buffer, counted }: Reading,
  take: (bytes: Buffer) => Promise<void>,
): Promise<string> {
  const hash = createHash('sha256');
  const file = await openFile(path, READ_FLAGS);
  try {
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return hash.digest('hex');
      const bytes = buffer.subarray(0, bytesRead);
      hash.update(bytes);
      await take(bytes);
      counted(bytesRead);
    }
  } finally {
    await file.close();
  }
}

function counter(phase: CopyProgress['phase'], total: number, { report }: CopyDeps): (bytes: number) => void {
  let done = 0;
  report({ phase, done, total });
  return (bytes) => {
    done += bytes;
    report({ phase, done: Math.min(done, total), total });
  };
}
