import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { chaos, describeRun } from '../chaos/chaos.ts';

test('a node that is killed repeatedly recovers each time to the state of its twin', async () => {
  const result = await chaos({ kills: 20, seed: 20_261_122, say: console.log });
  console.log(describeRun(result));
  const { equal, inRecovery, kinds, prunedTo, turns, directories } = result;
  expect(equal).toBe(20);
  expect(inRecovery).toBeGreaterThan(0);
  expect(kinds.size).toBeGreaterThan(3);
  expect(prunedTo).toBeGreaterThan(1);
  expect(turns.overCommitment).toBeGreaterThan(0);
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
}, 600_000);
