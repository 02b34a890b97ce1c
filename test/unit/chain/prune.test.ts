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
