import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { CONTENT_TYPES } from './page-headers.ts';

export interface StaticFile {
  readonly type: string;
  readonly bytes: Buffer;
}

/** A path that could lead outside the folder is `forbidden`, even if no such file exists. */
export type StaticAnswer = StaticFile | 'forbidden' | 'missing';

// Names of files of the build. A name has no dot at the start (so no `..` and no hidden file), no backslash and no
// drive letter.
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const MAX_FILE = 16 * 1024 * 1024;

/** Reads a file of the built page by the encoded path of its URL. Never reads outside the folder. */
export async function readStatic(folder: string, urlPath: string): Promise<StaticAnswer> {
  const segments = readSegments(urlPath);
  if (segments === null) return 'forbidden';
  const name = segments.length === 0 ? 'index.html' : join(...segments);
  const type = CONTENT_TYPES[extname(name)];
  if (type === undefined) return 'missing';
  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, name));
    // A symbolic link in the folder could point outside it.
    if (!file.startsWith(root + sep)) return 'forbidden';
    const facts = await stat(file);
    return facts.isFile() && facts.size <= MAX_FILE ? { type, bytes: await readFile(file) } : 'missing';
  } catch {
    return 'missing';
  }
}

function readSegments(urlPath: string): string[] | null {
  let path: string;
  try {
    path = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  if (!path.startsWith('/')) return null;
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  return segments.every((segment) => SEGMENT.test(segment)) ? segments : null;
}
