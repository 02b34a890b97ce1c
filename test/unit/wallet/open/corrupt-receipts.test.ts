import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect, test } from 'vitest';
import { openWorld, walletWithCoins, type World } from '../world.ts';

/** First bytes of keys in the wallet database (docs/formats/wallet-file.md). */
const [SCHEMA, RECEIPTS] = [0, 7];

const levelOf = (directory: string) =>
  new ClassicLevel<Buffer, Buffer>(join(directory, 'wallet-data'), {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });

/** Changes a bit in the last byte of the first record of a table. */
async function corrupt(directory: string, table: number): Promise<void> {
  const level = levelOf(directory);
  let isDone = false;
  for await (const [key, value] of level.iterator()) {
    if (key[0] !== table || isDone) continue;
    isDone = true;
    await level.put(key, Buffer.from(value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte))));
  }
  expect(isDone).toBe(true);
  await level.close();
}

const addressesOf = async ({ wallets }: World, name: string, chain: 'receive' | 'change') => {
  const query = { name, chain, sort: 'index', order: 'ascending', skip: 0, limit: 100 } as const;
  return (await wallets.addresses(query)).addresses;
};

const factsOf = async (world: World, name: string) => ({
  history: (await world.wallets.history({ name, limit: 100 })).map(({ txid }) => txid),
  receive: await addressesOf(world, name, 'receive'),
  change: await addressesOf(world, name, 'change'),
});

test('corrupt receipts are counted again from the history, which stays', async () => {
  const world = await openWorld();
  await walletWithCoins(world, 'a', 3);
  const before = await factsOf(world, 'a');
  expect([...before.receive, ...before.change].filter(({ received }) => received > 0)).toHaveLength(3);
  await world.stop();
  await corrupt(world.directory, RECEIPTS);
  // Without the blocks, the history could not be found again.
  const again = await openWorld({ directory: world.directory, prunedBelow: () => 1000 });
  expect(await factsOf(again, 'a')).toEqual(before);
  await again.stop();
  const third = await openWorld({ directory: world.directory, prunedBelow: () => 1000 });
  expect(await factsOf(third, 'a')).toEqual(before);
  await third.stop();
});

test('receipts are counted when the record of the schema is corrupt, because a version before them may have written it', async () => {
  const world = await openWorld();
  await walletWithCoins(world, 'a', 3);
  const before = await factsOf(world, 'a');
  expect([...before.receive, ...before.change].filter(({ received }) => received > 0)).toHaveLength(3);
  await world.stop();
  await corrupt(world.directory, SCHEMA);
  const level = levelOf(world.directory);
  await level.clear({ gte: Buffer.of(RECEIPTS), lt: Buffer.of(RECEIPTS + 1) });
  await level.close();
  const again = await openWorld({ directory: world.directory, prunedBelow: () => 1000 });
  expect(await factsOf(again, 'a')).toEqual(before);
  await again.stop();
});
