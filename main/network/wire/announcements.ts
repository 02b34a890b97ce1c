import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { type Header, readHeader } from '../../core/primitives/header.ts';
import { type Violation, violation } from '../../core/violation.ts';
import { type CompactBlock, readCompact, writeCompact } from './compact-block.ts';
import { readHashes } from './sync-messages.ts';

/** Most wids in one announcement. */
export const MAX_WIDS = 500;
/** The most bytes that any gossip message has: a compact block of the most transactions, and what it carries whole. */
export const MAX_GOSSIP_BYTES = 80 * 1024;

/**
 * What a node says on the transaction topic: it has checked these, has them in its mempool and will serve them.
 * The salt makes every announcer's message one of its own, so that the router doesn't hide the second announcer of the
 * same transactions from us: we want to know all of them, as fallbacks and as echoes.
 */
export interface WidAnnouncement {
  /** 8 random bytes. */
  readonly salt: Uint8Array;
  readonly wids: readonly Hash[];
}

/** `salt 8 | count | count × 32`. */
export function encodeWids(announcement: WidAnnouncement): Uint8Array {
  const writer = new Writer(16 + 32 * announcement.wids.length);
  writer.bytes(announcement.salt).varuint(announcement.wids.length);
  for (const wid of announcement.wids) writer.bytes(wid);
  return writer.finish();
}

export function decodeWids(data: Uint8Array): WidAnnouncement | Violation {
  const reader = new Reader(data);
  const salt = reader.bytes(8);
  const wids = readHashes(reader, MAX_WIDS);
  const failed = reader.finish();
  if (failed !== null) return violation(failed);
  return wids.length === 0 ? violation('codec-length', { count: 0 }) : { salt, wids };
}

/**
 * What a node says on the block topic: a header whose work it has checked, with the whole block if that is small, else
 * with the compact block. With neither, the body has to be fetched.
 */
export interface BlockAnnouncement {
  readonly header: Header;
  /** The bytes of the block, header included. */
  readonly block: Uint8Array | null;
  readonly compact: CompactBlock | null;
}

/** A block of at most so many bytes travels inside its announcement: cheaper than asking for it. */
export const MAX_INLINE_BLOCK = 2048;

/** `header 88 | kind u8 (0 nothing, 1 the rest of the block, 2 a compact block) | bytes to the end`. */
export function encodeBlockAnnouncement(
  header: Uint8Array,
  block: Uint8Array | null,
  compact: CompactBlock | null = null,
): Uint8Array {
  const inline = block !== null && block.length <= MAX_INLINE_BLOCK ? block : null;
  const writer = new Writer(header.length + 1 + (inline?.length ?? 6 * (compact?.count ?? 0) + 512));
  writer.bytes(header);
  if (inline !== null) writer.u8(1).bytes(inline.subarray(header.length));
  else if (compact === null) writer.u8(0);
  else writeCompact(writer.u8(2), compact);
  return writer.finish();
}

export function decodeBlockAnnouncement(data: Uint8Array): BlockAnnouncement | Violation {
  // A copy: the chain keeps the header, and a view would keep the whole packet with it.
  const reader = new Reader(data.slice());
  const makeHeader = readHeader(reader);
  const kind = reader.u8();
  if (kind === 0) reader.finish();
  if (reader.failed !== null) return violation(reader.failed);
  const header = makeHeader();
  if (kind === 1) return readInline(reader, header);
  const compact = kind === 2 ? readCompact(reader, header) : null;
  if (reader.failed !== null) return violation(reader.failed);
  // Unknown kinds are a newer node's: the header is enough.
  return { header, block: null, compact };
}

function readInline(reader: Reader, header: Header): BlockAnnouncement | Violation {
  const rest = reader.bytes(reader.remaining);
  if (header.bytes.length + rest.length > MAX_INLINE_BLOCK) return violation('block-too-large');
  const block = new Uint8Array(header.bytes.length + rest.length);
  block.set(header.bytes);
  block.set(rest, header.bytes.length);
  return { header, block, compact: null };
}
