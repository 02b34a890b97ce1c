import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describeWalletRun, walletChaos } from '../chaos/wallets.ts';

test('a node that is killed while its wallets are written has everything that it acknowledged', async () => {
  const result = await walletChaos({ kills: 8, seed: 20_261_130, say: console.log });
  console.log(describeWalletRun(result));
  expect(result.problems).toEqual([]);
  expect(result.whole).toBe(8);
  expect(result.facts.get('wallet')).toBeGreaterThanOrEqual(3);
  expect(result.refused.get('set-up of savings (setup-unsynced)') ?? 0).toBe(0);
  for (const directory of result.directories) await rm(directory, { recursive: true, force: true });
}, 600_000);
