import { Cursor, u32At } from './cursor.ts';
import { maskedCrc32c } from '../records/crc.ts';

/**
 * A table ends with two handles (offset and size, varints) of its metaindex and index, padded to 40 bytes, and eight
 * bytes of magic. Behind every block stand its type (0 plain, 1 Snappy) and a checksum over both.
 */
const FOOTER = 48;
const TRAILER = 5;
const MAGIC_LOW = 0x8b80_fb57;
const MAGIC_HIGH = 0xdb47_7524;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/**
 * Whether every block of a table is as it was written: data, filter, index. LevelDB itself looks at none of these
 * checksums, and aborts the process over some of what it then reads. Cost: one pass over the bytes.
 */
export function isWholeTable(bytes: Uint8Array): boolean {
  const footer = bytes.length - FOOTER;
  if (footer < 0) return false;
  if (u32At(bytes, bytes.length - 8) !== MAGIC_LOW || u32At(bytes, bytes.length - 4) !== MAGIC_HIGH)
    return false;
  const cursor = new Cursor(bytes, footer, bytes.length - 8);
  const [meta, index] = [readHandle(cursor), readHandle(cursor)];
  if (cursor.failed || !isWholeBlock(bytes, meta) || !isWholeBlock(bytes, index)) return false;
  return listsWholeBlocks(bytes, meta) && listsWholeBlocks(bytes, index);
}

/** An index: entries of shared varint | fresh varint | length varint | key | handle, and restart points behind them. */
function listsWholeBlocks(bytes: Uint8Array, block: Handle): boolean {
  // Written by an earlier version: its list can't be read without unpacking it, and its own checksum has held.
  if (bytes[block.offset + block.size] !== 0) return true;
  const end = block.offset + block.size;
  const restarts = block.size < 4 ? Infinity : u32At(bytes, end - 4);
  const cursor = new Cursor(bytes, block.offset, end - 4 - 4 * restarts);
  if (end - 4 - 4 * restarts < block.offset) return false;
  while (!cursor.done) {
    cursor.varint();
    const fresh = cursor.varint();
    cursor.varint();
    cursor.skip(fresh);
    if (!isWholeBlock(bytes, readHandle(cursor))) return false;
  }
  return !cursor.failed;
}

function readHandle(cursor: Cursor): Handle {
  const offset = cursor.varint();
  return { offset, size: cursor.varint() };
}

function isWholeBlock(bytes: Uint8Array, { offset, size }: Handle): boolean {
  const end = offset + size + 1;
  return end + TRAILER - 1 <= bytes.length && maskedCrc32c(bytes, offset, end) === u32At(bytes, end);
}
