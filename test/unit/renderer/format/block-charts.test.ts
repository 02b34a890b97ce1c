import { describe, expect, test } from 'vitest';
import { blockCharts, feesTaken } from '../../../../renderer/format/block-charts.ts';

const KITH = 100_000_000;
const SCHEDULE = { subsidy: 20 * KITH, halving: 100 };
const block = (height: number, time: number, fields: object = {}) => ({
  id: String(height),
  height,
  time,
  bits: 0x1f00ffff,
  size: 1000,
  transactions: 1,
  reward: 20 * KITH,
  miner: null,
  ...fields,
});

describe('the charts of blocks', () => {
  test('have the interval to the block before, older blocks first, without genesis', () => {
    const [interval] = blockCharts([block(2, 150), block(1, 50), block(0, 0)], 10, SCHEDULE);
    expect(interval!.bars.map(({ block: height, fill }) => [height, fill])).toEqual([
      [1, 0.5],
      [2, 1],
    ]);
    expect(interval!.source).toBe('claimed by miners');
    expect(interval!.sentence).toBe('Last 2 blocks: mean 75 seconds, from 50 seconds to 2 minutes.');
  });

  test('draw no negative interval for a block whose time is before that of its parent', () => {
    const [interval] = blockCharts([block(2, 40), block(1, 50), block(0, 0)], 10, SCHEDULE);
    expect(interval!.bars.map(({ fill }) => fill)).toEqual([1, 0]);
  });

  test('leave out pruned blocks where their body is needed', () => {
    const pruned = block(2, 150, { size: null, reward: null });
    const charts = blockCharts([pruned, block(1, 50), block(0, 0)], 10, SCHEDULE);
    expect(charts.map(({ bars }) => bars.length)).toEqual([2, 1, 2, 1]);
  });

  test('say so when no block is stored, and draw nothing for values that are all zero', () => {
    const pruned = block(1, 50, { size: null, reward: null });
    const [, size] = blockCharts([pruned, block(0, 0)], 10, SCHEDULE);
    expect(size).toMatchObject({ bars: [], sentence: 'No block is stored.' });
    const [, , , fees] = blockCharts([block(1, 50), block(0, 0)], 10, SCHEDULE);
    expect(fees!.bars.map(({ fill }) => fill)).toEqual([0]);
  });
});

test.each([
  [1, 20 * KITH + 7, 7],
  [100, 10 * KITH + 7, 7],
  [1, 19 * KITH, 0],
  [5300, 7, 7],
])('in block %i a reward of %i motes has %i motes of fees', (height, reward, fees) => {
  expect(feesTaken(block(height, 0, { reward }), SCHEDULE)).toBe(fees);
});
