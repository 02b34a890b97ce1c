import type { Coin } from '../core/primitives/coin.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import type { BlockStore } from './block-store.ts';
import { readUndo } from './read-undo.ts';
import type { OwnedEntry } from './header-entry.ts';
import type { CoinTotals } from './coin-set.ts';
import { coinSumAfter } from '../storage/coin-sum.ts';
import { CorruptError } from '../storage/corrupt-error.ts';

/** Changes that turn the UTXO set of a tip into that of an ancestor; null = the coin does not exist there. */
export type CoinChanges = ReadonlyMap<CoinKey, Coin | null>;

export interface Rewind {
  readonly changes: CoinChanges;
  /** Totals of the UTXO set of the ancestor, if those of the tip are right. */
  readonly totals: CoinTotals;
}

/**
 * Disconnects the blocks between tip and ancestor in memory, newest first. A snapshot is rebuilt this way after a restart,
 * which loses the frozen coins. `totals` are those of the tip. @throws {CorruptError} when an undo record is missing.
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
