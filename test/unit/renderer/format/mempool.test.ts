import { describe, expect, test } from 'vitest';
import { bandWords, placeInQueue, shareWords } from '../../../../renderer/format/mempool.ts';

describe('the mempool in words', () => {
  test.each([
    [0, '0\u00a0%'],
    [0.004, 'less than 1\u00a0%'],
    [0.41, '41\u00a0%'],
    [1, '100\u00a0%'],
  ])('a share of %d of a block', (share, words) => expect(shareWords(share)).toBe(words));

  test.each([
    [1, 300, 'in the next block, about 5 minutes'],
    [3, 300, 'in about 3 blocks, about 15 minutes'],
    [2, null, 'in about 2 blocks'],
  ])('a transaction in block %i of the queue with blocks every %s seconds', (block, spacing, words) =>
    expect(placeInQueue(block, spacing)).toBe(words),
  );

  test('the highest band of fee rates has no end', () => {
    expect([bandWords({ from: 8, to: 12 }), bandWords({ from: 2000, to: null })]).toEqual([
      '8 to 12',
      '2\u202f000 and more',
    ]);
  });
});
