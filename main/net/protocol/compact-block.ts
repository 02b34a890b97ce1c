import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { Header } from '../../core/primitives/header.ts';
import { MAX_BLOCK_OUTPUTS, MAX_TRANSACTION_BYTES } from '../../core/primitives/limits.ts';
import type { Transaction } from '../../core/primitives/transaction.ts';
import { SHORT_ID_BYTES, shortIdKey, shortIdOf } from './short-ids.ts';

/** A transaction that a compact block contains in full, with its position in the block. */
export interface Prefilled {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * A block for a receiver that has most of its transactions: a short id of 6 bytes for each, and in full those that the
 * receiver probably lacks (BIP 152).
 */
export interface CompactBlock {
  readonly header: Header;
  /** 8 random bytes; see `shortIdKey`. */
  readonly nonce: Uint8Array;
  /** Number of transactions in the block. */
  readonly count: number;
  /** In block order. */
  readonly prefilled: readonly Prefilled[];
  /** The short ids of the other transactions in block order, as numbers below 2^48. */
  readonly shortIds: readonly number[];
}

/** Every transaction has at least one output, so a block has at most as many transactions as outputs. */
export const MAX_COMPACT_COUNT = MAX_BLOCK_OUTPUTS;

/** `prefill` selects the transactions that are sent in full in addition to the coinbase. */
export function compactOf(
  block: { readonly header: Header; readonly transactions: readonly Transaction[] },
  nonce: Uint8Array,
  prefill: (tx: Transaction) => boolean,
): CompactBlock {
  const key = shortIdKey(block.header.id, nonce);
  const prefilled: Prefilled[] = [];
  const shortIds: number[] = [];
  block.transactions.forEach((tx, index) => {
    if (index === 0 || prefill(tx)) prefilled.push({ index, bytes: tx.bytes });
    else shortIds.push(shortIdOf(key, tx.wid));
  });
  return { header: block.header, nonce, count: block.transactions.length, prefilled, shortIds };
}

/**
 * The bytes of the block, if its compact form contains all transactions and it has at most `most` bytes; otherwise
 * null.
 */
export function wholeBlock({ header, count, prefilled }: CompactBlock, most: number): Uint8Array | null {
  const size = prefilled.reduce((sum, { bytes }) => sum + bytes.length, header.bytes.length);
  if (prefilled.length < count || size > most) return null;
  const writer = new Writer(size + 5).bytes(header.bytes).varuint(count);
  for (const { bytes } of prefilled) writer.bytes(bytes);
  const block = writer.finish();
  return block.length <= most ? block : null;
}

/** Writes, after the header: `nonce 8 | count | prefilled count | (gap | length | transaction) … | short id 6 …`. */
export function writeCompact(writer: Writer, compact: CompactBlock): void {
  writer.bytes(compact.nonce).varuint(compact.count).varuint(compact.prefilled.length);
  let next = 0;
  for (const { index, bytes } of compact.prefilled) {
    writer.varuint(index - next).varbytes(bytes);
    next = index + 1;
  }
  for (const id of compact.shortIds) {
    writer.u32(id % 0x1_0000_0000);
    const high = Math.floor(id / 0x1_0000_0000);
    writer.u8(high & 0xff).u8(high >>> 8);
  }
}

/** Reads to the end of the message. Null when it is not a compact block; the reader has failed then. */
export function readCompact(reader: Reader, header: Header): CompactBlock | null {
  const nonce = reader.bytes(8);
  const count = reader.varuint();
  const whole = reader.count(2);
  // No block is empty, so the code below never gets an empty list.
  if (count === 0 || count > MAX_COMPACT_COUNT || whole > count) reader.fail('codec-length');
  const prefilled: Prefilled[] = [];
  let next = 0;
  for (let i = 0; i < whole && reader.failed === null; i++) {
    const index = next + reader.varuint();
    prefilled.push({ index, bytes: reader.varbytes(MAX_TRANSACTION_BYTES) });
    if (index >= count) reader.fail('codec-order');
    next = index + 1;
  }
  const short = count - whole;
  if (reader.failed === null && reader.remaining !== short * SHORT_ID_BYTES) reader.fail('codec-length');
  const shortIds: number[] = [];
  for (let i = 0; i < short && reader.failed === null; i++) {
    shortIds.push(reader.u32() + (reader.u8() + reader.u8() * 256) * 0x1_0000_0000);
  }
  return reader.finish() === null ? { header, nonce, count, prefilled, shortIds } : null;
}
