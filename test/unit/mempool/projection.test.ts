import { expect, test } from 'vitest';
import { createWorld } from './world.ts';

/** Bytes of an output of burnt data; with it a transaction has nearly 100 kB. */
const LARGE = 90_000;

test('the next blocks are filled in the order of fee rates, and the rest is counted', async () => {
  const world = await createWorld();
  const coins = await world.funds(45);
  const sent: string[] = [];
  for (const [i, coin] of coins.entries()) {
    const tx = world.payment([coin], { fee: 1_000_000 + 50_000 * i, padding: LARGE });
    expect(await world.submit(tx, 'peer')).toBe('in');
    sent.unshift(tx.txidHex);
  }
  const { capacity, blocks, rest, bands, blockOf } = world.mempool.projection();
  const { size, tx } = world.mempool.get(sent[0]!)!;
  const fits = Math.floor(Math.min(capacity / size, 9_999 / tx.outputs.length));
  expect(blocks[0]!.full).toBeGreaterThan(0.9);
  expect(blocks.map(({ entries }) => entries.map(({ txid }) => txid))).toEqual(
    [0, 1, 2].map((block) => sent.slice(block * fits, (block + 1) * fits)),
  );
  expect(rest).toEqual({ count: 45 - 3 * fits, bytes: (45 - 3 * fits) * size });
  expect(bands.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(world.mempool.summary().bytes);
  expect(bands.map(({ from }) => from)).toEqual(bands.map(({ from }) => from).sort((a, b) => a - b));
  expect([blockOf(sent[0]!), blockOf(sent[fits]!), blockOf('00'.repeat(32))]).toEqual([1, 2, null]);
  expect(blockOf(sent[44]!)).toBeGreaterThanOrEqual(4);
});

test('an empty mempool has no next block', async () => {
  const world = await createWorld();
  expect(world.mempool.projection()).toMatchObject({ blocks: [], rest: { count: 0, bytes: 0 }, bands: [] });
});

test('the projection is computed again after two seconds or a block, not for each transaction', async () => {
  const world = await createWorld();
  const [coin, other] = await world.funds(2);
  const first = world.mempool.projection();
  await world.submit(world.payment([coin!], { fee: 10_000 }), 'peer');
  expect(world.mempool.projection()).toBe(first);
  world.clock.pass(2000);
  const second = world.mempool.projection();
  expect(second.blocks).toHaveLength(1);
  await world.submit(world.payment([other!], { fee: 10_000 }), 'peer');
  await world.mine([]);
  expect(world.mempool.projection().blocks[0]!.entries).toHaveLength(2);
});
