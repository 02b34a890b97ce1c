import { fromHex, toHex } from '../../core/codec/hex.ts';
import { Reader } from '../../core/codec/reader.ts';
import { Writer } from '../../core/codec/writer.ts';
import type { Hash } from '../../core/crypto/hash.ts';
import { MAX_TRANSACTION_BYTES } from '../../core/primitives/limits.ts';
import { type Violation, violation } from '../../core/violation.ts';
import { MAX_TRANSACTIONS_ASKED, MAX_WIDS_LISTED } from './frame-types.ts';
import { readHashes } from './sync-messages.ts';

/**
 * The kind of id by which transactions are requested: announced ones by wid, missing parents by the txid that a child
 * spends.
 */
export type Naming = 'wid' | 'txid';

export interface GetTransactions {
  readonly by: Naming;
  readonly ids: readonly Hash[];
}

/** Encodes `by u8 (0 wid, 1 txid) | count | count × 32`. */
export function encodeGetTransactions(request: GetTransactions): Uint8Array {
  const writer = new Writer(8 + 32 * request.ids.length);
  writer.u8(request.by === 'wid' ? 0 : 1).varuint(request.ids.length);
  for (const id of request.ids) writer.bytes(id);
  return writer.finish();
}

export function decodeGetTransactions(body: Uint8Array): GetTransactions | Violation {
  const reader = new Reader(body);
  const by = reader.u8();
  if (by > 1) return violation('codec-order', { by });
  const ids = readHashes(reader, MAX_TRANSACTIONS_ASKED);
  const failed = reader.finish();
  return failed === null ? { by: by === 0 ? 'wid' : 'txid', ids } : violation(failed);
}

/**
 * Encodes `count | count × (length | bytes)`: the requested transactions that this node has, in the order of the
 * request. The list may end early.
 */
export function encodeTransactions(transactions: readonly Uint8Array[]): Uint8Array {
  let bytes = 5;
  for (const tx of transactions) bytes += 5 + tx.length;
  const writer = new Writer(bytes).varuint(transactions.length);
  for (const tx of transactions) writer.varbytes(tx);
  return writer.finish();
}

/** Decodes and copies each transaction, because it is kept longer than the frame. */
export function decodeTransactions(body: Uint8Array): Uint8Array[] | Violation {
  const reader = new Reader(body);
  const count = reader.count(7);
  if (count > MAX_TRANSACTIONS_ASKED) return violation('codec-length', { count });
  const transactions: Uint8Array[] = [];
  for (let i = 0; i < count && reader.failed === null; i++) {
    transactions.push(reader.varbytes(MAX_TRANSACTION_BYTES).slice());
  }
  const failed = reader.finish();
  return failed === null ? transactions : violation(failed);
}

/** Encodes `count | count × 32`: wids of the mempool, newest first. */
export function encodeWidList(wids: readonly string[]): Uint8Array {
  const writer = new Writer(5 + 32 * wids.length).varuint(wids.length);
  for (const wid of wids) writer.bytes(fromHex(wid)!);
  return writer.finish();
}

/** Returns the wids in hexadecimal. */
export function decodeWidList(body: Uint8Array): string[] | Violation {
  const reader = new Reader(body);
  const wids = readHashes(reader, MAX_WIDS_LISTED);
  const failed = reader.finish();
  return failed === null ? wids.map(toHex) : violation(failed);
}
