import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeap, firstOf } from '../../../main/mempool/heap.ts';

const before = (a: number, b: number): boolean => a < b;
const sorted = (items: readonly number[]): number[] => items.toSorted((a, b) => a - b);

test('returns the inserted items in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (given, pushed) => {
      const heap = createHeap(before, [...given]);
      for (const item of pushed) heap.push(item);
      const all = sorted([...given, ...pushed]);
      expect(heap.peek()).toBe(all[0]);
      expect(Array.from({ length: heap.size }, () => heap.pop())).toEqual(all);
      expect(heap.pop()).toBeUndefined();
    }),
    { seed: 3 },
  );
});

test('the first items are those of a sorted list', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 0, max: 20 }), (items, limit) => {
      expect(firstOf(items, limit, before)).toEqual(sorted(items).slice(0, limit));
    }),
    { seed: 4 },
  );
});
