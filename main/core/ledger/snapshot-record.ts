import { isMotes } from '../../../shared/units.ts';
import { Reader } from '../codec/reader.ts';
import type { Coin } from '../primitives/coin.ts';
import { MAX_LOCK_BYTES } from '../primitives/limits.ts';
import { type CoinKey, coinKey } from '../primitives/coin-key.ts';

/** Coins per chunk; the last chunk has the remaining ones. */
export const CHUNK_COINS = 16_384;
/** txid 32 | index u32 BE: the sort key of a coin. */
export const SNAPSHOT_KEY_BYTES = 36;
/** height u32 | coinbase u8 | amount u64 | lockType u8 | length u8, between the key and the lock. */
const FIXED_BYTES = 15;
export const MAX_CHUNK_BYTES = CHUNK_COINS * (SNAPSHOT_KEY_BYTES + FIXED_BYTES + MAX_LOCK_BYTES);

/**
 * Writes one coin into a chunk and returns the offset after it. `coin` is height u32 LE | coinbase u8 | amount u64 LE
 * | lockType u8 | lock, as it is stored; a chunk has the lock's length before the lock (protocol.md §15).
 */
export function writeSnapshotCoin(
  chunk: Uint8Array,
  at: number,
  outpoint: Uint8Array,
  coin: Uint8Array,
): number {
  const lockLength = coin.length - (FIXED_BYTES - 1);
  chunk.set(outpoint, at);
  chunk.set(coin.subarray(0, FIXED_BYTES - 1), at + SNAPSHOT_KEY_BYTES);
  chunk[at + SNAPSHOT_KEY_BYTES + FIXED_BYTES - 1] = lockLength;
  chunk.set(coin.subarray(FIXED_BYTES - 1), at + SNAPSHOT_KEY_BYTES + FIXED_BYTES);
  return at + SNAPSHOT_KEY_BYTES + FIXED_BYTES + lockLength;
}

export interface SnapshotCoin {
  readonly key: CoinKey;
  /** txid | index, the sort key. */
  readonly order: Uint8Array;
  readonly coin: Coin;
}

/** The coins of a chunk, or null if the bytes are not complete records of possible coins. */
export function readChunk(chunk: Uint8Array): SnapshotCoin[] | null {
  const reader = new Reader(chunk);
  const coins: SnapshotCoin[] = [];
  while (reader.failed === null && reader.remaining > 0) {
    const order = reader.bytes(SNAPSHOT_KEY_BYTES);
    const height = reader.u32();
    const coinbase = reader.u8();
    const amount = reader.u64();
    const lockType = reader.u8();
    const length = reader.u8();
    if (coinbase > 1 || !isMotes(amount) || length > MAX_LOCK_BYTES || coins.length === CHUNK_COINS)
      return null;
    const lock = reader.bytes(length).slice();
    if (reader.failed !== null) return null;
    const index = ((order[32]! << 24) | (order[33]! << 16) | (order[34]! << 8) | order[35]!) >>> 0;
    const key = coinKey({ txid: order.subarray(0, 32), index });
    coins.push({ key, order, coin: { height, coinbase: coinbase === 1, amount, lockType, lock } });
  }
  return coins;
}
