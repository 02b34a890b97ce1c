import type { Delta } from '../../core/ledger/delta.ts';
import type { Coin } from '../../core/primitives/coin.ts';
import type { CoinKey } from '../../core/primitives/coin-key.ts';

export interface CoinSource {
  coin(key: CoinKey): Coin | undefined;
}

/**
 * The coin set in front of the database. `ahead` holds what blocks not yet committed changed, so that the next block
 * can be resolved while signatures of the last are still being checked; `clean` holds committed coins worth keeping.
 */
export class CoinCache {
  readonly #source: CoinSource;
  readonly #limit: number;
  readonly #ahead = new Map<CoinKey, Coin | null>();
  readonly #clean = new Map<CoinKey, Coin>();

  /** `limit`: how many committed coins to keep, about 300 bytes each. */
  constructor(source: CoinSource, limit: number) {
    this.#source = source;
    this.#limit = limit;
  }

  /** As the next block in the pipeline sees the set. */
  readonly ahead = (key: CoinKey): Coin | undefined => {
    const changed = this.#ahead.get(key);
    if (changed !== undefined) return changed ?? undefined;
    return this.#clean.get(key) ?? this.#source.coin(key);
  };

  /** As the committed tip has it, whatever the pipeline is doing. */
  readonly committed = (key: CoinKey): Coin | undefined =>
    this.#ahead.has(key) ? this.#source.coin(key) : (this.#clean.get(key) ?? this.#source.coin(key));

  apply(delta: Delta): void {
    for (const key of delta.spent.keys()) {
      this.#ahead.set(key, null);
      this.#clean.delete(key);
    }
    for (const [key, coin] of delta.created) this.#ahead.set(key, coin);
  }

  /** Forgets everything not committed. */
  reset(): void {
    this.#ahead.clear();
  }

  /** The database has this change now. */
  settle(delta: Delta): void {
    for (const key of delta.spent.keys()) if (this.#ahead.get(key) === null) this.#ahead.delete(key);
    for (const [key, coin] of delta.created) {
      // A later block in the pipeline may have spent it already.
      if (this.#ahead.get(key) !== coin) continue;
      this.#ahead.delete(key);
      this.#clean.set(key, coin);
    }
    this.#evict();
  }

  #evict(): void {
    let excess = this.#clean.size - this.#limit;
    for (const key of this.#clean.keys()) {
      if (excess-- <= 0) return;
      this.#clean.delete(key);
    }
  }
}
