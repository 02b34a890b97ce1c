import { expect, test } from 'vitest';
import { powerLoss } from '../../chaos/power-loss/campaign.ts';

test('any files that a power failure leaves can be opened, are a prefix of the history, and the node syncs to the tip', async () => {
  const result = await powerLoss({ seed: 20_261_129, blocks: 50, moments: 8, rotations: 3 });
  expect(result.problems).toEqual([]);
  // Nothing is checked again from genesis because of a power failure.
  expect(result.rebuilt).toEqual([]);
  expect(result.states).toBeGreaterThan(40);
  // Many losses lose something. How many depends on what was on the disk at each moment, so there are enough moments.
  expect(result.behind).toBeGreaterThan(10);
}, 180_000);
