import { describe, expect, test } from 'vitest';
import { joinBlocks } from '../../../../renderer/state/block-list.ts';
import { paymentNews } from '../../../../renderer/state/payment-news.ts';
import { aBlock, anEntry } from '../entries.ts';

describe('news of payments', () => {
  const texts = (
    before: Parameters<typeof paymentNews>[0],
    now: Parameters<typeof paymentNews>[1],
    phase: Parameters<typeof paymentNews>[2] = 'synced',
  ): string[] => paymentNews(before, now, phase).map(({ text }) => text);

  test('earlier payments of a wallet are no news', () => expect(texts(null, [anEntry()])).toEqual([]));
  test('a received payment is reported once', () => {
    const entry = anEntry({ state: 'pending', height: null });
    expect(texts([], [entry])).toEqual(['Received 2.5\u00a0KITH.']);
    expect(texts([entry], [anEntry({ state: 'mined' })])).toEqual([]);
  });
  test('an own payment is reported when a block contains it', () => {
    const sent = anEntry({ kind: 'sent', state: 'sent', height: null });
    expect(texts([], [sent])).toEqual([]);
    expect(texts([sent], [{ ...sent, state: 'mined', height: 1234 }])).toEqual([
      'Your payment is in block 1\u202f234.',
    ]);
    expect(texts([sent], [{ ...sent, state: 'expired' }])[0]).toMatch(/payment expired/);
  });
  test('blocks that were found at the same time are one message', () => {
    const mined = (txid: string) =>
      anEntry({ txid, kind: 'mined', state: 'immature', amount: 2_000_000_000 });
    expect(paymentNews([], [mined('a'), mined('b')], 'synced')).toEqual([
      { text: 'You mined 2 blocks: 40\u00a0KITH.', tone: 'good', topic: 'mined' },
    ]);
  });
  const five = Array.from({ length: 5 }, (_, i) => anEntry({ txid: `${i}` }));
  test.each(['headers', 'snapshot', 'blocks'] as const)(
    'payments found while syncing %s are not news',
    (phase) => expect(texts([], five, phase)).toEqual([]),
  );
  test.each(['synced', 'finding-peers', undefined] as const)('payments in the phase %s are news', (phase) =>
    expect(texts([], five, phase).length).toBe(5),
  );
  test('several are reported in their order', () => {
    const [older, newer] = [
      anEntry({ txid: 'a', amount: 100_000_000 }),
      anEntry({ txid: 'b', amount: 200_000_000 }),
    ];
    expect(texts([], [newer, older])).toEqual(['Received 1\u00a0KITH.', 'Received 2\u00a0KITH.']);
  });
});

describe('the block list', () => {
  const heights = (list: readonly { height: number }[]): number[] => list.map(({ height }) => height);
  const known = [aBlock(5), aBlock(4), aBlock(3)];

  test('newer blocks come on top', () => {
    expect(heights(joinBlocks(known, [aBlock(7), aBlock(6), aBlock(5)], 100))).toEqual([7, 6, 5, 4, 3]);
  });
  test('after a reorganisation the newer list counts, and blocks above it are removed', () => {
    const other = aBlock(4, { id: 'ff'.repeat(32) });
    const joined = joinBlocks(known, [other], 100);
    expect(heights(joined)).toEqual([4, 3]);
    expect(joined[0]?.id).toBe(other.id);
  });
  test('it stays bounded', () => expect(joinBlocks(known, [aBlock(6)], 2)).toHaveLength(2));
  test('an empty reading changes nothing', () => expect(joinBlocks(known, [], 9)).toBe(known));
});
