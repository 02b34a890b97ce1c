import { expect, test } from 'vitest';
import { drawn, seededRandom } from '../../../main/lib/random.ts';
test('seeded numbers are the same for the same seed, other for another seed, and between 0 and 1', () => {
  const numbers = (seed: string) => {
    const random = seededRandom(seed);
    return Array.from({ length: 1000 }, () => random.number());
  };
  expect(numbers('a')).toEqual(numbers('a'));
  expect(numbers('a')).not.toEqual(numbers('b'));
  for (const number of numbers('a')) expect(number >= 0 && number < 1).toBe(true);
  expect(new Set(numbers('a')).size).toBe(1000);
});

test('drawn gives every item once, and each order about equally often', () => {
  const random = seededRandom('orders');
  const orders = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = [...drawn(['a', 'b', 'c'], random)].join('');
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  expect([...orders.keys()].sort()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
  for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
