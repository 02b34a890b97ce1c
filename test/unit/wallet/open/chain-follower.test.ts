import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { newDirectory } from '../../../support/chain/test-chain.ts';
import { until } from '../../../support/until.ts';
import { openWorld, PASSWORD, walletWithCoins, type World } from '../world.ts';

const NAMES = ['a', 'b', 'c'];
let world: World;
afterEach(() => world.stop());

test('wallets that read the same blocks of the chain read each of them from the disk once', async () => {
  const directory = newDirectory();
  world = await openWorld({ directory });
  await walletWithCoins(world, 'a', 3);
  for (const name of ['b', 'c']) await world.wallets.create({ name, password: PASSWORD, words: 12 });
  await world.mine(40);
  const { height } = world.chain.tip();
  const balance = await world.wallets.balance('a');
  await world.stop();
  rmSync(join(directory, 'wallet-data'), { recursive: true });

  const reads = new Map<string, number>();
  const opened = Promise.withResolvers<World>();
  const readBlock = async (id: string) => {
    reads.set(id, (reads.get(id) ?? 0) + 1);
    return (await opened.promise).chain.readBlock(id);
  };
  world = await openWorld({ directory, readBlock });
  opened.resolve(world);
  const isThere = async (name: string) => (await world.wallets.balance(name)).asOfHeight === height;
  await until(async () => (await Promise.all(NAMES.map(isThere))).every(Boolean), 'all wallets at the tip');
  expect(await world.wallets.balance('a')).toEqual(balance);
  expect(reads.size).toBeGreaterThanOrEqual(40);
  expect([...reads.values()].filter((times) => times > 1)).toEqual([]);
});
