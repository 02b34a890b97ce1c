import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderedPage } from '../../../../main/wallet/lists/ordered-page.ts';

test('every page is what sorting the whole list gives, also with equal numbers', () => {
  const list = fc.array(fc.integer({ min: -3, max: 9 }), { maxLength: 60 });
  const order = fc.constantFrom('ascending' as const, 'descending' as const);
  fc.assert(
    fc.property(list, order, fc.nat(70), fc.integer({ min: 1, max: 20 }), (numbers, wanted, skip, limit) => {
      const items = numbers.map((value, at) => ({ value, at }));
      const sign = wanted === 'ascending' ? 1 : -1;
      const sorted = items.toSorted((a, b) => sign * (a.value - b.value)).slice(skip, skip + limit);
      expect(orderedPage(items, ({ value }) => value, { order: wanted, skip, limit })).toEqual(sorted);
    }),
    { seed: 47, numRuns: 500 },
  );
});
