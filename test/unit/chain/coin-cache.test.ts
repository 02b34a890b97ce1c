import { describe, expect, test } from 'vitest';
import type { Coin } from '../../../main/core/primitives/coin.ts';
import { type CoinKey, coinKey } from '../../../main/core/primitives/coin-key.ts';
import type { Delta } from '../../../main/core/ledger/delta.ts';
import { CoinCache } from '../../../main/chain/coin-cache.ts';
import { CoinTable } from '../../../main/chain/coin-table.ts';
import { toMotes } from '../../../shared/units.ts';
import { createRandom, type Random } from '../../support/random.ts';

const SEED = 20_261_125;

function someKey(random: Random): CoinKey {
  // Few ids and indices of every length, so that keys meet again and runs of places overlap.
  const txid = new Uint8Array(32).fill(random.int(40));
  return coinKey({ txid, index: [0, 1, 127, 128, 70_000, 0xffff_ffff][random.int(6)]! });
}

function someCoin(random: Random): Coin {
  return {
    amount: toMotes(1 + random.int(2 ** 48)),
    lockType: random.int(256),
    lock: Uint8Array.from({ length: random.int(33) }, () => random.int(256)),
    height: random.int(2 ** 31),
    coinbase: random.int(2) === 1,
  };
}

describe('the table of coins', () => {
  test(`holds the same newest coins as a simple model (seed ${SEED})`, () => {
    const random = createRandom(SEED);
    const table = new CoinTable(64, createRandom(SEED + 1));
    // Slots in their order: what was taken out leaves its slot empty until the turn comes round.
    const slots: (CoinKey | null)[] = Array.from({ length: 64 }, () => null);
    const model = new Map<CoinKey, Coin>();
    let next = 0;
    for (let step = 0; step < 20_000; step++) {
      const key = someKey(random);
      if (random.int(3) === 0) {
        table.remove(key);
        if (model.delete(key)) slots[slots.indexOf(key)] = null;
      } else {
        const coin = someCoin(random);
        table.put(key, coin);
        if (!model.has(key)) {
          if (slots[next] !== null) model.delete(slots[next]!);
          slots[next] = key;
          next = (next + 1) % 64;
        }
        model.set(key, coin);
      }
      const asked = someKey(random);
      expect(table.get(asked)).toEqual(model.get(asked));
    }
    expect(model.size).toBeGreaterThan(20);
  });

  test('leaves coins with long locks to the database', () => {
    const table = new CoinTable(8, createRandom(SEED));
    const key = someKey(createRandom(1));
    table.put(key, { ...someCoin(createRandom(1)), lock: new Uint8Array(33) });
    expect(table.get(key)).toBeUndefined();
  });
});

describe('the cache in front of the database', () => {
  test(`returns the coins at the start and at the end of the pipeline (seed ${SEED})`, () => {
    const random = createRandom(SEED);
    const database = new Map<CoinKey, Coin>();
    const cache = new CoinCache({ coin: (key) => database.get(key) }, 16, createRandom(SEED + 1));
    const ahead = new Map<CoinKey, Coin>();
    const pending: Delta[] = [];
    for (let step = 0; step < 5000; step++) {
      if (pending.length > 0 && random.int(3) === 0) {
        const delta = pending.shift()!;
        for (const key of delta.spent.keys()) database.delete(key);
        for (const [key, coin] of delta.created) database.set(key, coin);
        cache.settle(delta);
      } else if (random.int(50) === 0) {
        pending.length = 0;
        cache.reset();
        ahead.clear();
        for (const [key, coin] of database) ahead.set(key, coin);
      } else if (pending.length < 5) {
        const delta = change(random, ahead);
        pending.push(delta);
        cache.apply(delta);
      }
      for (let look = 0; look < 5; look++) {
        const key = someKey(random);
        expect(cache.ahead(key)).toEqual(ahead.get(key));
        expect(cache.committed(key)).toEqual(database.get(key));
      }
    }
    expect(database.size).toBeGreaterThan(20);
  });

  test('changes are committed in the order in which they were made', () => {
    const cache = new CoinCache({ coin: () => undefined }, 16, createRandom(SEED));
    const [first, second] = [change(createRandom(1), new Map()), change(createRandom(2), new Map())];
    cache.apply(first);
    cache.apply(second);
    expect(() => cache.settle(second)).toThrow('order');
  });
});

/** Spends and creates a few; `ahead` is moved along. */
function change(random: Random, ahead: Map<CoinKey, Coin>): Delta {
  const created = new Map<CoinKey, Coin>();
  const spent = new Map<CoinKey, Coin>();
  for (let i = 0; i < 6; i++) {
    const key = someKey(random);
    const coin = ahead.get(key);
    if (created.has(key) || spent.has(key)) continue;
    if (coin) {
      spent.set(key, coin);
      ahead.delete(key);
    } else {
      const fresh = someCoin(random);
      created.set(key, fresh);
      ahead.set(key, fresh);
    }
  }
  return { created, spent };
}
