import { HEADER_BYTES, MAX_BLOCK_BYTES, MAX_TRANSACTION_BYTES } from '../../core/primitives/limits.ts';

/** Maximum number of headers in one reply. */
export const MAX_HEADERS = 2000;
/** Maximum number of ids in one locator. Exponential steps over 2^32 heights need fewer. */
export const MAX_LOCATOR = 64;
/** Maximum number of blocks in one request. */
export const MAX_BLOCKS_PER_REQUEST = 16;
/** Maximum number of transactions in one request. */
export const MAX_TRANSACTIONS_ASKED = 256;
/** Maximum number of wids in a listing of the mempool. */
export const MAX_WIDS_LISTED = 5000;
/** Maximum number of transactions of one block in one request. A peer that lacks more requests the whole block. */
export const MAX_PARTS_ASKED = 2000;
/** Maximum number of signed peer records in one reply, and maximum length of a record in bytes. */
export const MAX_RECORDS = 50;
export const MAX_RECORD_BYTES_SIGNED = 1024;
/** Maximum number of chunks of a snapshot, for 268 million coins. */
export const MAX_CHUNKS = 16_384;
/** Room for a compact block with the most transactions, and for the transactions that it contains in full. */
export const MAX_PUSHED_BYTES = 80 * 1024;
/** A reply with transactions stays within this size, unless its first transaction alone exceeds it. */
export const MAX_TRANSACTIONS_BYTES = 512 * 1024;

/** Largest frame of an unknown type (from a newer version) that is skipped. */
export const MAX_UNKNOWN_BYTES = 65_536;

/**
 * Every frame type of all protocols, with the largest size of its body in bytes. A type never changes its meaning; a
 * new meaning gets a new number.
 */
export const FRAME = {
  hello: { type: 0x01, cap: 1024 },
  tip: { type: 0x02, cap: 68 },
  bye: { type: 0x03, cap: 128 },
  serves: { type: 0x04, cap: 4 },
  getHeaders: { type: 0x10, cap: 1 + 32 * MAX_LOCATOR },
  headers: { type: 0x11, cap: 5 + HEADER_BYTES * MAX_HEADERS },
  getBlocks: { type: 0x12, cap: 1 + 32 * MAX_BLOCKS_PER_REQUEST },
  block: { type: 0x13, cap: MAX_BLOCK_BYTES },
  absent: { type: 0x14, cap: 32 },
  getTransactions: { type: 0x20, cap: 3 + 32 * MAX_TRANSACTIONS_ASKED },
  transactions: { type: 0x21, cap: MAX_TRANSACTIONS_BYTES + 128 * 1024 },
  getWids: { type: 0x22, cap: 0 },
  wids: { type: 0x23, cap: 5 + 32 * MAX_WIDS_LISTED },
  getParts: { type: 0x24, cap: 37 + 3 * MAX_PARTS_ASKED },
  handOver: { type: 0x26, cap: MAX_TRANSACTION_BYTES },
  taken: { type: 0x27, cap: 0 },
  getRecords: { type: 0x30, cap: 0 },
  records: { type: 0x31, cap: 5 + (2 + MAX_RECORD_BYTES_SIGNED) * MAX_RECORDS },
  newRecord: { type: 0x32, cap: MAX_RECORD_BYTES_SIGNED },
  getNetworkFile: { type: 0x40, cap: 0 },
  networkFile: { type: 0x41, cap: 64 * 1024 },
  getManifest: { type: 0x50, cap: 32 },
  manifest: { type: 0x51, cap: 60 + 32 * MAX_CHUNKS },
  getChunk: { type: 0x52, cap: 36 },
  chunk: { type: 0x53, cap: 2 << 20 },
  pushBlock: { type: 0x60, cap: MAX_PUSHED_BYTES },
  pushed: { type: 0x61, cap: 0 },
  getCompact: { type: 0x62, cap: 32 },
  compact: { type: 0x63, cap: MAX_PUSHED_BYTES },
  wantBlocks: { type: 0x64, cap: 1 },
  parts: { type: 0x25, cap: MAX_BLOCK_BYTES + 8192 },
  /** The answer to a request of an unknown type. */
  unknown: { type: 0x7f, cap: 0 },
} as const;
