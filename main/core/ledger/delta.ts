import type { Coin } from '../primitives/coin.ts';
import type { CoinKey } from '../primitives/coin-key.ts';

/**
 * A change of the UTXO set. The ledger returns deltas and applies none. A delta is its own undo record. Coins that
 * are created and spent inside one block are in neither map.
 */
export interface Delta {
  readonly created: ReadonlyMap<CoinKey, Coin>;
  readonly spent: ReadonlyMap<CoinKey, Coin>;
}

export const undo = (delta: Delta): Delta => ({ created: delta.spent, spent: delta.created });

/** Looks up a coin that can be spent now. */
export type CoinLookup = (key: CoinKey) => Coin | undefined;
