import type { Coin } from '../core/primitives/coin.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import { CHECKSUM_BYTES, sealRecord } from './checksum.ts';
import { coinLength, writeCoin } from './coin-record.ts';
import { COIN_KEY_BYTES, key } from './keys.ts';

/** Changes of the UTXO set, such as a map; each key once. Null deletes the coin. */
export interface CoinChanges {
  forEach(visit: (coin: Coin | null, key: CoinKey) => void): void;
}

/** A write batch of LevelDB, which copies its arguments. */
interface Batch {
  put(at: Uint8Array, record: Uint8Array): unknown;
  del(at: Uint8Array): unknown;
}

/**
 * Adds changes of coins to a batch through reused buffers: keys and records of thousands of coins a second would otherwise
 * be most of the garbage of connecting blocks.
 */
export function createCoinWriter(): (batch: Batch, coins: CoinChanges) => void {
  const at = new Uint8Array(COIN_KEY_BYTES);
  // One buffer per record length, of which there are as many as lengths of locks.
  const records: Uint8Array[] = [];
  const recordFor = (coin: Coin): Uint8Array => {
    const length = CHECKSUM_BYTES + coinLength(coin);
    return (records[length] ??= new Uint8Array(length));
  };
  return (batch, coins) =>
    coins.forEach((coin: Coin | null, outpoint: CoinKey) => {
      key.coin(outpoint, at);
      if (coin === null) batch.del(at);
      else batch.put(at, sealRecord(at, writeCoin(coin, recordFor(coin), CHECKSUM_BYTES)));
    });
}
