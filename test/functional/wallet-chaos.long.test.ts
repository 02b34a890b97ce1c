import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { describeWalletRun, walletChaos } from '../chaos/wallets.ts';

test('a node that is killed two hundred times while its wallets are written has everything each time', async () => {
  const result = await walletChaos({ kills: 200, seed: 12, say: console.log });
  console.log(describeWalletRun(result));
  const { problems, whole, kinds, facts, done, directories } = result;
  expect(problems).toEqual([]);
  expect(whole).toBe(200);
  for (const kind of ['wallet file', 'wallet data', 'timer'])
    expect(kinds.get(kind) ?? 0, kind).toBeGreaterThan(0);
  for (const fact of [
    'wallet',
    'label',
    'contact',
    'request',
    'frozen',
    'payment',
    'backup',
    'setting',
    'setup',
  ])
    expect(facts.get(fact) ?? 0, fact).toBeGreaterThan(0);
  for (const ended of [
    'set-up of shared',
    'set-up of savings',
    'set-up of inheritance',
    'join shared',
    'shared payment: send',
  ])
    expect(done.get(ended) ?? 0, ended).toBeGreaterThan(0);
  for (const directory of directories) await rm(directory, { recursive: true, force: true });
});
