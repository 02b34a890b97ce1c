import { type FileHandle, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { crashPoint } from '../../lib/crash-point.ts';
import { KithError } from '../../lib/errors.ts';
import type { SegmentLocation } from './header-record.ts';

/** magic "KSEG" | payload length u32 LE | CRC-32 of the payload u32 LE. */
const FRAME_BYTES = 12;
const MAGIC = 0x4745534b;
const FILE_NAME = /^(\d{6})\.seg$/;

export interface SegmentStoreOptions {
  readonly directory: string;
  /** A new file begins when the current one has reached this size. */
  readonly segmentBytes?: number;
  /** No record may be longer; bounds what a damaged length can make us allocate. */
  readonly maxRecordBytes: number;
}

/** A record found by going through a file from its start. */
export interface ScannedRecord {
  readonly at: SegmentLocation;
  readonly payload: Uint8Array;
}

/**
 * Append-only files of checksummed records; deleting a file is pruning. Bytes once written are never changed, so that
 * a crash can only damage the end of the newest file, and then the next append begins a new one.
 */
export interface SegmentStore {
  /** Resolves when the bytes are with the operating system; {@link sync} puts them on the disk. */
  append(payload: Uint8Array): Promise<SegmentLocation>;
  /** Null when the file is gone (pruned) or the record is damaged. */
  read(at: SegmentLocation): Promise<Uint8Array | null>;
  sync(): Promise<void>;
  /** All good records of a file in order; damaged stretches are passed over. */
  scan(segment: number): AsyncGenerator<ScannedRecord>;
  segments(): readonly number[];
  /** Bytes in all files. */
  bytes(): number;
  remove(segment: number): Promise<void>;
  close(): Promise<void>;
}

/** @throws {KithError} `storage-unusable` when the directory can't be made or read. */
export async function openSegments(options: SegmentStoreOptions): Promise<SegmentStore> {
  const { directory, segmentBytes = 64 << 20, maxRecordBytes } = options;
  const sizes = await listSegments(directory);
  const readers = new Map<number, Promise<FileHandle>>();
  const path = (segment: number) => join(directory, `${String(segment).padStart(6, '0')}.seg`);

  // Always a new file after a restart: nobody has to find out where the last one was cut off.
  let current = Math.max(0, ...sizes.keys()) + 1;
  let file: FileHandle | null = null;
  let tail: Promise<unknown> = Promise.resolve();

  const write = async (payload: Uint8Array): Promise<SegmentLocation> => {
    if (payload.length > maxRecordBytes) throw new RangeError(`a record of ${payload.length} bytes`);
    if (file && (sizes.get(current) ?? 0) >= segmentBytes) {
      await file.datasync();
      await file.close();
      file = null;
      current++;
    }
    file ??= await open(path(current), 'a');
    const offset = sizes.get(current) ?? 0;
    try {
      await file.appendFile(frame(payload));
      crashPoint();
    } catch (error) {
      // How much arrived is unknown: the rest of this file is given up, and nothing points into it.
      await file.close().catch(() => undefined);
      file = null;
      sizes.set(current, offset);
      current++;
      throw storageFailed(error, directory);
    }
    sizes.set(current, offset + FRAME_BYTES + payload.length);
    return { segment: current, offset, length: payload.length };
  };

  const reader = (segment: number): Promise<FileHandle> => {
    let handle = readers.get(segment);
    if (!handle) {
      handle = open(path(segment), 'r');
      readers.set(segment, handle);
      handle.catch(() => readers.delete(segment));
      if (readers.size > MAX_READERS) void closeOldest(readers);
    }
    return handle;
  };

  const readAt = async (segment: number, offset: number, length: number): Promise<Uint8Array | null> => {
    try {
      const handle = await reader(segment);
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, offset);
      return bytesRead === length ? bytes : null;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw storageFailed(error, directory);
    }
  };

  const read = async (at: SegmentLocation): Promise<Uint8Array | null> => {
    const bytes = await readAt(at.segment, at.offset, FRAME_BYTES + at.length);
    return bytes && unframe(bytes, at.length);
  };

  return {
    append(payload) {
      const result = tail.then(() => write(payload));
      tail = result.catch(() => undefined);
      return result;
    },
    read,
    async sync() {
      await tail;
      await file?.datasync();
    },
    async *scan(segment) {
      const size = sizes.get(segment) ?? 0;
      let offset = 0;
      while (offset + FRAME_BYTES <= size) {
        const head = await readAt(segment, offset, FRAME_BYTES);
        const length = head && framedLength(head);
        if (length === null || length > maxRecordBytes) {
          offset++;
          continue;
        }
        const at = { segment, offset, length };
        const payload = await read(at);
        if (payload) yield { at, payload };
        offset += payload ? FRAME_BYTES + length : 1;
      }
    },
    segments: () => [...sizes.keys()].sort((a, b) => a - b),
    bytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
    async remove(segment) {
      const handle = readers.get(segment);
      readers.delete(segment);
      await handle?.then((h) => h.close()).catch(() => undefined);
      await rm(path(segment), { force: true });
      crashPoint();
      sizes.delete(segment);
    },
    async close() {
      await tail;
      await file?.close();
      file = null;
      await Promise.all(
        [...readers.values()].map((handle) => handle.then((h) => h.close()).catch(() => undefined)),
      );
      readers.clear();
    },
  };
}

const MAX_READERS = 8;

async function closeOldest(readers: Map<number, Promise<FileHandle>>): Promise<void> {
  const [segment, handle] = readers.entries().next().value!;
  readers.delete(segment);
  await handle.then((h) => h.close()).catch(() => undefined);
}

async function listSegments(directory: string): Promise<Map<number, number>> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
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

function frame(payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(FRAME_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, payload.length, true);
  view.setUint32(8, crc32(payload), true);
  bytes.set(payload, FRAME_BYTES);
  return bytes;
}

function framedLength(head: Uint8Array): number | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(0, true) === MAGIC ? view.getUint32(4, true) : null;
}

function unframe(bytes: Uint8Array, length: number): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const payload = bytes.subarray(FRAME_BYTES);
  return framedLength(bytes) === length && view.getUint32(8, true) === crc32(payload) ? payload : null;
}

function storageFailed(error: unknown, directory: string): KithError {
  const full = (error as NodeJS.ErrnoException).code === 'ENOSPC';
  const code = full ? 'disk-full' : 'storage-unusable';
  return new KithError(code, `block storage failed in ${directory}`, { cause: error, data: { directory } });
}
