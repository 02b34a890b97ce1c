import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { chaos, describeRun } from '../chaos/chaos.ts';

test('a node that is killed two hundred times recovers each time to the state of its twin', async () => {
  const result = await chaos({ kills: 200, seed: 7, say: console.log });
  console.log(describeRun(result));
  const { equal, inRecovery, kinds, prunedTo, turns, directories } = result;
  expect(equal).toBe(200);
  expect(inRecovery).toBeGreaterThan(20);
  expect(prunedTo).toBeGreaterThan(1);
  expect(turns.overCommitment).toBeGreaterThan(0);
  for (const kind of [
    'block body',
    'undo record',
    'connected blocks',
    'disconnected block',
    'wallet data',
    'synced state',
    'header records',
    'segment file removed',
  ])
    expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(0);
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});
