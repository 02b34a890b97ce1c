import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '../lib/read-regular.ts';
import { currentVersion, MAX_FILE_BYTES, numbered } from './check-level.ts';
import { Cursor } from './level-cursor.ts';
import { readableRecords } from './level-log-file.ts';
import { readableEntries } from './level-table-file.ts';

/** A record of a LevelDB: its key and its value. */
export type LevelRecord = readonly [key: Uint8Array, value: Uint8Array];

/** The newest version of a key found so far. `value` is null if the key was deleted. */
interface SalvagedRecord {
  readonly sequence: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/**
 * The readable records of a closed LevelDB, in order of key. Does not use LevelDB, which aborts the process on some
 * corruption. Reads only blocks and log records with valid checksums, and only keys that `wanted` accepts. Of several
 * versions of a key it returns the newest. A record in a corrupt block is missing, and an older version may be returned
 * instead. Never throws: it skips what cannot be read. Reads the files once; uses memory for the wanted records and the
 * largest file.
 */
export async function salvageRecords(
  directory: string,
  wanted: (key: Uint8Array) => boolean,
): Promise<LevelRecord[]> {
  const newest = new Map<string, SalvagedRecord>();
  const note = (sequence: number, key: Uint8Array, value: Uint8Array | null) => {
    if (!wanted(key)) return;
    const name = Buffer.from(key).toString('latin1');
    if ((newest.get(name)?.sequence ?? -1) > sequence) return;
    newest.set(name, { sequence, key: key.slice(), value: value === null ? null : value.slice() });
  };
  for (const file of await liveFiles(directory)) {
    const bytes = await readRegularFile(join(directory, file), MAX_FILE_BYTES).catch(() => new Uint8Array(0));
    if (file.endsWith('.log')) readBatches(bytes, note);
    else readTable(bytes, note);
  }
  return [...newest.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { key, value }]) => (value === null ? [] : [[key, value] as const]));
}

/**
 * The live tables and logs, and all newer tables: the end of the manifest, which would name those, may be lost. All
 * files if the manifest is corrupt.
 */
async function liveFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  const version = await currentVersion(directory).catch(() => 'unreadable');
  const tables = numbered(names, /^(\d+)\.(?:ldb|sst)$/);
  const logs = numbered(names, /^(\d+)\.log$/);
  const known = typeof version === 'string' ? null : version;
  const newest = Math.max(0, ...(known?.tables.keys() ?? []));
  return [
    ...[...tables].filter(([number]) => known === null || known.tables.has(number) || number > newest),
    ...[...logs].filter(([number]) => known === null || number >= known.logNumber),
  ].map(([, name]) => name);
}

type Note = (sequence: number, key: Uint8Array, value: Uint8Array | null) => void;

/**
 * Bytes after every key of a table: the kind (1 put, 0 deleted) in the lowest byte, the sequence number in the rest.
 */
const TRAILER_BYTES = 8;
const PUT = 1;

function readTable(bytes: Uint8Array, note: Note): void {
  for (const { key, value } of readableEntries(bytes)) {
    const end = key.length - TRAILER_BYTES;
    if (end >= 0) note(sequenceAt(key, end + 1, 7), key.subarray(0, end), key[end] === PUT ? value : null);
  }
}

/**
 * Reads batches of sequence u64 | count u32 | entries. An entry is type u8, key and, for a put, value; key and value
 * have their length in front.
 */
function readBatches(bytes: Uint8Array, note: Note): void {
  for (const batch of readableRecords(bytes)) {
    if (batch.length < 12) continue;
    const cursor = new Cursor(batch, 12);
    for (let sequence = sequenceAt(batch, 0, 8); !cursor.done; sequence++) {
      const type = cursor.varint();
      const key = readSlice(batch, cursor);
      const value = type === PUT ? readSlice(batch, cursor) : null;
      if (cursor.failed || type > PUT) break;
      note(sequence, key, value);
    }
  }
}

function readSlice(bytes: Uint8Array, cursor: Cursor): Uint8Array {
  const length = cursor.varint();
  const at = cursor.at;
  cursor.skip(length);
  return cursor.failed ? new Uint8Array(0) : bytes.subarray(at, at + length);
}

/** Reads a little-endian number. Sequence numbers stay below 2^53, because there is one for every write. */
function sequenceAt(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value += bytes[at + i]! * 2 ** (8 * i);
  return value;
}
