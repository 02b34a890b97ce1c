import { describe, expect, test } from 'vitest';
import type { Transaction } from '../../../main/core/primitives/transaction.ts';
import { mineOn, parentOf, testKey } from '../../support/chain/test-chain.ts';
import { coinsOf, createWorld, type Funds, ids } from './world.ts';

const elsewhere = testKey(42).lock;
const empty = (blocks: number): Transaction[][] => Array.from({ length: blocks }, () => []);

describe('a reorganisation', () => {
  test.each([1, 6, 100])('of %i blocks re-adds payments, except double spends', async (depth) => {
    const world = await createWorld();
    const coins = await world.funds(2 * depth + 2);
    const fork = world.chain.tip().height;
    // One payment a block, each with a payment on top of it in the next block's mempool.
    const paid = coins.slice(0, depth).map((coin) => world.payment([coin]));
    const doubled = coins.slice(depth, 2 * depth).map((coin) => world.payment([coin]));
    for (let i = 0; i < depth; i++) await world.mine([paid[i]!, doubled[i]!]);
    const child = world.payment(coinsOf(paid[0]!));
    const orphaned = world.payment(coinsOf(doubled[0]!));
    const bystander = world.payment([coins[2 * depth]!]);
    for (const tx of [child, orphaned, bystander]) expect(await world.submit(tx)).toBe('in');
    world.told.length = 0;

    const double = doubled.map((_, i) => world.payment([coins[depth + i]!], { to: elsewhere }));
    const blocks = [double.slice(0, 500), ...empty(depth)];
    await world.branch(fork, blocks);
    expect(world.chain.tip().height).toBe(fork + depth + 1);

    const inside = [...world.mempool.entries()].map(({ txid }) => txid).sort();
    expect(inside).toEqual(ids([...paid, child, bystander]).sort());
    const lost = world.told.filter((line) => line.startsWith('removed')).sort();
    expect(lost).toEqual(
      ids([...doubled, orphaned])
        .map((id) => `removed ${id} conflict`)
        .sort(),
    );
    // The child never left as far as anyone could tell.
    expect(world.told).not.toContain(`added ${child.txidHex}`);
    const contents = world.mempool.templateTransactions({ maxBytes: 900_000, maxOutputs: 9_999 });
    await world.mine(contents.transactions, { fees: contents.fees });
    expect(world.mempool.summary().count).toBe(0);
  });

  test('a long chain of payments over many blocks is re-added completely', async () => {
    const world = await createWorld();
    const [coin] = await world.funds(1);
    const fork = world.chain.tip().height;
    const line: Transaction[] = [];
    for (let i = 0, from: Funds = coin!; i < 60; i++) {
      const tx = world.payment([from], { fee: 2_000 });
      line.push(tx);
      from = coinsOf(tx)[0]!;
      await world.mine([tx]);
    }
    await world.branch(fork, empty(61));
    expect([...world.mempool.entries()].map(({ txid }) => txid)).toEqual(ids(line));
    expect(world.mempool.get(line.at(-1)!.txidHex)!.ancestors.count).toBe(60);
    // For what is new the limit holds.
    expect(await world.submit(world.payment(coinsOf(line.at(-1)!)))).toBe('policy-ancestors');
    const { transactions } = world.mempool.templateTransactions({ maxBytes: 900_000, maxOutputs: 9_999 });
    expect(ids(transactions)).toEqual(ids(line));
  });

  test('a transaction that both branches mined is not in the mempool', async () => {
    const world = await createWorld();
    const coins = await world.funds(3);
    const fork = world.chain.tip().height;
    const [a, b, c] = coins.map((coin) => world.payment([coin]));
    const onB = world.payment(coinsOf(b!));
    await world.mine([a!, b!]);
    expect(await world.submit(onB)).toBe('in');
    expect(await world.submit(c!)).toBe('in');
    world.told.length = 0;
    await world.branch(fork, [[a!], [b!, onB]]);
    expect([...world.mempool.entries()].map(({ txid }) => txid)).toEqual([c!.txidHex]);
    expect(world.told).toEqual([`removed ${onB.txidHex} mined`]);
  });

  test('spends of disconnected or immature coinbases are dropped with their descendants', async () => {
    const world = await createWorld();
    const { maturity } = world.chain.network.params;
    const fork = world.chain.tip().height;
    const [gone] = await world.mature(1);
    const spend = world.payment([gone!], { outputs: 2 });
    const child = world.payment(coinsOf(spend).slice(0, 1));
    for (const tx of [spend, child]) expect(await world.submit(tx)).toBe('in');
    world.told.length = 0;
    await world.branch(fork, empty(maturity + 3));
    expect(world.mempool.summary().count).toBe(0);
    expect(world.told.sort()).toEqual(
      ids([spend, child])
        .map((id) => `removed ${id} reorg`)
        .sort(),
    );
  });

  test('over a block whose body was lost drops its payments and their descendants, and keeps the rest', async () => {
    const world = await createWorld({ bodiesLost: true });
    const [a, b] = await world.funds(2);
    const fork = world.chain.tip().height;
    const mined = world.payment([a!], { outputs: 2 });
    await world.mine([mined]);
    const child = world.payment(coinsOf(mined).slice(1));
    const grandchild = world.payment(coinsOf(child));
    const bystander = world.payment([b!]);
    for (const tx of [child, grandchild, bystander]) expect(await world.submit(tx)).toBe('in');
    world.told.length = 0;
    await world.branch(fork, empty(2));
    expect([...world.mempool.entries()].map(({ txid }) => txid)).toEqual([bystander.txidHex]);
    expect(world.told.sort()).toEqual(
      ids([child, grandchild])
        .map((id) => `removed ${id} reorg`)
        .sort(),
    );
    // The pool has come to rest: the lost payment can be sent again.
    expect(await world.submit(mined)).toBe('in');
  });

  test('a deep reorganisation adds the payments again, parents before children', async () => {
    const world = await createWorld();
    const [a, b] = await world.funds(2);
    const fork = world.chain.tip().height;
    const [first, second] = [world.payment([a!]), world.payment([b!])];
    await world.mine([first]);
    await world.mine([second]);
    // In the pool: one on each, and one on both of these.
    const onFirst = world.payment(coinsOf(first));
    const onSecond = world.payment(coinsOf(second));
    const onBoth = world.payment([...coinsOf(onFirst), ...coinsOf(onSecond)]);
    for (const tx of [onFirst, onSecond, onBoth]) expect(await world.submit(tx)).toBe('in');
    world.told.length = 0;
    await world.branch(fork, empty(3));
    expect(world.told).toEqual(ids([first, second]).map((id) => `added ${id}`));
    expect(world.mempool.summary().count).toBe(5);
    expect(world.mempool.get(onBoth.txidHex)!.ancestors.count).toBe(5);
    // And back again: the old side becomes the longer one.
    await world.branch(fork + 3, empty(1));
    expect(world.mempool.summary().count).toBe(5);
  });

  test('to another branch and back leaves the mempool as it was', async () => {
    const world = await createWorld();
    const coins = await world.funds(20);
    const fork = world.chain.tip().height;
    const mined = coins.slice(0, 10).map((coin) => world.payment([coin]));
    const block = await world.mine(mined);
    const waiting = coins.slice(10).map((coin) => world.payment([coin]));
    for (const tx of waiting) expect(await world.submit(tx)).toBe('in');
    const before = world.mempool.summary();
    await world.branch(fork, empty(2));
    expect(world.mempool.summary().count).toBe(20);
    // Two more on the first side.
    let parent = parentOf(block);
    for (let i = 0; i < 2; i++) {
      const next = mineOn(world.chain, parent, { payTo: testKey(90 + i).lock });
      expect(await world.chain.submitBlock(next.bytes)).not.toHaveProperty('code');
      parent = parentOf(next);
    }
    await world.mempool.idle();
    expect(world.chain.tip().id).toBe(Buffer.from(parent.idBytes).toString('hex'));
    expect(world.mempool.summary()).toEqual(before);
  });
});
