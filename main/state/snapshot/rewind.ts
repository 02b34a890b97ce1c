import { undo } from '../../core/ledger/delta.ts';
import { deltaOf } from '../../core/ledger/undo-record.ts';
import type { Coin } from '../../core/primitives/coin.ts';
import type { CoinKey } from '../../core/primitives/coin-key.ts';
import type { Bodies } from '../chain/bodies/bodies.ts';
import type { OwnedEntry } from '../chain/headers/header-entry.ts';
import type { CoinTotals } from '../chain/coins/coin-set.ts';
import { coinSumAfter } from '../storage/records/coin-sum.ts';
import { DamagedError } from '../storage/damaged-error.ts';

/** What has to change in the coin set of a tip to get the one of an ancestor; null = the coin isn't there yet. */
export type CoinChanges = ReadonlyMap<CoinKey, Coin | null>;

export interface Rewind {
  readonly changes: CoinChanges;
  /** What the coin set of the ancestor adds up to, if that of the tip is as its state says. */
  readonly totals: CoinTotals;
}

/**
 * Undoes the blocks between, newest first, in memory: how a snapshot is rebuilt when the frozen one died with the
 * process. `totals` are those of the tip. @throws {DamagedError} when a body or an undo record is gone.
 */
export async function rewindTo(
  ancestor: OwnedEntry,
  tip: OwnedEntry,
  totals: CoinTotals,
  bodies: Bodies,
): Promise<Rewind> {
  const changes = new Map<CoinKey, Coin | null>();
  let { coins, total, coinSum } = totals;
  for (let at = tip; at !== ancestor; at = at.prev!) {
    const block = at.body && (await bodies.read(at.id, at.body));
    const record = at.undo && (await bodies.undo.read(at.undo));
    const delta = block && record && deltaOf(block, record);
    if (!delta) throw new DamagedError(`what is needed to take back block ${at.height}`);
    const back = undo(delta);
    coins += back.created.size - back.spent.size;
    for (const [key, { amount }] of back.spent) {
      changes.set(key, null);
      total -= amount;
    }
    for (const [key, coin] of back.created) {
      changes.set(key, coin);
      total += coin.amount;
    }
    coinSum = coinSumAfter(coinSum, back);
  }
  return { changes, totals: { coins, total, coinSum } };
}
