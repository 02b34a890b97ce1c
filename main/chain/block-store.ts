import { join } from 'node:path';
import { decodeUndo, type UndoRecord } from '../core/ledger/undo-record.ts';
import { decodeUndo1 } from '../core/ledger/undo-record-1.ts';
import { decodeBlock, type Block } from '../core/primitives/block.ts';
import { decodeHeader } from '../core/primitives/header.ts';
import { HEADER_BYTES, MAX_BLOCK_BYTES } from '../core/primitives/limits.ts';
import { isViolation } from '../core/violation.ts';
import type { SegmentLocation } from '../storage/header-record.ts';
import { openSegments, type SegmentStore } from '../storage/segments.ts';
import type { OwnedEntry } from './header-entry.ts';

/** An undo record has at most one coin per input of the block, each a few bytes larger than the input. */
const MAX_UNDO_BYTES = 4 * MAX_BLOCK_BYTES;
/** Limit on the encoded bytes of blocks that are kept decoded. Decoded blocks use about ten times as much memory. */
const MAX_DECODED_BYTES = 2 << 20;
/** Limit on the bytes of recent blocks that are kept encoded, because peers request the newest blocks. */
const MAX_RECENT_BYTES = 4 << 20;

/** Block bodies and undo records in append-only files, with a cache of the newest blocks. */
export interface BlockStore {
  readonly blocks: SegmentStore;
  readonly undo: SegmentStore;
  /** Stores a body and keeps it decoded until `dropDecoded`, since it is likely to be connected next. */
  add(block: Block): Promise<SegmentLocation>;
  /** Null when it was pruned or is corrupt. */
  read(id: string, at: SegmentLocation): Promise<Block | null>;
  /** The encoded block. Only its header is decoded. Null when it was pruned or is corrupt. */
  readBytes(id: string, at: SegmentLocation): Promise<Uint8Array | null>;
  /** The decoded form of a body that was added and is not connected yet. Undefined if the cache has dropped it. */
  decoded(id: string): Block | undefined;
  /** The block is connected: its decoded form is dropped. */
  dropDecoded(id: string): void;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** @throws {KithError} `storage-unusable` */
export async function openBlockStore(directory: string, segmentBytes?: number): Promise<BlockStore> {
  const size = segmentBytes === undefined ? {} : { segmentBytes };
  const blocks = await openSegments({
    directory: join(directory, 'blocks'),
    kind: 'block body',
    maxRecordBytes: MAX_BLOCK_BYTES,
    ...size,
  });
  const undo = await openSegments({
    directory: join(directory, 'undo'),
    kind: 'undo record',
    maxRecordBytes: MAX_UNDO_BYTES,
    ...size,
  });
  const decoded = createByteCache<Block>(MAX_DECODED_BYTES, ({ bytes }) => bytes.length);
  const recent = createByteCache<Uint8Array>(MAX_RECENT_BYTES, (bytes) => bytes.length);

  return {
    blocks,
    undo,
    add(block) {
      decoded.put(block.header.idHex, block);
      recent.put(block.header.idHex, block.bytes);
      return blocks.append(block.bytes);
    },
    async read(id, at) {
      const known = decoded.get(id);
      if (known) return known;
      const bytes = recent.get(id) ?? (await blocks.read(at));
      const block = bytes && decodeBlock(bytes);
      return block && !isViolation(block) && block.header.idHex === id ? block : null;
    },
    async readBytes(id, at) {
      const known = recent.get(id);
      if (known) return known;
      const bytes = await blocks.read(at);
      const header = bytes && decodeHeader(bytes.subarray(0, HEADER_BYTES));
      return header && !isViolation(header) && header.idHex === id ? bytes : null;
    },
    decoded: (id) => decoded.get(id),
    dropDecoded: (id) => decoded.remove(id),
    async sync() {
      await Promise.all([blocks.sync(), undo.sync()]);
    },
    async close() {
      await Promise.all([blocks.close(), undo.close()]);
    },
  };
}

/**
 * Reads the undo record of a block. Null if it is pruned, lost or corrupt. Records of format 1 can be decoded only with
 * the block, so the body is read too.
 */
export async function readUndo(
  bodies: Pick<BlockStore, 'read' | 'undo'>,
  { id, body, undo }: Pick<OwnedEntry, 'id' | 'body' | 'undo'>,
): Promise<UndoRecord | null> {
  const bytes = undo && (await bodies.undo.read(undo));
  if (!undo || !bytes) return null;
  if (undo.format === 2) return decodeUndo(bytes);
  const block = body && (await bodies.read(id, body));
  return block && decodeUndo1(block, bytes);
}

interface ByteCache<T> {
  get(id: string): T | undefined;
  put(id: string, item: T): void;
  remove(id: string): void;
}

/** A cache of the newest items, up to `most` bytes. */
function createByteCache<T>(most: number, sizeOf: (item: T) => number): ByteCache<T> {
  const kept = new Map<string, T>();
  let bytes = 0;
  const remove = (id: string) => {
    const item = kept.get(id);
    if (item === undefined) return;
    kept.delete(id);
    bytes -= sizeOf(item);
  };
  return {
    get: (id) => kept.get(id),
    put(id, item) {
      remove(id);
      kept.set(id, item);
      bytes += sizeOf(item);
      for (const oldest of kept.keys()) {
        if (bytes <= most) return;
        remove(oldest);
      }
    },
    remove,
  };
}
