import { expect, test } from 'vitest';
import { branchAndBound } from '../../../../main/wallet/payments/branch-and-bound.ts';
import { createRandom } from '../../../support/random.ts';

const coins = (...values: number[]) => values.map((value) => ({ value, timing: 0 }));

test('finds coins that add up exactly', () => {
  expect(branchAndBound(coins(9, 7, 4, 2), { least: 11, most: 11 })).toEqual([0, 3]);
});

test('finds nothing where every sum is outside the bounds', () => {
  expect(branchAndBound(coins(9, 7, 4), { least: 5, most: 6 })).toBeNull();
  expect(branchAndBound([], { least: 1, most: 5 })).toBeNull();
});

test('of several sets it takes the one with the least waste', () => {
  // 10 alone leaves an excess of 2; 5 + 3 adds up exactly, but spends two coins.
  const cheapLater = [10, 5, 3].map((value) => ({ value, timing: 3 }));
  expect(branchAndBound(cheapLater, { least: 8, most: 10 })).toEqual([0]);
  const cheapNow = [10, 5, 3].map((value) => ({ value, timing: -3 }));
  expect(branchAndBound(cheapNow, { least: 8, most: 10 })).toEqual([1, 2]);
});

test('over random wallets it finds a set wherever trying all of them finds one, with the same waste', () => {
  const random = createRandom(5);
  let found = 0;
  for (let round = 0; round < 300; round++) {
    const timing = random.int(20) - 10;
    const pool = Array.from({ length: 1 + random.int(10) }, () => ({ value: 1 + random.int(100), timing }));
    pool.sort((a, b) => b.value - a.value);
    const least = 1 + random.int(300);
    const bounds = { least, most: least + random.int(10) };
    const wasteOf = (indexes: readonly number[]) =>
      indexes.reduce((sum, index) => sum + pool[index]!.value + timing, -least);
    let best = Infinity;
    for (let set = 1; set < 2 ** pool.length; set++) {
      const indexes = pool.flatMap((_, index) => ((set >> index) & 1 ? [index] : []));
      const sum = indexes.reduce((total, index) => total + pool[index]!.value, 0);
      if (sum >= bounds.least && sum <= bounds.most) best = Math.min(best, wasteOf(indexes));
    }
    const result = branchAndBound(pool, bounds);
    expect(result === null ? Infinity : wasteOf(result)).toBe(best);
    if (result !== null) found++;
  }
  expect(found).toBeGreaterThan(50);
});
