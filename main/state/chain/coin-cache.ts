import type { Delta } from '../../core/ledger/delta.ts';
import type { Coin } from '../../core/primitives/coin.ts';
import type { CoinKey } from '../../core/primitives/coin-key.ts';

export interface CoinSource {
  coin(key: CoinKey): Coin | undefined;
}

/**
 * The coin set in front of the database, as the newest block in the pipeline leaves it: that block's successor can be
 * resolved while signatures are still being checked. A key is there with null while the database still has a coin that
 * the pipeline has spent. What is committed stays as a cache, the newest coins first: most are spent soon or never.
 */
export class CoinCache {
  readonly #source: CoinSource;
  readonly #limit: number;
  readonly #coins = new Map<CoinKey, Coin | null>();
  /** Changes that are not in the database yet, oldest first. */
  #pending: Delta[] = [];

  /** `limit`: how many coins to keep, about 300 bytes each. */
  constructor(source: CoinSource, limit: number) {
    this.#source = source;
    this.#limit = limit;
  }

  /** As the next block in the pipeline sees the set. */
  readonly ahead = (key: CoinKey): Coin | undefined => {
    const known = this.#coins.get(key);
    return known === undefined ? this.#source.coin(key) : (known ?? undefined);
  };

  /** As the committed tip has it, whatever the pipeline is doing. */
  readonly committed = (key: CoinKey): Coin | undefined => {
    for (const delta of this.#pending) {
      const spent = delta.spent.get(key);
      if (spent) return spent;
      if (delta.created.has(key)) return undefined;
    }
    return this.ahead(key);
  };

  apply(delta: Delta): void {
    for (const key of delta.spent.keys()) this.#coins.set(key, null);
    for (const [key, coin] of delta.created) this.#coins.set(key, coin);
    this.#pending.push(delta);
  }

  /** Forgets everything not committed. */
  reset(): void {
    for (const { created, spent } of this.#pending) {
      for (const key of created.keys()) this.#coins.delete(key);
      for (const key of spent.keys()) this.#coins.delete(key);
    }
    this.#pending = [];
  }

  /** The database has the oldest change now. */
  settle(delta: Delta): void {
    if (this.#pending.shift() !== delta)
      throw new Error('changes are committed in the order in which they were made');
    // What is null here another change may have created anew meanwhile.
    for (const key of delta.spent.keys()) if (this.#coins.get(key) === null) this.#coins.delete(key);
    this.#evict();
  }

  // The oldest go first; those that only the pipeline has are younger than all others.
  #evict(): void {
    let excess = this.#coins.size - this.#limit;
    if (excess <= 0) return;
    for (const key of this.#coins.keys()) {
      if (excess-- <= 0 || this.#pending.some(({ created, spent }) => created.has(key) || spent.has(key)))
        return;
      this.#coins.delete(key);
    }
  }
}
