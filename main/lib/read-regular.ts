import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** The path is not a regular file (`ENOTFILE`), or the file is too large (`EFBIG`). */
export class NotReadable extends Error {
  readonly code: 'ENOTFILE' | 'EFBIG';
  readonly path: string;
  constructor(code: 'ENOTFILE' | 'EFBIG', path: string) {
    super(`${path} is ${code === 'ENOTFILE' ? 'not a regular file' : 'too large'}`);
    this.code = code;
    this.path = path;
  }
}

// Without it, opening a FIFO blocks until another process writes. Windows has neither the flag nor such files.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * The bytes of a file that another user or program may have created. A link is followed. A FIFO, a device, a socket or
 * a folder is refused before it is read, and so is a file above `maxBytes`. Never waits, and never reads more than
 * `maxBytes`.
 * @throws {NotReadable} and what the file system throws
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<Buffer> {
  const file = await openRegularFile(path, maxBytes);
  try {
    const facts = await file.stat();
    check(facts, path, maxBytes);
    const bytes = Buffer.alloc(facts.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.subarray(0, length);
  } finally {
    await file.close();
  }
}

/**
 * Opens a regular file for reading, by default of any size. The caller closes it.
 * @throws {NotReadable} and what the file system throws
 */
export async function openRegularFile(path: string, maxBytes = Infinity): Promise<FileHandle> {
  // The path is checked first, because opening some devices has effects. The opened file is checked again.
  check(await stat(path), path, maxBytes);
  const file = await open(path, FLAGS);
  try {
    check(await file.stat(), path, maxBytes);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Like readRegularFile, but synchronous, for small files. */
export function readRegularFileSync(path: string, maxBytes: number): Buffer {
  check(statSync(path), path, maxBytes);
  const file = openSync(path, FLAGS);
  try {
    const facts = fstatSync(file);
    check(facts, path, maxBytes);
    const bytes = Buffer.alloc(facts.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(file, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

function check(facts: Stats, path: string, maxBytes: number): void {
  if (!facts.isFile()) throw new NotReadable('ENOTFILE', path);
  if (facts.size > maxBytes) throw new NotReadable('EFBIG', path);
}
