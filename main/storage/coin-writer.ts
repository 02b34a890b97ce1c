import type { Coin } from '../core/primitives/coin.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import { CHECKSUM_BYTES, sealRecord } from './checksum.ts';
import { coinLength, writeCoin } from './coin-record.ts';
import { COIN_KEY_BYTES, key } from './keys.ts';

/** Changes of the UTXO set, for example a Map. Each key occurs once. Null deletes the coin. */
export interface CoinChanges {
  forEach(visit: (coin: Coin | null, key: CoinKey) => void): void;
}

/** A write batch of LevelDB. It copies its arguments, so buffers can be reused. */
interface Batch {
  put(at: Uint8Array, record: Uint8Array): unknown;
  del(at: Uint8Array): unknown;
}

/**
 * Adds changes of coins to a batch through reused buffers. New keys and records for thousands of coins a second would
 * be most of the garbage of connecting blocks.
 */
export function createCoinWriter(): (batch: Batch, coins: CoinChanges) => void {
  const at = new Uint8Array(COIN_KEY_BYTES);
  // One buffer for each length of a record. There are as many as there are lengths of locks.
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
