import { describe, expect, test } from 'vitest';
import { createRandom } from '../../support/random.ts';
import { coinsOf, createWorld } from './world.ts';

describe('a full pool', () => {
  test('evicts the lowest feerate, requires more than that, and lowers the requirement again', async () => {
    const world = await createWorld({ maxUsage: 20_000 });
    const coins = await world.funds(40);
    const paid = new Map<string, number>();
    for (const [i, coin] of coins.entries()) {
      const tx = world.payment([coin], { fee: 10_000 + 1_000 * i });
      paid.set(tx.txidHex, 10_000 + 1_000 * i);
      await world.submit(tx, 'peer');
    }
    const { count, floor } = world.mempool.summary();
    // About 1 200 bytes each by the measure of the cap.
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(20);
    const kept = [...world.mempool.entries()].map(({ txid }) => paid.get(txid)!);
    expect(Math.min(...kept)).toBe(10_000 + 1_000 * (40 - count));
    expect(world.told.filter((line) => line.endsWith('evicted'))).toHaveLength(40 - count);

    // What was thrown out last paid per byte, and an increment.
    const size = [...world.mempool.entries()][0]!.size;
    expect(floor).toBe(Math.ceil((10_000 + 1_000 * (39 - count)) / size) + 10);
    const [coin] = await world.mature(1);
    expect(await world.submit(world.payment([coin!], { fee: 10_000 }), 'peer')).toBe('policy-feerate');

    // Mining empties it; the floor falls by half in the time of 72 blocks, four times as fast when it is empty.
    const all = [...world.mempool.entries()].map(({ tx }) => tx);
    await world.mine(all);
    const before = world.mempool.summary().floor;
    world.clock.pass(72 * world.chain.network.params.spacing * 250);
    expect(world.mempool.summary().floor).toBe(Math.ceil(before / 2));
    world.clock.pass(72 * world.chain.network.params.spacing * 1000 * 10);
    expect(world.mempool.summary().floor).toBe(10);
    expect(await world.submit(world.payment([coin!], { fee: 10_000 }), 'peer')).toBe('in');
  });

  test('a transaction that pays too little for a full mempool is refused, and no other is evicted', async () => {
    const world = await createWorld({ maxUsage: 5_000 });
    const coins = await world.funds(6);
    for (const coin of coins.slice(0, 4)) await world.submit(world.payment([coin], { fee: 50_000 }));
    world.told.length = 0;
    expect(await world.submit(world.payment([coins[4]!], { fee: 20_000 }))).toBe('policy-full');
    expect(world.told).toEqual([]);
    expect(world.mempool.summary().count).toBe(4);
  });

  test('a child with a high feerate protects its parents from eviction', async () => {
    const world = await createWorld({ maxUsage: 5_500 });
    const coins = await world.funds(6);
    const poor = world.payment([coins[0]!], { fee: 3_000 });
    const rich = world.payment(coinsOf(poor), { fee: 500_000 });
    for (const tx of [poor, rich]) expect(await world.submit(tx)).toBe('in');
    for (const coin of coins.slice(1)) await world.submit(world.payment([coin], { fee: 30_000 }));
    expect(world.mempool.has(poor.txidHex)).toBe(true);
    expect(world.mempool.has(rich.txidHex)).toBe(true);
  });

  test('stays within its size limit under a flood with children and replacements', async () => {
    const random = createRandom(7);
    const world = await createWorld({ maxUsage: 60_000 });
    const coins = await world.funds(200);
    for (let i = 0; i < 400; i++) {
      const fee = 5_000 + random.int(200_000);
      const from = random.int(3) === 0 ? [...world.mempool.entries()][random.int(10)] : undefined;
      const coin = (from && coinsOf(from.tx)[0]) ?? coins[random.int(coins.length)]!;
      await world.submit(world.payment([coin], { fee, outputs: 1 + random.int(3) }), 'peer');
      const { bytes, count } = world.mempool.summary();
      expect(bytes + 1_000 * count).toBeLessThanOrEqual(60_000);
    }
    expect(world.mempool.summary().count).toBeGreaterThan(30);
  });
});

describe('the recommended fee rates', () => {
  test('are the floor while blocks have space, and higher when they are full', async () => {
    const world = await createWorld();
    expect(world.mempool.feerates()).toEqual({ next: 10, soon: 10, today: 10 });
    const coins = await world.funds(16);
    // Sixteen times 90 kB is more than a block, at 15 to 30 motes a byte.
    for (const [i, coin] of coins.entries()) {
      const tx = world.payment([coin], { padding: 80_000, fee: 90_000 * (15 + i) });
      expect(await world.submit(tx, 'peer')).toBe('in');
    }
    const { next, soon, today } = world.mempool.feerates();
    expect(next).toBeGreaterThan(15);
    expect(next).toBeLessThan(32);
    expect([soon, today]).toEqual([10, 10]);
    const { transactions, fees } = world.mempool.templateTransactions({
      maxBytes: 990_000,
      maxOutputs: 9_999,
    });
    expect(transactions.length).toBeLessThan(10);
    await world.mine(transactions, { fees });
    expect(world.mempool.feerates().next).toBe(10);
  });
});
