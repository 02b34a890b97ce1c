import { describe, expect, test } from 'vitest';
import {
  type KeyUses,
  noUses,
  SETTLED_CONFIRMATIONS,
  moveToSettled,
  usesOf,
  withoutUsesAbove,
  withUses,
} from '../../../../main/wallet/ledger/key-use.ts';
import type { KeyPath } from '../../../../main/wallet/keys/key-path.ts';
import { createRandom } from '../../../support/random.ts';

const receive = (index: number): KeyPath => ({ chain: 0, index });
const change = (index: number): KeyPath => ({ chain: 1, index });
const at = (height: number) => ({ height, id: `${height}` });
const NONE = noUses(at(0));

test('a use counts as settled when a hundred blocks stand on top of its block, and not before', () => {
  const uses = withUses(NONE, [receive(7), change(2)], 10);
  expect(moveToSettled(uses, at(10 + SETTLED_CONFIRMATIONS - 1)).settled).toEqual([-1, -1]);
  const upTo = at(10 + SETTLED_CONFIRMATIONS);
  expect(moveToSettled(uses, upTo)).toEqual({ upTo, settled: [7, 2], recent: [] });
});

test('a lower key than one that was used before is not recorded', () => {
  const uses = withUses(withUses(NONE, [receive(7)], 10), [receive(6), receive(7)], 11);
  expect(uses.recent).toEqual([{ height: 10, chain: 0, index: 7 }]);
});

test('uses in disconnected blocks are removed, settled ones stay', () => {
  const uses: KeyUses = { ...moveToSettled(withUses(NONE, [receive(3)], 1), at(500)) };
  const more = withUses(withUses(uses, [receive(9)], 500), [change(4)], 501);
  expect(withoutUsesAbove(moveToSettled(more, at(501)), at(500))).toEqual({
    upTo: at(500),
    settled: [3, -1],
    recent: [{ height: 500, chain: 0, index: 9 }],
  });
});

test('a wallet that stands lower again, and finds more there, keeps what it knew of the blocks above', () => {
  const uses = moveToSettled(withUses(NONE, [receive(50)], 950), at(1000));
  const again = moveToSettled(withUses(uses, [receive(40), receive(60)], 10), at(10));
  expect(again).toEqual({ upTo: at(1000), settled: [60, -1], recent: [] });
  expect(moveToSettled(withUses(uses, [receive(40)], 10), at(10)).recent).toEqual([
    { height: 950, chain: 0, index: 50 },
  ]);
});

describe('over random chains', () => {
  test.each([1, 2, 3])('step by step, with reorganisations, is the same as all at once (seed %i)', (seed) => {
    const random = createRandom(seed);
    let blocks: KeyPath[][] = [[]];
    let uses = NONE;
    let next = 0;
    for (let round = 0; round < 900; round++) {
      if (random.int(60) === 0) {
        const to = Math.max(0, blocks.length - 1 - random.int(SETTLED_CONFIRMATIONS));
        blocks = blocks.slice(0, to + 1);
        uses = withoutUsesAbove(uses, at(to));
      }
      const keyPaths = Array.from({ length: random.int(3) }, () =>
        (random.int(2) === 0 ? receive : change)(next + random.int(6)),
      );
      next += random.int(2);
      blocks.push(keyPaths);
      uses = moveToSettled(withUses(uses, keyPaths, blocks.length - 1), at(blocks.length - 1));
    }
    const paid = blocks.map((all, height) => ({ height, keyPaths: all }));
    const tip = blocks.length - 1;
    const wanted = usesOf(paid, at(tip));
    expect(wanted.settled[0]).toBeGreaterThan(0);
    // What was settled before a reorganisation and still stands counts a little early; never what does not stand.
    const standing = usesOf(paid, at(tip + SETTLED_CONFIRMATIONS)).settled;
    for (const chain of [0, 1] as const) {
      expect(uses.settled[chain]).toBeGreaterThanOrEqual(wanted.settled[chain]);
      expect(uses.settled[chain]).toBeLessThanOrEqual(standing[chain]);
    }
    expect(moveToSettled(uses, at(tip + SETTLED_CONFIRMATIONS)).settled).toEqual(standing);
    // In any order.
    const shuffled = paid.map((each) => [random.next(), each] as const).sort(([a], [b]) => a - b);
    let mixed = noUses(at(tip));
    for (const [, { keyPaths, height }] of shuffled)
      mixed = moveToSettled(withUses(mixed, keyPaths, height), at(height));
    expect(mixed).toEqual(wanted);
  });
});
