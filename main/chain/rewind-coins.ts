import type { Coin } from '../core/primitives/coin.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import type { BlockStore } from './block-store.ts';
import { readUndo } from './read-undo.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { CoinTotals } from './coin-set.ts';
import { coinSumAfter } from '../storage/coin-sum.ts';
import { CorruptError } from '../storage/corrupt-error.ts';

/** What has to change in the UTXO set of a tip to get the one of an ancestor; null = the coin isn't there yet. */
export type CoinChanges = ReadonlyMap<CoinKey, Coin | null>;

export interface Rewind {
  readonly changes: CoinChanges;
  /** What the UTXO set of the ancestor adds up to, if that of the tip is as its state says. */
  readonly totals: CoinTotals;
}

/**
 * Undoes the blocks between, newest first, in memory: how a snapshot is rebuilt when the frozen one died with the
 * process. `totals` are those of the tip. @throws {CorruptError} when an undo record is gone.
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
