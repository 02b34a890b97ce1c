import { expect, test } from 'vitest';
import { powerLoss } from '../../chaos/power-loss/campaign.ts';

test('any files that a power failure leaves can be opened, are a prefix of the history, and the node syncs to the tip', async () => {
  const result = await powerLoss({ seed: 20_261_129, blocks: 50, moments: 5, rotations: 3 });
  expect(result.problems).toEqual([]);
  // Nothing is checked again from genesis because of a power failure.
  expect(result.rebuilt).toEqual([]);
  expect(result.states).toBeGreaterThan(40);
  // Otherwise no loss lost anything. How many do depends on what was on the disk at each moment, and so on the machine.
  expect(result.behind).toBeGreaterThan(0);
}, 180_000);
