import { afterEach, expect, test } from 'vitest';
import { REGTEST_NETWORK } from '../../../main/core/params/built-in-networks.ts';
import type { CoinKey } from '../../../main/core/primitives/coin-key.ts';
import type { Delta } from '../../../main/core/ledger/delta.ts';
import { isViolation } from '../../../main/core/violation.ts';
import type { Chain } from '../../../main/chain/chain.ts';
import { openChainDb } from '../../../main/storage/chain-db.ts';
import { decodeCoin } from '../../../main/storage/coin-record.ts';
import { join } from 'node:path';
import {
  type ChainModel,
  createChainModel,
  hashOf,
  type ModelBlock,
  sumOf,
} from '../../support/chain/chain-model.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { newDirectory, openTestChain } from '../../support/chain/test-chain.ts';

const open = new Set<Chain>();
const chainIn = async (directory: string): Promise<Chain> => {
  const chain = await openTestChain({ directory });
  open.add(chain);
  return chain;
};
const close = async (chain: Chain): Promise<void> => {
  open.delete(chain);
  await chain.close();
};
afterEach(async () => {
  for (const chain of open) await close(chain);
});

const SEEDS = [1, 2, 3];
const STEPS = 100;

/** A tree of blocks as it may come about: mostly one line, now and then an older block is built upon and overtakes. */
function randomTree(model: ChainModel, random: Random): readonly ModelBlock[] {
  let best = model.genesis;
  let at = best;
  for (let i = 0; i < STEPS; i++) {
    if (random.int(12) === 0)
      for (let back = 1 + random.int(9); back > 0 && at.parent; back--) at = at.parent;
    else if (random.int(6) === 0) at = best;
    at = model.grow(at, 4);
    if (at.height > best.height) best = at;
  }
  return model.blocks.slice(1);
}

/** Neighbours change places, so that children come before parents and branches come mixed. */
function shuffled(blocks: readonly ModelBlock[], random: Random): readonly ModelBlock[] {
  const order = blocks.map((block, i) => ({ block, place: i + random.int(6) }));
  return order.sort((a, b) => a.place - b.place).map(({ block }) => block);
}

async function deliver(chain: Chain, { block }: ModelBlock): Promise<void> {
  const result = await chain.submitBlock(block.bytes);
  if (isViolation(result)) throw new Error(`refused: ${JSON.stringify(result)}`);
}

function expectModel(chain: Chain, { coins, issued, burned }: ModelBlock): void {
  const total = sumOf(coins);
  expect(chain.totals()).toEqual({ coins: coins.size, total, issued, burned });
  expect(total).toBe(issued - burned);
}

test.each(SEEDS)(
  'seed %i: no sequence of blocks and reorganisations creates or loses money',
  async (seed) => {
    const random = createRandom(seed);
    const model = createChainModel(REGTEST_NETWORK, random);
    const blocks = randomTree(model, random);
    const known = new Map(blocks.map((each) => [each.block.header.idHex, each]));
    known.set(REGTEST_NETWORK.idHex, model.genesis);

    const directory = newDirectory();
    const chain = await chainIn(directory);
    const deltas = new Map<CoinKey, number>();
    let reorganised = 0;
    const follow = ({ created, spent }: Delta): void => {
      for (const key of spent.keys()) deltas.delete(key);
      for (const [key, { amount }] of created) deltas.set(key, amount);
    };
    chain.events.on('connected', ({ delta }) => follow(delta));
    chain.events.on('disconnected', ({ delta }) => {
      reorganised++;
      follow(delta);
    });

    // Headers first, so that bodies may come in any order.
    for (const { block } of blocks)
      expect(await chain.acceptHeaders([block.header])).toMatchObject({ violation: null });
    for (const each of shuffled(blocks, random)) {
      await deliver(chain, each);
      expectModel(chain, known.get(chain.tip().id)!);
    }
    const highest = Math.max(...blocks.map(({ height }) => height));
    await expect.poll(() => chain.tip().height).toBe(highest);
    const end = known.get(chain.tip().id)!;
    expect(reorganised).toBeGreaterThan(0);
    expect(await chain.setHash()).toBe(hashOf(end.coins));
    // A subscriber that follows the events, as the wallet does, ends with the same coins.
    expect([...deltas.keys()].sort()).toEqual([...end.coins.keys()].sort());
    expect([...deltas.values()].reduce((sum, amount) => sum + amount, 0)).toBe(chain.totals().total);
    for (const key of end.coins.keys()) expect(deltas.has(key)).toBe(true);

    // A twin that never saw another branch has the same of everything.
    const twin = await chainIn(newDirectory());
    const line: ModelBlock[] = [];
    for (let at = end; at.parent; at = at.parent) line.unshift(at);
    for (const each of line) await deliver(twin, each);
    expect({ tip: twin.tip().id, totals: twin.totals(), set: await twin.setHash() }).toEqual({
      tip: chain.tip().id,
      totals: chain.totals(),
      set: await chain.setHash(),
    });

    // So has the directory, read coin by coin.
    await close(chain);
    const db = await openChainDb(join(directory, 'chain'), REGTEST_NETWORK.id);
    const frozen = db.freeze();
    const stored = new Map<string, number>();
    for await (const batch of frozen.batches())
      for (const { outpoint, coin } of batch)
        stored.set(Buffer.from(outpoint).toString('hex'), decodeCoin(coin)!.amount);
    await frozen.release();
    await db.close();
    expect(stored.size).toBe(end.coins.size);
    expect([...stored.values()].reduce((sum, amount) => sum + amount, 0)).toBe(sumOf(end.coins));
    const again = await chainIn(directory);
    expectModel(again, end);
  },
);
