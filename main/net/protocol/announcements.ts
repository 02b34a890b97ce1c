import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { type Header, readHeader } from '../../core/primitives/header.ts';
import { HEADER_BYTES } from '../../core/primitives/limits.ts';
import { type Violation, violation } from '../../core/violation.ts';
import { readHashes } from './sync-messages.ts';

/** Maximum number of wids in one announcement. */
export const MAX_WIDS = 500;
/** Size of the largest gossip message in bytes: an announcement of MAX_WIDS transactions. */
export const MAX_GOSSIP_BYTES = 20 * 1024;

/**
 * A message on the topic for transactions. The announcer has checked these transactions, has them in its mempool and
 * serves them. The salt makes the message of every announcer unique, so that the router does not drop a second
 * announcement of the same transactions. Further announcers are used when the first does not deliver, and show that a
 * transaction spreads.
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
 * A message on the topic for blocks: a header whose proof of work the announcer has checked, and the whole block if it
 * is small.
 */
export interface BlockAnnouncement {
  readonly header: Header;
  /** The bytes of the block, header included. */
  readonly block: Uint8Array | null;
}

/** A block of at most this many bytes is part of its announcement, because a request would cost more. */
export const MAX_INLINE_BLOCK = 2048;

/** Encodes `header 88 | kind u8 (0 nothing, 1 the rest of the block) | bytes to the end`. */
export function encodeBlockAnnouncement(header: Uint8Array, block: Uint8Array | null): Uint8Array {
  const inline = block !== null && block.length <= MAX_INLINE_BLOCK ? block : null;
  const writer = new Writer(1 + (inline ?? header).length).bytes(header);
  if (inline === null) writer.u8(0);
  else writer.u8(1).bytes(inline.subarray(header.length));
  return writer.finish();
}

export function decodeBlockAnnouncement(data: Uint8Array): BlockAnnouncement | Violation {
  // A copy, because the chain keeps the header and a view would keep the whole packet in memory.
  const reader = new Reader(data.slice());
  const makeHeader = readHeader(reader);
  const kind = reader.u8();
  if (kind === 0) reader.finish();
  if (reader.failed !== null) return violation(reader.failed);
  const header = makeHeader();
  if (kind === 1) return readInline(reader, header);
  // Unknown kinds come from newer versions. The header is enough.
  return { header, block: null };
}

/** The id of the block that is announced; null if the data is too short for a header. Cost: one hash of 88 bytes. */
export function announcedBlockId(data: Uint8Array): string | null {
  const reader = new Reader(data.slice(0, HEADER_BYTES));
  const makeHeader = readHeader(reader);
  return reader.failed === null ? makeHeader().idHex : null;
}

function readInline(reader: Reader, header: Header): BlockAnnouncement | Violation {
  const rest = reader.bytes(reader.remaining);
  if (header.bytes.length + rest.length > MAX_INLINE_BLOCK) return violation('block-too-large');
  const block = new Uint8Array(header.bytes.length + rest.length);
  block.set(header.bytes);
  block.set(rest, header.bytes.length);
  return { header, block };
}
