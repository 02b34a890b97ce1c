import { expect, test } from 'vitest';
import { type CoinKey, coinKey, coinKeyOf } from '../../../main/core/primitives/coin-key.ts';
import type { Coin } from '../../../main/core/primitives/coin.ts';
import type { Outpoint } from '../../../main/core/primitives/outpoint.ts';
import type { Transaction } from '../../../main/core/primitives/transaction.ts';
import { createRandom, type Random } from '../../support/random.ts';
import { coinsOf, createWorld, type Funds, OWNER, type World } from './world.ts';

interface Tracked {
  readonly outpoint: Outpoint;
  readonly coin: Coin;
  spentAt: number | null;
}

/** What the chain says of every coin of the test key, so that branches can be built from any height. */
function track(world: World): Map<CoinKey, Tracked> {
  const coins = new Map<CoinKey, Tracked>();
  world.chain.events.on('connected', ({ block, entry: { height } }) => {
    for (const [position, tx] of block.transactions.entries()) {
      for (const input of tx.inputs) {
        const coin = coins.get(coinKey(input));
        if (coin) coin.spentAt = height;
      }
      tx.outputs.forEach((output, index) => {
        if (Buffer.compare(output.lock, OWNER.lock.lock) !== 0) return;
        const coin = { ...output, height, coinbase: position === 0 };
        coins.set(coinKeyOf(tx.txidBinary, index), {
          outpoint: { txid: tx.txid, index },
          coin,
          spentAt: null,
        });
      });
    }
  });
  world.chain.events.on('disconnected', ({ entry: { height } }) => {
    for (const [key, coin] of coins) {
      if (coin.coin.height === height) coins.delete(key);
      else if (coin.spentAt === height) coin.spentAt = null;
    }
  });
  return coins;
}

const pick = <T>(random: Random, items: readonly T[]): T | undefined => items[random.int(items.length)];

function checkPool({ mempool, chain }: World): void {
  const spent = new Set<CoinKey>();
  const next = chain.tip().height + 1;
  let bytes = 0;
  for (const entry of mempool.entries()) {
    const { tx } = entry;
    const before = new Set<string>();
    bytes += entry.size;
    let paid = 0;
    for (const input of tx.inputs) {
      const key = coinKey(input);
      expect(spent.has(key)).toBe(false);
      spent.add(key);
      const parent = mempool.get(Buffer.from(input.txid).toString('hex'));
      const coin = parent ? parent.tx.outputs[input.index] : chain.getCoin(input);
      expect(coin).toBeDefined();
      paid += coin!.amount;
      if (!parent && chain.getCoin(input)!.coinbase)
        expect(next - chain.getCoin(input)!.height).toBeGreaterThanOrEqual(chain.network.params.maturity);
      if (parent) before.add(parent.txid);
    }
    expect(entry.fee).toBe(paid - tx.outputs.reduce((sum, { amount }) => sum + amount, 0));
    for (const txid of before)
      for (const input of mempool.get(txid)!.tx.inputs) {
        const hex = Buffer.from(input.txid).toString('hex');
        if (mempool.has(hex)) before.add(hex);
      }
    expect(entry.ancestors.count).toBe(before.size + 1);
    expect(entry.ancestors.size).toBe(
      [...before].reduce((sum, txid) => sum + mempool.get(txid)!.size, entry.size),
    );
    expect(entry.expires === 0 || entry.expires >= next).toBe(true);
  }
  expect(mempool.summary().bytes).toBe(bytes);
}

/** Whatever was told, added and removed, must come to what is there. */
function checkTold({ mempool, told }: World): void {
  const inside = new Set<string>();
  for (const line of told) {
    const [what, txid] = line.split(' ');
    if (what === 'added') {
      expect(inside.has(txid!)).toBe(false);
      inside.add(txid!);
    } else if (what === 'removed') inside.delete(txid!);
  }
  expect([...inside].sort()).toEqual([...mempool.entries()].map(({ txid }) => txid).sort());
}

async function mineContents(world: World): Promise<number> {
  const { transactions, fees } = world.mempool.templateTransactions({ maxBytes: 900_000, maxOutputs: 9_000 });
  await world.mine(transactions, { fees });
  return transactions.length;
}

test.each([1, 2, 3, 4, 5])('submissions, blocks and reorganisations in any order, seed %i', async (seed) => {
  const random = createRandom(seed);
  const world = await createWorld(seed % 2 === 0 ? { maxUsage: 40_000 } : {});
  const coins = track(world);
  const { chain } = world;
  const { maturity } = chain.network.params;
  await world.funds(30);
  const made: Transaction[] = [];

  const payment = (from: readonly Funds[]): Transaction => {
    const { height } = chain.tip();
    const expires = random.int(4) === 0 ? height + 30 + random.int(8) : 0;
    const fee = 4_000 + random.int(60_000);
    const tx = world.payment(from, {
      fee,
      outputs: 1 + random.int(3),
      expires,
      validFrom: random.int(height + 2),
    });
    made.push(tx);
    return tx;
  };
  const spendable = (height: number): Tracked[] =>
    [...coins.values()].filter(
      ({ coin, spentAt }) =>
        coin.height <= height &&
        (spentAt === null || spentAt > height) &&
        coin.amount > 1_000_000 &&
        (!coin.coinbase || coin.height + maturity <= height),
    );
  /** Any coin at all: of the chain, of the pool, spent, gone. */
  const anyCoin = (): Funds | undefined => {
    const old = pick(random, made.slice(-40));
    const from = random.int(2) === 0 || !old ? pick(random, [...coins.values()]) : pick(random, coinsOf(old));
    return from && from.coin.amount > 1_000_000 ? from : undefined;
  };
  const submissions = async (): Promise<void> => {
    const some = Array.from({ length: 1 + random.int(8) }, () => {
      const [a, b] = [anyCoin(), random.int(4) === 0 ? anyCoin() : undefined];
      const from = [a, b].filter((coin) => coin !== undefined);
      const distinct = from.length === 2 && coinKey(from[0]!.outpoint) === coinKey(from[1]!.outpoint);
      return from.length === 0 ? null : payment(distinct ? from.slice(1) : from);
    });
    // Children before their parents, and all at once.
    await Promise.all(
      some.reverse().flatMap((tx) => (tx ? [world.submit(tx, pick(random, ['a', 'b', undefined]))] : [])),
    );
  };
  const foreignBlock = async (): Promise<void> => {
    const coin = pick(random, spendable(chain.tip().height));
    await world.mine(coin ? [world.payment([coin], { fee: 5_000, outputs: 2 })] : []);
  };
  const reorganise = async (): Promise<void> => {
    const from = chain.tip().height - 1 - random.int(6);
    const available = spendable(from);
    const first: Transaction[] = [];
    for (const coin of available.filter(() => random.int(6) === 0).slice(0, 5))
      first.push(world.payment([coin], { fee: 7_000, outputs: 2 }));
    const blocks = Array.from({ length: chain.tip().height - from + 1 }, (_, i) => (i === 0 ? first : []));
    await world.branch(from, blocks);
  };

  for (let step = 0; step < 60; step++) {
    const choice = random.int(10);
    if (choice < 6) await submissions();
    else if (choice < 8) await mineContents(world);
    else if (choice < 9) await foreignBlock();
    else await reorganise();
    await world.mempool.idle();
    checkPool(world);
    checkTold(world);
  }
  expect(made.length).toBeGreaterThan(100);
  // Everything that waits can be mined.
  for (let blocks = 0; world.mempool.summary().count > 0; blocks++) {
    expect(blocks).toBeLessThan(10);
    await mineContents(world);
  }
});
