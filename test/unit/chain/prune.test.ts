import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { extend, newDirectory, openTestChain } from '../../support/chain/test-chain.ts';

test('a pruned chain uses bounded disk space, keeps two epochs, and opens again', async () => {
  const directory = newDirectory();
  const options = { directory, segmentBytes: 2000, pruneBytes: 10_000 };
  const chain = await openTestChain(options);
  for (let height = 1; height <= 150; height++) await extend(chain);
  await expect.poll(() => chain.lowestServedHeight()).toBeGreaterThan(80);
  // Two epochs of 20 are never touched.
  expect(chain.lowestServedHeight()).toBeLessThanOrEqual(111);
  expect(await chain.readBlock(chain.atHeight(1)!.id)).toBeNull();
  expect(await chain.readBlock(chain.atHeight(150)!.id)).not.toBeNull();
  const before = { tip: chain.tip().id, hash: await chain.setHash(), from: chain.lowestServedHeight() };
  await chain.close();

  const again = await openTestChain(options);
  expect({ tip: again.tip().id, hash: await again.setHash(), from: again.lowestServedHeight() }).toEqual(
    before,
  );
  expect(again.missingBlocks(10)).toEqual([]);
  await extend(again);
  expect(again.tip().height).toBe(151);
  await again.close();
});

test('blocks that a wallet has yet to read are kept up to twice the limit, and then pruned', async () => {
  let needed: number | null = 5;
  const options = { directory: newDirectory(), segmentBytes: 2000, neededFrom: () => needed };
  const chain = await openTestChain({ ...options, pruneBytes: 1_000_000 });
  for (let height = 1; height <= 100; height++) await extend(chain);
  await chain.close();
  const folders = ['blocks', 'undo'].map((name) => join(options.directory, name));
  const bytes = folders.flatMap((folder) =>
    readdirSync(folder).map((name) => statSync(join(folder, name)).size),
  );
  const all = bytes.reduce((sum, each) => sum + each, 0);

  // A little below twice the limit: nothing that is needed goes. Well above it: it goes.
  const held = await openTestChain({ ...options, pruneBytes: Math.ceil(all * 0.7) });
  await extend(held);
  await held.sync();
  expect(await held.readBlock(held.atHeight(5)!.id)).not.toBeNull();
  needed = null;
  await extend(held);
  await expect.poll(() => held.readBlock(held.atHeight(5)!.id)).toBeNull();
  await held.close();

  needed = 40;
  const over = await openTestChain({ ...options, pruneBytes: Math.ceil(all * 0.2) });
  await extend(over);
  await expect.poll(() => over.readBlock(over.atHeight(45)!.id)).toBeNull();
  await over.close();
});

test('blocks that a wallet has yet to read are pruned to the limit when the disk has no room', async () => {
  const directory = newDirectory();
  const deps = { directory, segmentBytes: 2000, neededFrom: () => 0, hasRoom: () => false };
  const chain = await openTestChain({ ...deps, pruneBytes: 30_000 });
  for (let height = 1; height <= 150; height++) await extend(chain);
  await expect.poll(() => chain.readBlock(chain.atHeight(5)!.id)).toBeNull();
  await chain.close();
});

test('a limit that is set while the chain is open prunes at once, and without one nothing further is pruned', async () => {
  const chain = await openTestChain({ directory: newDirectory(), segmentBytes: 2000 });
  for (let height = 1; height <= 150; height++) await extend(chain);
  await chain.sync();
  expect(chain.lowestServedHeight()).toBe(1);
  chain.limitBodies(10_000);
  await expect.poll(() => chain.readBlock(chain.atHeight(1)!.id)).toBeNull();
  await expect.poll(() => chain.lowestServedHeight()).toBeGreaterThan(80);
  chain.limitBodies(undefined);
  const from = chain.lowestServedHeight();
  for (let height = 151; height <= 200; height++) await extend(chain);
  await chain.sync();
  // What was pruned is not there again by the change of the limit, and the node does not say so.
  expect(chain.lowestServedHeight()).toBe(from);
  await chain.close();
});
