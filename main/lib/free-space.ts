import { statfs } from 'node:fs/promises';

/**
 * Answers with the free bytes on the disk of a folder as last read, null while unknown, and reads them again in the background
 * when `everyMs` have passed: no caller ever waits for a disk. `ms`: monotonic milliseconds.
 */
export function createFreeSpace(folder: string, everyMs: number, ms: () => number): () => number | null {
  let bytes: number | null = null;
  let readMs = -Infinity;
  return () => {
    if (ms() - readMs >= everyMs) {
      readMs = ms();
      statfs(folder).then(
        ({ bavail, bsize }) => (bytes = bavail * bsize),
        () => (bytes = null),
      );
    }
    return bytes;
  };
}
