import { describe, expect, test } from 'vitest';
import { nextReward } from '../../../../renderer/format/mining.ts';
import { latencyWords, placeWords, scoreWords } from '../../../../renderer/format/peer.ts';
import { byRate, heat, nextBlocks } from '../../../../renderer/format/waiting.ts';

const waiting = (txid: string, size: number, fee: number) => ({ txid, size, fee, ancestors: 0, time: 0 });

describe('what waits', () => {
  const queue = byRate([waiting('cheap', 400_000, 4_000_000), waiting('dear', 700_000, 70_000_000)]);

  test('the highest fee rate is first', () =>
    expect(queue.map((entry) => entry.txid)).toEqual(['dear', 'cheap']));
  test('a block that is full ends', () => {
    expect(nextBlocks(queue, 4).map((block) => block.map((entry) => entry.txid))).toEqual([
      ['dear'],
      ['cheap'],
    ]);
    expect(nextBlocks(queue, 1)).toHaveLength(1);
  });
  test.each([
    [10, 0],
    [19, 0],
    [20, 1],
    [1_000_000, 4],
  ])('%i motes a byte over a floor of 10 glow %i', (rate, step) => expect(heat(rate, 10)).toBe(step));
});

test.each([
  [0, 2_000_000_000],
  [2_099_998, 2_000_000_000],
  [2_099_999, 1_000_000_000],
  [2_100_000 * 40, 0],
])('the block after %i may make %i motes', (height, motes) => {
  expect(nextReward({ subsidy: 2_000_000_000, halving: 2_100_000 }, height)).toBe(motes);
});

describe('peers in words', () => {
  test('an address is shown without its protocols and peer id', () => {
    expect(placeWords('/ip4/127.0.0.1/tcp/21474/p2p/12D3')).toBe('127.0.0.1:21474');
    expect(placeWords('/memory/1')).toBe('/memory/1');
  });
  test('a ping has a unit', () => {
    expect(latencyWords(null)).toBe('not measured');
    expect(latencyWords(0.01)).toBe('under 0.1\u00a0ms');
    expect(latencyWords(2.44)).toBe('2.4\u00a0ms');
    expect(latencyWords(65.4)).toBe('65\u00a0ms');
  });
  test('a score has words', () => {
    expect([0, 10, 40, 90].map(scoreWords)).toEqual([
      'good',
      'minor faults (10)',
      'poor (40)',
      'near ban (90)',
    ]);
  });
});
