import { decodeBlock, type Block } from '../../core/primitives/block.ts';
import { decodeHeader } from '../../core/primitives/header.ts';
import { HEADER_BYTES, MAX_BLOCK_BYTES } from '../../core/primitives/limits.ts';
import { isViolation } from '../../core/violation.ts';
import type { SegmentLocation } from '../storage/header-record.ts';
import { openSegments, type SegmentStore } from '../storage/segments.ts';
import { join } from 'node:path';

/** Undo records hold at most as many coins as a block has inputs: none needs more than a few bytes over its input. */
const MAX_UNDO_BYTES = 4 * MAX_BLOCK_BYTES;
// Decoded, a block takes some fifteen times its bytes.
const RECENT_BYTES = 4 << 20;

/** The bodies of blocks and their undo records, in append-only files; and the bodies seen last, decoded. */
export interface Bodies {
  readonly blocks: SegmentStore;
  readonly undo: SegmentStore;
  /** Stores a body and keeps it decoded, since it is likely to be connected next. */
  add(block: Block): Promise<SegmentLocation>;
  /** Null when it was pruned or is damaged. */
  read(id: string, at: SegmentLocation): Promise<Block | null>;
  /** The same without decoding more than the header. */
  readBytes(id: string, at: SegmentLocation): Promise<Uint8Array | null>;
  /** A decoded body that was added or read lately. */
  recent(id: string): Block | undefined;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** @throws {KithError} `storage-unusable` */
export async function openBodies(directory: string, segmentBytes?: number): Promise<Bodies> {
  const size = segmentBytes === undefined ? {} : { segmentBytes };
  const blocks = await openSegments({
    directory: join(directory, 'blocks'),
    maxRecordBytes: MAX_BLOCK_BYTES,
    ...size,
  });
  const undo = await openSegments({
    directory: join(directory, 'undo'),
    maxRecordBytes: MAX_UNDO_BYTES,
    ...size,
  });
  const kept = new Map<string, Block>();
  let keptBytes = 0;

  const keep = (block: Block) => {
    const id = block.header.idHex;
    if (kept.has(id)) return;
    kept.set(id, block);
    keptBytes += block.bytes.length;
    for (const [oldest, { bytes }] of kept) {
      if (keptBytes <= RECENT_BYTES) break;
      kept.delete(oldest);
      keptBytes -= bytes.length;
    }
  };

  return {
    blocks,
    undo,
    add(block) {
      keep(block);
      return blocks.append(block.bytes);
    },
    async read(id, at) {
      const recent = kept.get(id);
      if (recent) return recent;
      const bytes = await blocks.read(at);
      const block = bytes && decodeBlock(bytes);
      if (!block || isViolation(block) || block.header.idHex !== id) return null;
      keep(block);
      return block;
    },
    async readBytes(id, at) {
      const recent = kept.get(id);
      if (recent) return recent.bytes;
      const bytes = await blocks.read(at);
      const header = bytes && decodeHeader(bytes.subarray(0, HEADER_BYTES));
      return header && !isViolation(header) && header.idHex === id ? bytes : null;
    },
    recent: (id) => kept.get(id),
    async sync() {
      await Promise.all([blocks.sync(), undo.sync()]);
    },
    async close() {
      kept.clear();
      await Promise.all([blocks.close(), undo.close()]);
    },
  };
}
