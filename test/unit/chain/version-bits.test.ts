import { afterEach, expect, test } from 'vitest';
import { BASE_VERSION } from '../../../main/core/consensus/deployments.ts';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import { createTransaction, type Transaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import {
  type BlockParts,
  coinbaseOf,
  extend,
  mineOn,
  openTestChain,
  parentOf,
  pay,
  testKey,
  tipOf,
} from '../../support/chain/test-chain.ts';
import { key, lockOf } from '../../support/chain/policy.ts';

const OLD_NETWORK = { ...REGTEST_NETWORK, deployments: [] };
const open: Chain[] = [];
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

/** A network of one node that knows the rule and one that has never heard of it. */
async function twoNodes() {
  const [updated, old] = [await openTestChain(), await openTestChain({ network: OLD_NETWORK })];
  open.push(updated, old);
  const blocks: Block[] = [];
  return {
    updated,
    old,
    blocks,
    /** Mined by the updated node and taken by both. */
    async mine(parts: BlockParts = {}): Promise<Block> {
      const block = await extend(updated, { header: { version: updated.nextVersion() }, ...parts });
      expect(await old.submitBlock(block.bytes)).toMatchObject({ status: 'connected' });
      blocks.push(block);
      return block;
    },
  };
}

/** Spends a coin of type 1 with a witness that is no tree at all. */
function careless(coin: Transaction): Transaction {
  return createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid: coin.txid, index: 0 }],
    outputs: [{ amount: coin.outputs[0]!.amount, ...testKey(2).lock }],
    witness: [Uint8Array.of(1, 2, 3)],
  });
}

const SILENT = { header: { version: BASE_VERSION } };

test('mining takes a rule from defined to active, and a node that does not know it stays on the chain', async () => {
  const { updated, old, blocks, mine } = await twoNodes();
  const state = async (chain: Chain) => ({
    tip: chain.tip().id,
    totals: chain.totals(),
    set: await chain.setHash(),
  });
  const locked = async (from: Block) => {
    const funds = coinbaseOf(from);
    const tx = pay(updated, [funds], testKey(1).secret, [
      { amount: funds.coin.amount, lock: lockOf(key(7)) },
    ]);
    await mine({ transactions: [tx] });
    return tx;
  };
  const miningUntil = async (height: number, parts?: BlockParts) => {
    while (updated.tip().height < height) await mine(parts);
  };

  // Defined: nobody signals, and signals would not count.
  await miningUntil(18);
  expect(updated.nextVersion()).toBe(BASE_VERSION);
  await mine();
  expect(updated.nextVersion()).toBe(BASE_VERSION | 1);
  expect(old.nextVersion()).toBe(BASE_VERSION);

  // Started: 17 of 20 are not enough, 18 are.
  await miningUntil(36);
  await miningUntil(39, SILENT);
  expect(updated.tip().height).toBe(39);
  await miningUntil(57);
  await miningUntil(59, SILENT);

  // Locked in: two whole periods in which the lock still means nothing, even to the last block of them.
  const [first, second] = [await locked(blocks[0]!), await locked(blocks[1]!)];
  await miningUntil(98, SILENT);
  expect(updated.nextRules()).toEqual({ policyLock: false });
  expect(updated.nextVersion()).toBe(BASE_VERSION | 1);
  await mine({ transactions: [careless(first)] });

  // Active: from block 100 on, for every coin of the type, however old.
  expect(updated.tip().height).toBe(99);
  expect(updated.nextRules()).toEqual({ policyLock: true });
  expect(old.nextRules()).toEqual({ policyLock: false });
  expect(updated.nextVersion()).toBe(BASE_VERSION);
  const theft = mineOn(updated, tipOf(updated), { transactions: [careless(second)], payTo: testKey(6).lock });
  expect(await updated.submitBlock(theft.bytes)).toMatchObject({ code: 'lock-policy' });
  expect(await state(updated)).toEqual(await state(old));

  // A careless miner leads the old node astray; the next two blocks of other miners bring it back.
  expect(await old.submitBlock(theft.bytes)).toMatchObject({ status: 'connected' });
  expect(old.tip().id).toBe(theft.header.idHex);
  for (let i = 0; i < 2; i++) {
    const block = await extend(updated);
    const result = await old.submitBlock(block.bytes);
    expect(isViolation(result)).toBe(false);
  }
  expect(await state(old)).toEqual(await state(updated));
  expect(updated.getCoin({ txid: second.txid, index: 0 })).toBeDefined();
});

test('signals in 17 of 20 blocks never lock it in, however often', async () => {
  const { updated, mine } = await twoNodes();
  for (let height = 1; height < 100; height++) await mine(height % 20 < 3 ? SILENT : {});
  expect(updated.nextVersion()).toBe(BASE_VERSION | 1);
  expect(updated.nextRules()).toEqual({ policyLock: false });
});

test('a branch that did not lock in has its own rules', async () => {
  const { updated, blocks, mine } = await twoNodes();
  while (updated.tip().height < 45) await mine();
  const funds = coinbaseOf(blocks[0]!);
  const tx = pay(updated, [funds], testKey(1).secret, [{ amount: funds.coin.amount, lock: lockOf(key(7)) }]);
  await mine({ transactions: [tx] });
  while (updated.tip().height < 82) await mine();
  expect(updated.nextRules()).toEqual({ policyLock: true });

  // From block 27 on another branch without signals: there the coin stays free to take.
  let at = blocks[25]!;
  const branch: Block[] = [];
  const rival = await openTestChain();
  open.push(rival);
  for (const block of blocks.slice(0, 26)) await rival.submitBlock(block.bytes);
  while (at.header.height < 84) {
    const transactions = at.header.height === 46 ? [tx] : at.header.height === 82 ? [careless(tx)] : [];
    at = await extend(rival, { ...SILENT, transactions, payTo: testKey(8).lock });
    branch.push(at);
  }
  for (const block of branch) await updated.submitBlock(block.bytes);
  expect(updated.tip().id).toBe(at.header.idHex);
  expect(updated.nextRules()).toEqual({ policyLock: false });
  expect(parentOf(at).height).toBe(84);

  // And back again, when the first branch grows: its rule is in force once more.
  const home = await openTestChain();
  open.push(home);
  for (const block of blocks) await home.submitBlock(block.bytes);
  while (home.tip().height < 86) await extend(home, { header: { version: home.nextVersion() } });
  for (let height = blocks.length + 1; height <= 86; height++)
    await updated.submitBlock((await home.readBlock(home.atHeight(height)!.id))!);
  expect(updated.tip().id).toBe(home.tip().id);
  expect(updated.nextRules()).toEqual({ policyLock: true });
});
