import { compareBytes } from '../core/codec/bytes.ts';
import { type CoinKey, coinKey } from '../core/primitives/coin-key.ts';
import type { RawCoin } from '../storage/frozen-coins.ts';
import { encodeCoin } from '../storage/coin-record.ts';
import { key } from '../storage/keys.ts';
import type { CoinChanges } from './rewind-coins.ts';

/** The coins of a frozen UTXO set with changes applied, in order. Without changes the batches are passed on unchanged. */
export async function* mergeCoins(
  batches: AsyncIterable<readonly RawCoin[]>,
  changes: CoinChanges,
): AsyncGenerator<readonly RawCoin[]> {
  if (changes.size === 0) {
    yield* batches;
    return;
  }
  const added = sortedAdditions(changes);
  let next = 0;
  for await (const batch of batches) {
    const merged: RawCoin[] = [];
    for (const raw of batch) {
      while (next < added.length && compareBytes(added[next]!.outpoint, raw.outpoint) < 0)
        merged.push(added[next++]!);
      if (!changes.has(keyOf(raw.outpoint))) merged.push(raw);
    }
    yield merged;
  }
  yield added.slice(next);
}

function sortedAdditions(changes: CoinChanges): RawCoin[] {
  const added: RawCoin[] = [];
  for (const [outpoint, coin] of changes) {
    if (coin) added.push({ outpoint: key.coin(outpoint).subarray(1), coin: encodeCoin(coin, 0) });
  }
  return added.sort((a, b) => compareBytes(a.outpoint, b.outpoint));
}

function keyOf(outpoint: Uint8Array): CoinKey {
  const [a, b, c, d] = outpoint.subarray(32) as unknown as [number, number, number, number];
  return coinKey({ txid: outpoint.subarray(0, 32), index: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 });
}
