import type { Delta } from '../core/ledger/delta.ts';
import type { Coin } from '../core/primitives/coin.ts';
import type { CoinKey } from '../core/primitives/coin-key.ts';
import type { Random } from '../lib/random.ts';
import { CoinTable } from './coin-table.ts';

export interface CoinSource {
  coin(key: CoinKey): Coin | undefined;
}

/**
 * The UTXO set after the newest block in the pipeline, as a cache in front of the database. With it the inputs of the
 * next block are resolved while signatures are still being checked. Committed coins stay cached. When the
 * cache is full, the oldest coin is dropped, because most coins are spent within a few blocks or never.
 */
export class CoinCache {
  readonly #source: CoinSource;
  readonly #committed: CoinTable;
  /** Changes that are not in the database yet, oldest first. They are few, so a linear search is cheap. */
  #pending: Delta[] = [];

  /** `limit`: number of coins to keep, about 100 bytes each. */
  constructor(source: CoinSource, limit: number, random: Pick<Random, 'bytes'>) {
    this.#source = source;
    this.#committed = new CoinTable(limit, random);
  }

  /** The coin after the newest block in the pipeline. */
  readonly ahead = (key: CoinKey): Coin | undefined => {
    // Fast path: most coins are in the cache and no pending change touches them.
    const kept = this.#committed.get(key);
    if (kept !== undefined && !this.#isTouched(key)) return kept;
    const pending = this.#pending;
    for (let i = pending.length - 1; i >= 0; i--) {
      const { created, spent } = pending[i]!;
      const coin = created.get(key);
      if (coin !== undefined || spent.has(key)) return coin;
    }
    return kept ?? this.#source.coin(key);
  };

  /** The coin at the committed tip, without the changes in the pipeline. */
  readonly committed = (key: CoinKey): Coin | undefined => {
    // The oldest change that contains the coin shows its state before.
    for (const { created, spent } of this.#pending) {
      const before = spent.get(key);
      if (before !== undefined || created.has(key)) return before;
    }
    return this.#settled(key);
  };

  apply(delta: Delta): void {
    this.#pending.push(delta);
  }

  /** Drops all changes that are not committed. */
  reset(): void {
    this.#pending = [];
  }

  /** The oldest change was written to the database. */
  settle(delta: Delta): void {
    if (this.#pending.shift() !== delta)
      throw new Error('changes are committed in the order in which they were made');
    for (const key of delta.spent.keys()) this.#committed.remove(key);
    delta.created.forEach((coin, key) => this.#committed.put(key, coin));
  }

  #isTouched(key: CoinKey): boolean {
    for (const { spent } of this.#pending) if (spent.has(key)) return true;
    return false;
  }

  #settled(key: CoinKey): Coin | undefined {
    return this.#committed.get(key) ?? this.#source.coin(key);
  }
}
