import { copyFile, type FileHandle, lstat, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crashPoint, type WriteKind } from './crash-point.ts';
import { syncFolder } from './sync-folder.ts';

export interface ReplaceOptions {
  /** Paths of the previous versions that are kept, the newest first. Without it none is kept. */
  readonly previous?: readonly string[];
  /** What the chaos test calls this write. */
  readonly kind?: WriteKind;
  /** Called before each change of the disk, so that tests can simulate a crash there. */
  readonly step?: (name: string) => void;
}

/**
 * Replaces a file (mode 0600) by way of a temporary file, fsync, rename and fsync of the folder. At any moment, also
 * after `kill -9` and power loss, either the complete old or the complete new version exists. A crash may leave the
 * temporary file, which the next call overwrites. Two calls for one path must not overlap.
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  options: ReplaceOptions = {},
): Promise<void> {
  const step = options.step ?? (() => {});
  const temporary = `${path}.new`;
  step('write');
  await writeDurably(temporary, bytes);
  if (options.previous !== undefined && (await isRegular(path))) await keep(path, options.previous, step);
  step('rename');
  await rename(temporary, path);
  step('sync-folder');
  await syncFolder(dirname(path));
  crashPoint(options.kind ?? 'wallet file');
}

/** Makes a file the newest of its previous versions. Afterwards there is no file at `path`. */
export async function retireFile(path: string, previous: readonly string[]): Promise<void> {
  const [newest] = previous;
  if (newest === undefined) throw new RangeError('no place is named for the previous version');
  await moveOlder(previous, () => {});
  await rename(path, newest);
  await syncFolder(dirname(path));
}

// Copied, not renamed, because the file itself must never be missing. The copy is complete before an older version moves.
async function keep(path: string, previous: readonly string[], step: (name: string) => void): Promise<void> {
  const [newest] = previous;
  if (newest === undefined) return;
  step('copy');
  await copyFile(path, `${newest}.new`);
  await withFile(`${newest}.new`, 'r+', (file) => file.sync());
  await moveOlder(previous, step);
  step('rename-previous');
  await rename(`${newest}.new`, newest);
}

async function moveOlder(previous: readonly string[], step: (name: string) => void): Promise<void> {
  for (let i = previous.length - 1; i > 0; i--) {
    const [from, to] = [previous[i - 1]!, previous[i]!];
    if (!(await isRegular(from))) continue;
    step('rename-older');
    await rename(from, to);
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await withFile(path, 'w', async (file) => {
    await file.chmod(0o600); // a file left by a crash keeps its old mode
    await file.writeFile(bytes);
    await file.sync();
  });
}

async function withFile(
  path: string,
  flags: string,
  use: (file: FileHandle) => Promise<unknown>,
): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}

// Only regular files are copied: copying a FIFO or a device would never end.
async function isRegular(path: string): Promise<boolean> {
  return lstat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );
}
