/** The UTXO set of an ancestor of the tip: the changes from undo records, applied to the frozen coins in order. */
import { compareBytes } from '../core/codec/bytes.ts';
import type { RawCoin } from '../storage/frozen-coins.ts';
import { encodeCoin } from '../storage/coin-record.ts';
import { key } from '../storage/keys.ts';
import type { Coin } from '../core/primitives/coin.ts';
import { type CoinKey, coinKey } from '../core/primitives/coin-key.ts';
import { type BlockStore, readUndo } from './block-store.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { CoinTotals } from './coin-set.ts';
import { coinSumAfter } from '../storage/coin-sum.ts';
import { CorruptError } from '../storage/corrupt-error.ts';

/** Changes that turn the UTXO set of a tip into that of an ancestor. Null: the coin does not exist at the ancestor. */
export type CoinChanges = ReadonlyMap<CoinKey, Coin | null>;

export interface Rewind {
  readonly changes: CoinChanges;
  /** Totals of the UTXO set at the ancestor. Correct if the totals of the tip are correct. */
  readonly totals: CoinTotals;
}

/**
 * Computes in memory what disconnecting the blocks from the tip down to the ancestor changes, newest block first. Used
 * to build a snapshot after a restart, when the frozen coins are lost. `totals` are those of the tip.
 * @throws {CorruptError} when an undo record is missing.
 */
export async function rewindTo(
  ancestor: OwnedEntry,
  tip: OwnedEntry,
  totals: CoinTotals,
  bodies: BlockStore,
): Promise<Rewind> {
  const changes = new Map<CoinKey, Coin | null>();
  let { coins, total, coinSum } = totals;
  for (let at = tip; at !== ancestor; at = at.prev!) {
    const undo = await readUndo(bodies, at);
    if (!undo) throw new CorruptError(`the undo record of block ${at.height}`);
    coins += undo.spent.size - undo.created.length;
    total -= undo.issued - undo.burned;
    for (const key of undo.created) changes.set(key, null);
    for (const [key, coin] of undo.spent) changes.set(key, coin);
    coinSum = coinSumAfter(coinSum, { created: undo.spent.keys(), spent: undo.created });
  }
  return { changes, totals: { coins, total, coinSum } };
}

/**
 * The coins of a frozen UTXO set with the changes applied, in key order. Without changes the batches are passed on
 * unchanged.
 */
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
