import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect, test } from 'vitest';
import { openWorld, walletWithCoins, type World } from '../world.ts';

/** First byte of the keys of receipts in the wallet database (docs/formats/wallet-file.md). */
const RECEIPTS = 7;

/** Changes a bit in the last byte of the first record of a table. */
async function corrupt(directory: string, table: number): Promise<void> {
  const level = new ClassicLevel<Buffer, Buffer>(join(directory, 'wallet-data'), {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });
  let isDone = false;
  for await (const [key, value] of level.iterator()) {
    if (key[0] !== table || isDone) continue;
    isDone = true;
    await level.put(key, Buffer.from(value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte))));
  }
  expect(isDone).toBe(true);
  await level.close();
}

const factsOf = async ({ wallets }: World, name: string) => ({
  history: (await wallets.history({ name, limit: 100 })).map(({ txid }) => txid),
  addresses: (
    await wallets.addresses({
      name,
      chain: 'receive',
      sort: 'index',
      order: 'ascending',
      skip: 0,
      limit: 100,
    })
  ).addresses,
});

test('corrupt receipts are counted again from the history, which stays', async () => {
  const world = await openWorld();
  await walletWithCoins(world, 'a', 3);
  const before = await factsOf(world, 'a');
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
