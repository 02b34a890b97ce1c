import { statfs } from 'node:fs/promises';

/** Below this the node warns, and keeps no more blocks than the limit of pruning. */
export const DISK_LOW_BYTES = 1_000_000_000;

/** Below this no further blocks are downloaded, until there is more again than {@link DISK_RESUME_BYTES}. */
const DISK_PAUSE_BYTES = 200_000_000;
const DISK_RESUME_BYTES = 300_000_000;

/** Whether there is room for further blocks. It does not change back and forth near the limit. While unknown there is. */
export function createRoom(free: FreeSpace): () => boolean {
  let hasRoom = true;
  return () => {
    const bytes = free() ?? Infinity;
    hasRoom = bytes >= (hasRoom ? DISK_PAUSE_BYTES : DISK_RESUME_BYTES);
    return hasRoom;
  };
}

/** Answers with the free bytes on the disk of a folder as last read; null while unknown. No caller ever waits for a disk. */
export type FreeSpace = () => number | null;

/**
 * Reads the free space again in the background when `everyMs` have passed. A disk that does not answer gets no second question:
 * each would occupy a thread that all files share. `ms`: monotonic milliseconds.
 */
export function createFreeSpace(
  folder: string,
  everyMs: number,
  ms: () => number,
  read: (folder: string) => Promise<{ bavail: number; bsize: number }> = statfs,
): FreeSpace {
  let bytes: number | null = null;
  let readMs = -Infinity;
  let isReading = false;
  return () => {
    if (isReading || ms() - readMs < everyMs) return bytes;
    readMs = ms();
    isReading = true;
    read(folder)
      .then(
        ({ bavail, bsize }) => (bytes = bavail * bsize),
        () => (bytes = null),
      )
      .finally(() => (isReading = false));
    return bytes;
  };
}
