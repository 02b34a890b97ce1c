import { expect, test } from 'vitest';
import { campaigns } from './bit-flips.ts';

/** bit-flips.long.test.ts does the same with 200 each. */
const FLIPS = { 'wallet-data': 6, peers: 25, chain: 6 } as const;

test('each database has a number of cases', () => {
  expect(Object.keys(FLIPS)).toEqual(Object.keys(campaigns));
});

test.each(Object.entries(FLIPS))(
  'a bit of a table of %s that is turned while the node is stopped costs nothing that cannot be had again (%i seeds)',
  (name, flips) => campaigns[name]!(flips),
);
