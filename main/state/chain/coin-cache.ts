import type { Delta } from '../../core/ledger/delta.ts';
import type { Coin } from '../../core/primitives/coin.ts';
import type { CoinKey } from '../../core/primitives/coin-key.ts';
import { CoinTable } from './coin-table.ts';

export interface CoinSource {
  coin(key: CoinKey): Coin | undefined;
}

/**
 * The coin set in front of the database, as the newest block in the pipeline leaves it: that block's successor can be
 * resolved while signatures are still being checked. What is committed stays as a cache, the newest coins: most are
 * spent soon or never.
 */
export class CoinCache {
  readonly #source: CoinSource;
  readonly #committed: CoinTable;
  /** Changes that are not in the database yet, oldest first. */
  #pending: Delta[] = [];
  /** For each key that they touch the newest change that does. */
  readonly #newest = new Map<CoinKey, Delta>();

  /** `limit`: how many coins to keep, about 100 bytes each. */
  constructor(source: CoinSource, limit: number) {
    this.#source = source;
    this.#committed = new CoinTable(limit);
  }

  /** As the next block in the pipeline sees the set. */
  readonly ahead = (key: CoinKey): Coin | undefined => {
    const change = this.#newest.get(key);
    return change === undefined ? this.#settled(key) : change.created.get(key);
  };

  /** As the committed tip has it, whatever the pipeline is doing. */
  readonly committed = (key: CoinKey): Coin | undefined => {
    if (!this.#newest.has(key)) return this.#settled(key);
    // The oldest change that touches it knows how it was before.
    for (const { spent, created } of this.#pending) {
      const before = spent.get(key);
      if (before || created.has(key)) return before;
    }
    return undefined;
  };

  apply(delta: Delta): void {
    for (const key of delta.spent.keys()) this.#newest.set(key, delta);
    for (const key of delta.created.keys()) this.#newest.set(key, delta);
    this.#pending.push(delta);
  }

  /** Forgets everything not committed. */
  reset(): void {
    this.#newest.clear();
    this.#pending = [];
  }

  /** The database has the oldest change now. */
  settle(delta: Delta): void {
    if (this.#pending.shift() !== delta)
      throw new Error('changes are committed in the order in which they were made');
    for (const key of delta.spent.keys()) {
      this.#committed.remove(key);
      this.#release(key, delta);
    }
    for (const [key, coin] of delta.created) {
      this.#committed.put(key, coin);
      this.#release(key, delta);
    }
  }

  #settled(key: CoinKey): Coin | undefined {
    return this.#committed.get(key) ?? this.#source.coin(key);
  }

  #release(key: CoinKey, delta: Delta): void {
    if (this.#newest.get(key) === delta) this.#newest.delete(key);
  }
}
