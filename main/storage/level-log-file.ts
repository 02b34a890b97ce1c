import { u32At } from './level-cursor.ts';
import { maskedCrc32c } from './crc.ts';

/**
 * Block size of the log format of LevelDB, which its manifest uses too. A block has records of checksum u32 | length
 * u16 | type u8 | data, and no record crosses a block border. Type 1 is a whole record; 2, 3 and 4 are its first,
 * middle and last part.
 */
const BLOCK_BYTES = 32_768;
const HEADER_BYTES = 7;

export interface LogContents {
  /** The intact records up to the first corrupt one. */
  readonly records: readonly Uint8Array[];
  /** Where each of them ends in the file. */
  readonly ends: readonly number[];
  /** Whether intact records follow corrupt bytes. No crash causes that. */
  readonly hole: boolean;
  /** Whether all records are intact and nothing follows the last. */
  readonly whole: boolean;
}

/** Reads the records that LevelDB would read, and detects corrupt parts, which LevelDB would skip silently. */
export function readLog(bytes: Uint8Array): LogContents {
  const records: Uint8Array[] = [];
  const ends: number[] = [];
  let parts: Uint8Array[] = [];
  let whole = true;
  for (let block = 0; block < bytes.length; block += BLOCK_BYTES) {
    const end = Math.min(block + BLOCK_BYTES, bytes.length);
    let at = block;
    while (at + HEADER_BYTES <= end) {
      const part = partAt(bytes, at, end);
      if (part === null) break;
      if (!whole) return { records, ends, hole: true, whole };
      at += HEADER_BYTES + part.data.length;
      if (part.type === FULL || part.type === FIRST) parts = [];
      parts.push(part.data);
      if (part.type === FULL || part.type === LAST) {
        records.push(joined(parts));
        ends.push(at);
        parts = [];
      }
    }
    if (isFilled(bytes, block, at)) continue;
    if (resumes(bytes, block, at)) return { records, ends, hole: true, whole: false };
    whole = false;
  }
  return { records, ends, hole: false, whole: whole && parts.length === 0 };
}

/**
 * Every record with valid checksums, also after corrupt ones. As in LevelDB, the rest of a block is skipped after a
 * corrupt record. Accepts any bytes and never throws.
 */
export function* readableRecords(bytes: Uint8Array): Generator<Uint8Array> {
  let parts: Uint8Array[] = [];
  for (let block = 0; block < bytes.length; block += BLOCK_BYTES) {
    const end = Math.min(block + BLOCK_BYTES, bytes.length);
    let at = block;
    while (at + HEADER_BYTES <= end) {
      const part = partAt(bytes, at, end);
      if (part === null) break;
      at += HEADER_BYTES + part.data.length;
      const begins = part.type === FULL || part.type === FIRST;
      // A middle or last part is dropped if the first part is missing.
      if (!begins && parts.length === 0) continue;
      if (begins) parts = [];
      parts.push(part.data);
      if (part.type !== FULL && part.type !== LAST) continue;
      yield joined(parts);
      parts = [];
    }
    if (!isFilled(bytes, block, at)) parts = [];
  }
}

/** Whether a block is complete: too few bytes for another record are padding, but only if another block follows. */
function isFilled(bytes: Uint8Array, block: number, at: number): boolean {
  const end = Math.min(block + BLOCK_BYTES, bytes.length);
  return end - at < HEADER_BYTES && (end === block + BLOCK_BYTES || end === at);
}

/**
 * Whether intact records that reach the end of the block follow the corrupt record at `at`. LevelDB skips the rest of
 * the block then. They must reach the end, because an attacker can put bytes that look like a record into a value, and
 * a crash may cut the record of that value at any byte.
 */
function resumes(bytes: Uint8Array, block: number, at: number): boolean {
  const end = Math.min(block + BLOCK_BYTES, bytes.length);
  for (let from = at + 1; from + HEADER_BYTES <= end; from++) {
    let to = from;
    for (
      let part = partAt(bytes, to, end);
      part;
      part = to + HEADER_BYTES <= end ? partAt(bytes, to, end) : null
    )
      to += HEADER_BYTES + part.data.length;
    if (to > from && isFilled(bytes, block, to)) return true;
  }
  return false;
}

const FULL = 1;
const FIRST = 2;
const LAST = 4;

function partAt(bytes: Uint8Array, at: number, end: number): { type: number; data: Uint8Array } | null {
  const length = bytes[at + 4]! | (bytes[at + 5]! << 8);
  const type = bytes[at + 6]!;
  const stop = at + HEADER_BYTES + length;
  if (type < FULL || type > LAST || stop > end) return null;
  // The checksum covers the type and the data.
  if (maskedCrc32c(bytes, at + 6, stop) !== u32At(bytes, at)) return null;
  return { type, data: bytes.subarray(at + HEADER_BYTES, stop) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Uint8Array.from(Buffer.concat(parts));
}
