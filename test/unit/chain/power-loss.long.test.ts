import { expect, test } from 'vitest';
import { powerLoss } from '../../chaos/power-loss/campaign.ts';

test.each([1, 2, 3, 4])('seed %i: power failures at many moments, also during recovery', async (seed) => {
  const options = { seed, blocks: 140, moments: 40, rotations: 40, again: 8 };
  const result = await powerLoss({ ...options, say: console.log });
  expect(result.problems).toEqual([]);
  expect(result.rebuilt).toEqual([]);
  expect(result.rotations).toBeGreaterThan(5);
  expect(result.again).toBeGreaterThan(100);
  expect(result.behind).toBeGreaterThan(100);
});

test.each([5, 6])('seed %i: the same while old files are pruned', async (seed) => {
  const options = { seed, blocks: 140, moments: 25, rotations: 20, again: 4, pruneBytes: 20_000 };
  const result = await powerLoss({ ...options, say: console.log });
  expect(result.problems).toEqual([]);
  expect(result.rebuilt).toEqual([]);
  expect(result.behind).toBeGreaterThan(50);
});
