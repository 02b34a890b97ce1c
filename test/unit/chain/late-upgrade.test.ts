import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import type { Chain, ChainDeps } from '../../../main/chain/chain.ts';
import { toMotes } from '../../../shared/units.ts';
import {
  coinbaseOf,
  extend,
  newDirectory,
  openTestChain,
  pay,
  testKey,
} from '../../support/chain/test-chain.ts';

const SIGNALLING = { header: { version: 0x2000_0001 } };
const OLD = { ...REGTEST_NETWORK, deployments: [] };

const open = new Set<Chain>();
const chainOf = async (options: Partial<ChainDeps>) => {
  const chain = await openTestChain(options);
  open.add(chain);
  return chain;
};
const close = async (chain: Chain) => {
  open.delete(chain);
  await chain.close();
};
afterEach(async () => {
  for (const chain of open) await close(chain);
});

/** What an old program makes of a chain whose last blocks break the rule that is active from 80 on. */
async function tellOld(old: Chain): Promise<{ blocks: Block[]; honest: string }> {
  const blocks: Block[] = [await extend(old, SIGNALLING)];
  // Periods of 20: started at 20, locked in at 40, active from 80 on.
  for (let height = 2; height < 80; height++) blocks.push(await extend(old, SIGNALLING));
  const locked = pay(old, [coinbaseOf(blocks[0]!)], testKey(1).secret, [
    { amount: 1_000_000_000, lock: { lockType: 1, lock: new Uint8Array(32) } },
  ]);
  blocks.push(await extend(old, { ...SIGNALLING, transactions: [locked] }));
  const stolen = createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid: locked.txid, index: 0 }],
    outputs: [{ amount: toMotes(999_000_000), ...testKey(2).lock }],
    witness: [new Uint8Array(0)],
  });
  blocks.push(await extend(old, { ...SIGNALLING, transactions: [stolen] }));
  while (old.tip().height < 150) blocks.push(await extend(old, SIGNALLING));
  return { blocks, honest: blocks[79]!.header.idHex };
}

test('a node that upgraded late validates again the blocks that it connected without the rule', async () => {
  const directory = newDirectory();
  const old = await chainOf({ directory, network: OLD });
  const { honest } = await tellOld(old);
  expect(old.tip().height).toBe(150);
  await close(old);

  const upgraded = await chainOf({ directory });
  await expect.poll(() => upgraded.tip().id).toBe(honest);
  expect(upgraded.bestHeader().id).toBe(honest);
  await extend(upgraded);
  expect(upgraded.tip().height).toBe(81);
});

test.each(['blocks', 'undo'])('the same when one file in %s is lost', async (folder) => {
  const directory = newDirectory();
  const old = await chainOf({ directory, network: OLD, segmentBytes: 2000 });
  const { blocks, honest } = await tellOld(old);
  await close(old);
  const files = readdirSync(join(directory, folder)).sort();
  rmSync(join(directory, folder, files.at(-2)!));

  const upgraded = await chainOf({ directory });
  await upgraded.acceptHeaders(blocks.map(({ header }) => header));
  for (const { height } of upgraded.missingBlocks(200)) await upgraded.submitBlock(blocks[height - 1]!.bytes);
  await expect.poll(() => upgraded.tip().id).toBe(honest);
  expect(upgraded.bestHeader().id).toBe(honest);
  expect(readdirSync(directory)).not.toContain('chain.rebuild');
});

test('a node that upgraded late and pruned the blocks that it needs downloads the chain again', async () => {
  const options = { directory: newDirectory(), segmentBytes: 2000, pruneBytes: 10_000 };
  const old = await chainOf({ ...options, network: OLD });
  const { blocks, honest } = await tellOld(old);
  await expect.poll(() => old.lowestServedHeight()).toBeGreaterThan(82);
  await close(old);

  const upgraded = await chainOf(options);
  await upgraded.acceptHeaders(blocks.map(({ header }) => header));
  for (const { height } of upgraded.missingBlocks(200)) await upgraded.submitBlock(blocks[height - 1]!.bytes);
  await expect.poll(() => upgraded.tip().id).toBe(honest);
  // The next start is an ordinary one.
  await close(upgraded);
  const again = await chainOf(options);
  expect(again.tip().id).toBe(honest);
});
