import { describe, expect, test } from 'vitest';
import type { Transaction } from '../../../main/core/primitives/transaction.ts';
import { testKey } from '../../support/chain/test-chain.ts';
import { coinsOf, createWorld, type Funds, type World } from './world.ts';

const elsewhere = testKey(42).lock;

describe('replacement', () => {
  test('is refused unless it pays a higher feerate and for its own bytes', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const first = world.payment([coin!], { fee: 20_000 });
    const size = first.bytes.length;
    expect(await world.submit(first)).toBe('in');
    const same = world.payment([coin!], { fee: 20_000, to: elsewhere });
    expect(await world.submit(same)).toBe('policy-replacement-fee');
    const almost = world.payment([coin!], { fee: 20_000 + size * 10 - 1, to: elsewhere });
    expect(await world.submit(almost)).toBe('policy-replacement-fee');
    const enough = world.payment([coin!], { fee: 20_000 + size * 10, to: elsewhere });
    expect(await world.submit(enough)).toBe('in');
    expect(world.mempool.has(first.txidHex)).toBe(false);
    expect(world.told).toEqual([
      `added ${first.txidHex}`,
      `removed ${first.txidHex} replaced`,
      `added ${enough.txidHex}`,
    ]);
  });

  test('a larger one with a higher fee but a lower feerate is refused', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const first = world.payment([coin!], { fee: 100_000 });
    expect(await world.submit(first)).toBe('in');
    const heavy = world.payment([coin!], { fee: 300_000, padding: 4_000 });
    expect(await world.submit(heavy)).toBe('policy-replacement-fee');
  });

  test('evicts descendants too, and pays for them', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const first = world.payment([coin!], { fee: 10_000, outputs: 2 });
    const children = coinsOf(first).map((part) => world.payment([part], { fee: 50_000 }));
    for (const tx of [first, ...children]) expect(await world.submit(tx)).toBe('in');
    expect(await world.submit(world.payment([coin!], { fee: 110_000, to: elsewhere }))).toBe(
      'policy-replacement-fee',
    );
    const better = world.payment([coin!], { fee: 115_000, to: elsewhere });
    expect(await world.submit(better)).toBe('in');
    expect(world.mempool.summary().count).toBe(1);
  });

  test('a replacement evicts at most 100 transactions', async () => {
    const world = await createWorld();
    const coins = await world.funds(101);
    await submitAll(
      world,
      coins.map((coin) => world.payment([coin])),
    );
    const all = world.payment(coins, { fee: 5_000_000, to: elsewhere });
    expect(await world.submit(all)).toBe('policy-replacement-count');
    const hundred = world.payment(coins.slice(1), { fee: 5_000_000, to: elsewhere });
    expect(await world.submit(hundred)).toBe('in');
    expect(world.mempool.summary().count).toBe(2);
  });

  test('spends neither an output of an evicted payment nor one of a new unconfirmed payment', async () => {
    const world = await createWorld();
    const [a, b] = await world.funds(2);
    const first = world.payment([a!], { fee: 10_000 });
    const other = world.payment([b!], { fee: 10_000 });
    await submitAll(world, [first, other]);
    const own = world.payment([a!, coinsOf(first)[0]!], { fee: 900_000 });
    expect(await world.submit(own)).toBe('policy-conflict');
    const fresh = world.payment([a!, coinsOf(other)[0]!], { fee: 900_000 });
    expect(await world.submit(fresh)).toBe('policy-conflict');
  });

  test('may spend the same unconfirmed payment as the one that it replaces', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const parent = world.payment([coin!]);
    const first = world.payment(coinsOf(parent), { fee: 10_000 });
    await submitAll(world, [parent, first]);
    const second = world.payment(coinsOf(parent), { fee: 90_000, to: elsewhere });
    expect(await world.submit(second)).toBe('in');
    expect(world.mempool.get(parent.txidHex)!.descendants.count).toBe(2);
  });
});

describe('chains of unconfirmed payments', () => {
  test('a chain of unconfirmed payments has at most 25 transactions', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const line = chainOf(world, coin!, 26);
    for (const tx of line.slice(0, 25)) expect(await world.submit(tx)).toBe('in');
    expect(await world.submit(line[25]!)).toBe('policy-ancestors');
    await world.mine([line[0]!]);
    expect(await world.submit(line[25]!)).toBe('in');
  });

  test('at most 25 spend one payment, and a removed one can be replaced', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const root = world.payment([coin!], { outputs: 25, fee: 20_000 });
    const children = coinsOf(root).map((part) => world.payment([part]));
    await submitAll(world, [root, ...children.slice(0, 24)]);
    expect(await world.submit(children[24]!)).toBe('policy-descendants');
    const again = world.payment([coinsOf(root)[0]!], { fee: 50_000, to: elsewhere });
    expect(await world.submit(again)).toBe('in');
    expect(world.mempool.get(root.txidHex)!.descendants.count).toBe(25);
  });
});

describe('expiry', () => {
  test('the least over all ancestors counts, and descendants go with the first that expires', async () => {
    const world = await createWorld();
    const [a, b] = await world.funds(2);
    const tip = world.chain.tip().height;
    const parent = world.payment([a!], { expires: tip + 31 });
    const child = world.payment(coinsOf(parent), { expires: tip + 500 });
    const other = world.payment([b!]);
    await submitAll(world, [parent, child, other]);
    expect(world.mempool.effectiveExpiry(child.txidHex)).toBe(tip + 31);
    expect(world.mempool.effectiveExpiry(other.txidHex)).toBe(0);
    await world.mine();
    await world.mine();
    const late = world.payment(coinsOf(child));
    expect(await world.submit(late)).toBe('policy-expires-soon');
    while (world.chain.tip().height < tip + 30) await world.mine();
    expect(world.mempool.has(child.txidHex)).toBe(true);
    world.told.length = 0;
    await world.mine();
    expect(world.told).toEqual([`removed ${parent.txidHex} expired`, `removed ${child.txidHex} expired`]);
    expect(world.mempool.has(other.txidHex)).toBe(true);
  });
});

async function submitAll(world: World, transactions: readonly Transaction[]): Promise<void> {
  for (const tx of transactions) expect(await world.submit(tx)).toBe('in');
}

function chainOf(world: World, from: Funds, length: number): Transaction[] {
  const line: Transaction[] = [];
  for (let coin = from; line.length < length; coin = coinsOf(line.at(-1)!)[0]!)
    line.push(world.payment([coin]));
  return line;
}
