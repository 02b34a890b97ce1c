import { Cursor, u32At } from './level-cursor.ts';
import { maskedCrc32c } from './crc.ts';
import { unpackSnappy } from './snappy.ts';

/**
 * Size of the footer of a table: two handles (offset and size, as varints) of the metaindex and the index, padded to 40
 * bytes, and eight bytes of magic. Every block is followed by its type (0 plain, 1 Snappy) and a checksum over both.
 */
const FOOTER_BYTES = 48;
const TRAILER_BYTES = 5;
const MAGIC_LOW = 0x8b80_fb57;
const MAGIC_HIGH = 0xdb47_7524;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** An entry of a block. In a data block the key is internal: the user key followed by 8 bytes. */
export interface BlockEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * Whether the checksums of all blocks of a table are right: data, filter and index. LevelDB checks none of them and
 * aborts the process on some corrupt blocks. Reads the bytes once.
 */
export function isWholeTable(bytes: Uint8Array): boolean {
  const handles = readFooter(bytes);
  return handles !== null && handles.every((handle) => listsWholeBlocks(bytes, handle));
}

/**
 * The entries of all data blocks with valid checksums, in file order. Skips the rest and never throws. Reads the bytes
 * once.
 */
export function* readableEntries(bytes: Uint8Array): Generator<BlockEntry> {
  const index = readFooter(bytes)?.[1];
  // The index is used even if its checksum is wrong, because each block that it points to has its own checksum.
  const list = index === undefined ? null : blockAt(bytes, index);
  if (list === null) return;
  for (const { value } of entriesOf(list)) {
    const handle = readHandle(new Cursor(value));
    const block = isWholeBlock(bytes, handle) ? blockAt(bytes, handle) : null;
    if (block !== null) yield* entriesOf(block);
  }
}

/** The handles of the metaindex and the index. */
function readFooter(bytes: Uint8Array): readonly [Handle, Handle] | null {
  const footer = bytes.length - FOOTER_BYTES;
  if (footer < 0) return null;
  if (u32At(bytes, bytes.length - 8) !== MAGIC_LOW || u32At(bytes, bytes.length - 4) !== MAGIC_HIGH)
    return null;
  const cursor = new Cursor(bytes, footer, bytes.length - 8);
  const handles = [readHandle(cursor), readHandle(cursor)] as const;
  return cursor.failed ? null : handles;
}

/** Whether an index and every block that it lists are intact. */
function listsWholeBlocks(bytes: Uint8Array, handle: Handle): boolean {
  const block = isWholeBlock(bytes, handle) ? blockAt(bytes, handle) : null;
  if (block === null) return false;
  const entries = entriesOf(block);
  for (let next = entries.next(); ; next = entries.next()) {
    if (next.done === true) return next.value;
    if (!isWholeBlock(bytes, readHandle(new Cursor(next.value.value)))) return false;
  }
}

/** A block without its trailer, decompressed; null when that fails. */
function blockAt(bytes: Uint8Array, { offset, size }: Handle): Uint8Array | null {
  if (offset + size + TRAILER_BYTES > bytes.length) return null;
  const block = bytes.subarray(offset, offset + size);
  const type = bytes[offset + size];
  return type === 0 ? block : type === 1 ? unpackSnappy(block) : null;
}

/**
 * Entries of shared varint | unshared varint | value length varint | unshared part of the key | value, then restart points.
 * Returns whether the block was decoded completely.
 */
function* entriesOf(block: Uint8Array): Generator<BlockEntry, boolean> {
  const restarts = block.length < 4 ? Infinity : u32At(block, block.length - 4);
  const end = block.length - 4 - 4 * restarts;
  if (!(end >= 0)) return false;
  const cursor = new Cursor(block, 0, end);
  let key = new Uint8Array(0);
  while (!cursor.done) {
    const [shared, fresh, length] = [cursor.varint(), cursor.varint(), cursor.varint()];
    const at = cursor.at;
    cursor.skip(fresh + length);
    if (cursor.failed || shared > key.length) return false;
    const next = new Uint8Array(shared + fresh);
    next.set(key.subarray(0, shared));
    next.set(block.subarray(at, at + fresh), shared);
    key = next;
    yield { key, value: block.subarray(at + fresh, at + fresh + length) };
  }
  return !cursor.failed;
}

function readHandle(cursor: Cursor): Handle {
  const offset = cursor.varint();
  const size = cursor.varint();
  return cursor.failed ? { offset: Infinity, size: 0 } : { offset, size };
}

function isWholeBlock(bytes: Uint8Array, { offset, size }: Handle): boolean {
  const end = offset + size + 1;
  return end + TRAILER_BYTES - 1 <= bytes.length && maskedCrc32c(bytes, offset, end) === u32At(bytes, end);
}
