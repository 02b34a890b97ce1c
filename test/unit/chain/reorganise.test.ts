import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { Block } from '../../../main/core/primitives/block.ts';
import { createTransaction } from '../../../main/core/primitives/transaction.ts';
import { isViolation } from '../../../main/core/violation.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { createChainModel, hashOf, type ModelBlock, sumOf } from '../../support/chain/chain-model.ts';
import { createRandom } from '../../support/random.ts';
import { mineOn, openTestChain, parentOf } from '../../support/chain/test-chain.ts';
import { toMotes } from '../../../shared/units.ts';

const open: Chain[] = [];
const newChain = async (): Promise<Chain> => {
  const chain = await openTestChain({ cachedCoins: 500 });
  open.push(chain);
  return chain;
};
afterEach(async () => {
  for (const chain of open.splice(0)) await chain.close();
});

const COMMON = 12;

/** Two branches from one block, the second one block longer, with payments of the same coins on both. */
function branches(seed: number, depth: number, payments = 3) {
  const model = createChainModel(REGTEST_NETWORK, createRandom(seed));
  const grow = (from: ModelBlock, count: number): ModelBlock[] => {
    const line: ModelBlock[] = [];
    for (let i = 0; i < count; i++) line.push(model.grow(line.at(-1) ?? from, payments));
    return line;
  };
  const common = grow(model.genesis, COMMON);
  return { common, first: grow(common.at(-1)!, depth), second: grow(common.at(-1)!, depth + 1) };
}

async function deliver(chain: Chain, blocks: readonly ModelBlock[]): Promise<void> {
  for (const { block } of blocks) {
    const result = await chain.submitBlock(block.bytes);
    if (isViolation(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
  }
}

function expectState(chain: Chain, { block, coins, issued, burned }: ModelBlock): void {
  expect(chain.tip().id).toBe(block.header.idHex);
  expect(chain.totals()).toEqual({ coins: coins.size, total: sumOf(coins), issued, burned });
}

async function reorganise(depth: number): Promise<void> {
  const { common, first, second } = branches(depth, depth, depth > 100 ? 1 : 3);
  const chain = await newChain();
  await deliver(chain, [...common, ...first]);
  expectState(chain, first.at(-1)!);
  const told: string[] = [];
  const tips: number[] = [];
  const deltas: WeakRef<object>[] = [];
  for (const kind of ['connected', 'disconnected'] as const) {
    chain.events.on(kind, ({ entry, delta }) => {
      told.push(`${kind === 'connected' ? '+' : '-'}${entry.height}`);
      deltas.push(new WeakRef(delta));
    });
  }
  chain.events.on('tip', ({ height }) => tips.push(height));
  let turns = 0;
  const turn = (): void => {
    turns++;
    if (chain.tip().id !== second.at(-1)!.block.header.idHex) setImmediate(turn);
  };
  // All but the last are stored beside the active chain, which the last one then outweighs at once.
  await deliver(chain, second.slice(0, -1));
  expectState(chain, first.at(-1)!);
  expect(told).toEqual([]);
  turn();
  await deliver(chain, second.slice(-1));
  expectState(chain, second.at(-1)!);
  expect(await chain.setHash()).toBe(hashOf(second.at(-1)!.coins));

  // Back to the fork, newest first, and up again; nobody is told of a tip before it is over.
  const down = first.map(({ height }) => `-${height}`).reverse();
  expect(told).toEqual([...down, ...second.map(({ height }) => `+${height}`)]);
  expect(tips).toEqual([second.at(-1)!.height]);
  // Others had their turn between any two steps.
  expect(turns).toBeGreaterThanOrEqual(told.length / 2);
  expect(await alive(deltas)).toBeLessThan(30);

  const twin = await newChain();
  await deliver(twin, [...common, ...second]);
  expect({ totals: twin.totals(), set: await twin.setHash() }).toEqual({
    totals: chain.totals(),
    set: await chain.setHash(),
  });
}

/** The same block with one payment more, of a coin that never was. */
function spoil({ block, parent }: ModelBlock): Block {
  const nothing = createTransaction({
    version: 1,
    validFrom: 0,
    expires: 0,
    inputs: [{ txid: new Uint8Array(32), index: 0 }],
    outputs: [{ amount: toMotes(1), lockType: 9, lock: new Uint8Array(0) }],
    witness: [new Uint8Array(0)],
  });
  const [coinbase, ...transactions] = block.transactions;
  const parts = { coinbase: coinbase!, transactions: [...transactions, nothing] };
  return mineOn({ network: REGTEST_NETWORK }, parentOf(parent!.block), parts);
}

/** How many of these objects are still referenced. */
async function alive(refs: readonly WeakRef<object>[]): Promise<number> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  // What a WeakRef gave or was made with in this turn stays until the next.
  await new Promise((resolve) => setTimeout(resolve, 20));
  gc();
  await new Promise((resolve) => setTimeout(resolve, 20));
  return refs.filter((ref) => ref.deref() !== undefined).length;
}

describe('a reorganisation', () => {
  test.each([1, 6, 100])('of %i blocks ends with the coins of the chain with more work', (depth) =>
    reorganise(depth),
  );
  test('of 1 000 blocks ends with the coins of the chain with more work', () => reorganise(1000), 120_000);

  test('that meets an invalid block returns to the best valid chain', async () => {
    const { common, first, second } = branches(9, 8);
    const chain = await newChain();
    const invalid: string[] = [];
    await deliver(chain, [...common, ...first]);
    chain.events.on('invalid', ({ entry, reason }) => invalid.push(`${entry.height} ${reason.code}`));
    // The fourth block of the second branch spends what isn't there; others were mined on it all the same.
    const model = createChainModel(REGTEST_NETWORK, createRandom(10));
    const bad = spoil(second[3]!);
    let tip: ModelBlock = { ...second[3]!, block: bad };
    const rest: ModelBlock[] = [];
    for (let i = 0; i < 8; i++) rest.push((tip = model.grow(tip, 0)));
    await deliver(chain, second.slice(0, 3));
    await chain.submitBlock(bad.bytes);
    for (const { block } of rest) await chain.submitBlock(block.bytes);
    await expect.poll(() => invalid).toEqual([`${second[3]!.height} coin-missing`]);
    await expect.poll(() => chain.tip().id).toBe(first.at(-1)!.block.header.idHex);
    expectState(chain, first.at(-1)!);
    expect(await chain.setHash()).toBe(hashOf(first.at(-1)!.coins));
    // The valid branch still wins when it comes.
    await deliver(chain, second.slice(3));
    expectState(chain, second.at(-1)!);
  });
});

test('blocks that arrive at the same time, in any order, all get a result', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = createRandom(seed);
    const { common, first, second } = branches(20 + seed, 10);
    const all = [...common, ...first, ...second];
    const chain = await newChain();
    for (const { block } of all) await chain.acceptHeaders([block.header]);
    const order = all.map((block) => ({ block, place: random.next() })).sort((a, b) => a.place - b.place);
    const results = await Promise.all(order.map(({ block }) => chain.submitBlock(block.block.bytes)));
    expect(results).toHaveLength(all.length);
    expect(results.filter(isViolation)).toEqual([]);
    await expect.poll(() => chain.tip().id).toBe(second.at(-1)!.block.header.idHex);
    expect(await chain.setHash()).toBe(hashOf(second.at(-1)!.coins));
  }
});
