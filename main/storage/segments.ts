import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crashPoint } from '../lib/crash-point.ts';
import { diskRefusal } from '../lib/disk-failure.ts';
import { makePrivateFolder } from '../lib/private-folder.ts';
import { syncFolder } from '../lib/sync-folder.ts';
import { KithError } from '../lib/errors.ts';
import type { SegmentLocation } from './header-record.ts';
import { frame, FRAME_BYTES, type ScannedRecord, scanRecords, unframe } from './segment-frame.ts';

const FILE_NAME = /^(\d{6})\.seg$/;

export interface SegmentStoreOptions {
  readonly directory: string;
  /** Name of the records, for the chaos test. */
  readonly kind: 'block body' | 'undo record';
  /** Size in bytes at which a file is full and a new one is started. */
  readonly segmentBytes?: number;
  /** Maximum length of a record in bytes. It limits the allocation when a stored length is corrupt. */
  readonly maxRecordBytes: number;
}

/**
 * Append-only files of records with checksums. Pruning deletes whole files. Written bytes never change, so a crash can
 * corrupt only the end of the newest file, and the next append starts a new file.
 */
export interface SegmentStore {
  /** Resolves when the operating system has the bytes. Only {@link sync} makes them survive a power failure. */
  append(payload: Uint8Array): Promise<SegmentLocation>;
  /** Null when the file is missing (pruned) or the record is corrupt. */
  read(at: SegmentLocation): Promise<Uint8Array | null>;
  /** Whether the file exists and is long enough for this record. Reads nothing. */
  holds(at: SegmentLocation): boolean;
  /** Never again writes to this file number or a lower one, so that locations in lost files are not used twice. */
  leave(segment: number): void;
  sync(): Promise<void>;
  /**
   * All intact records of a file in order, from offset `from` on, where a record must start. Corrupt parts are skipped.
   */
  scan(segment: number, from?: number): AsyncGenerator<ScannedRecord>;
  segments(): readonly number[];
  /** Number of bytes in all files. */
  bytes(): number;
  remove(segment: number): Promise<void>;
  close(): Promise<void>;
}

/** @throws {KithError} `storage-unusable` when the directory cannot be created or read. */
export async function openSegments(options: SegmentStoreOptions): Promise<SegmentStore> {
  const { directory, maxRecordBytes } = options;
  const sizes = await listSegments(directory);
  const readers = createReaders(directory);
  const appender = createAppender(options, sizes);

  return {
    append: appender.append,
    async read(at) {
      const bytes = await readers.read(at.segment, at.offset, FRAME_BYTES + at.length);
      return bytes && unframe(bytes, at.length);
    },
    holds: ({ segment, offset, length }) => offset + FRAME_BYTES + length <= (sizes.get(segment) ?? 0),
    leave: appender.leave,
    sync: appender.sync,
    scan: (segment, from = 0) =>
      scanRecords((offset, length) => readers.read(segment, offset, length), segment, {
        from,
        size: sizes.get(segment) ?? 0,
        maxRecordBytes,
      }),
    segments: () => [...sizes.keys()].sort((a, b) => a - b),
    bytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
    async remove(segment) {
      await readers.forget(segment);
      await rm(pathOf(directory, segment), { force: true });
      crashPoint('segment file removed');
      sizes.delete(segment);
    },
    async close() {
      await appender.close();
      await readers.close();
    },
  };
}

/** Writes to the newest file; `sizes` has the length of every file, and grows with it. */
function createAppender(
  { directory, kind, segmentBytes = 64 << 20, maxRecordBytes }: SegmentStoreOptions,
  sizes: Map<number, number>,
): Pick<SegmentStore, 'append' | 'leave' | 'sync' | 'close'> {
  // A restart always begins a new file, because the last one may be truncated.
  let current = Math.max(0, ...sizes.keys()) + 1;
  let file: FileHandle | null = null;
  // The newest file of an earlier process, which may have been killed before a sync. Older files were synced.
  let inherited: number | null = current > 1 ? current - 1 : null;
  let tail: Promise<unknown> = Promise.resolve();
  // The closing of a full file. A sync must wait for it, because it cannot use a file that is being closed.
  let ending: Promise<void> | null = null;

  const endFile = (full: FileHandle): Promise<void> => {
    file = null;
    ending = full
      .datasync()
      .finally(() => full.close())
      .finally(() => {
        ending = null;
      });
    return ending;
  };

  const write = async (payload: Uint8Array): Promise<SegmentLocation> => {
    if (payload.length > maxRecordBytes) throw new RangeError(`a record of ${payload.length} bytes`);
    if (file && (sizes.get(current) ?? 0) >= segmentBytes) {
      await endFile(file).catch((error: unknown) => {
        throw storageFailed(error, directory);
      });
      current++;
    }
    file ??= await create(pathOf(directory, current));
    const offset = sizes.get(current) ?? 0;
    try {
      await file.appendFile(frame(payload));
      crashPoint(kind);
    } catch (error) {
      // It is unknown how much was written, so the rest of this file is not used and no location points into it.
      await endFile(file).catch(() => undefined);
      sizes.set(current, offset);
      current++;
      throw storageFailed(error, directory);
    }
    sizes.set(current, offset + FRAME_BYTES + payload.length);
    return { segment: current, offset, length: payload.length };
  };

  return {
    append(payload) {
      const result = tail.then(() => write(payload));
      tail = result.catch(() => undefined);
      return result;
    },
    leave(segment) {
      if (file === null) current = Math.max(current, segment + 1);
    },
    async sync() {
      await tail;
      try {
        if (inherited !== null) await syncFile(pathOf(directory, inherited));
        inherited = null;
        await ending;
        await file?.datasync();
      } catch (error) {
        throw storageFailed(error, directory);
      }
    },
    async close() {
      await tail;
      await file?.close();
      file = null;
    },
  };
}

interface Readers {
  /** Null when the file is missing or too short. */
  read(segment: number, offset: number, length: number): Promise<Uint8Array | null>;
  /** Closes a file that is about to be deleted. */
  forget(segment: number): Promise<void>;
  close(): Promise<void>;
}

/** At most this many files are open for reading. */
const MAX_READERS = 8;

/** Reads from files that stay open while they are read often. */
function createReaders(directory: string): Readers {
  const readers = new Map<number, Promise<FileHandle>>();

  const forget = async (segment: number): Promise<void> => {
    const handle = readers.get(segment);
    readers.delete(segment);
    await handle?.then((h) => h.close()).catch(() => undefined);
  };

  const reader = (segment: number): Promise<FileHandle> => {
    let handle = readers.get(segment);
    if (!handle) {
      handle = open(pathOf(directory, segment), 'r');
      readers.set(segment, handle);
      handle.catch(() => readers.delete(segment));
      if (readers.size > MAX_READERS) void forget(readers.keys().next().value!);
    }
    return handle;
  };

  return {
    async read(segment, offset, length) {
      try {
        const handle = await reader(segment);
        const bytes = new Uint8Array(length);
        const { bytesRead } = await handle.read(bytes, 0, length, offset);
        return bytesRead === length ? bytes : null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw storageFailed(error, directory);
      }
    },
    forget,
    async close() {
      await Promise.all([...readers.keys()].map(forget));
    },
  };
}

const pathOf = (directory: string, segment: number): string =>
  join(directory, `${String(segment).padStart(6, '0')}.seg`);

async function syncFile(path: string): Promise<void> {
  // Opened for writing, because some systems sync only descriptors that are open for writing.
  const file = await open(path, 'r+').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  await file?.datasync();
  await file?.close();
}

/** Creates a file. It survives a power failure once it was synced. */
async function create(path: string): Promise<FileHandle> {
  const file = await open(path, 'a');
  await syncFolder(dirname(path));
  return file;
}

async function listSegments(directory: string): Promise<Map<number, number>> {
  try {
    makePrivateFolder(directory);
    const sizes = new Map<number, number>();
    for (const name of await readdir(directory)) {
      const match = FILE_NAME.exec(name);
      if (!match) continue;
      const handle = await open(join(directory, name), 'r');
      sizes.set(Number(match[1]), (await handle.stat()).size);
      await handle.close();
    }
    return sizes;
  } catch (error) {
    throw storageFailed(error, directory);
  }
}

function storageFailed(error: unknown, directory: string): KithError {
  if (error instanceof KithError) return error;
  const code = diskRefusal(error) ?? 'storage-unusable';
  return new KithError(code, `block storage failed in ${directory}`, { cause: error, data: { directory } });
}
