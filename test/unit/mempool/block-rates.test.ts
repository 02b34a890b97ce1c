import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Block } from '../../../main/core/primitives/block.ts';
import type { Transaction } from '../../../main/core/primitives/transaction.ts';
import { MAX_TRANSACTION_BYTES } from '../../../main/core/primitives/limits.ts';
import { coinKey, type CoinKey } from '../../../main/core/primitives/coin-key.ts';
import type { Coin } from '../../../main/core/primitives/coin.ts';
import { askedBy, createBlockRates, highestRate, lowestRate } from '../../../main/mempool/block-rates.ts';
import { effectiveRates } from '../../../main/mempool/effective-rates.ts';
import { newDirectory } from '../../support/chain/test-chain.ts';
import { coinsOf, createWorld, type Funds, NETWORK, type World } from './world.ts';

const ENOUGH = 20;

/** The coins that the payments of the mined blocks spend. */
const purses = new WeakMap<World, Funds>();

async function openBusy(options?: Parameters<typeof createWorld>[0]): Promise<World> {
  const world = await createWorld(options);
  const [coin] = await world.mature(1);
  purses.set(world, coin!);
  return world;
}

/** Mines blocks with a payment each, whose times are those of the clock. */
async function mineNow(world: World, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    world.clock.pass(NETWORK.params.spacing * 1000);
    const payment = world.payment([purses.get(world)!]);
    purses.set(world, coinsOf(payment)[0]!);
    await world.mine([payment], { header: { time: world.clock.now() } });
  }
}

const observed = (world: World): number => world.mempool.odds(100).observed;

describe('the observed blocks', () => {
  test('are those near the tip, and give odds from twenty on', async () => {
    const world = await openBusy();
    // Their times are long before the clock, as in a sync.
    for (let i = 0; i < ENOUGH + 5; i++) await world.mine();
    expect(observed(world)).toBe(0);
    // After the first one it is known what waits for the second one.
    await mineNow(world, ENOUGH);
    expect(world.mempool.odds(100)).toEqual({ observed: ENOUGH - 1, chances: [] });
    await mineNow(world, 1);
    const { chances } = world.mempool.odds(100);
    expect(chances.map(({ blocks }) => blocks)).toEqual([1, 6]);
    for (const { share } of chances) expect(share).toBeGreaterThan(0.95);
  });

  test('are not those without payments, which do not show what their miners include', async () => {
    const world = await openBusy();
    await mineNow(world, 1);
    for (let i = 0; i < 3; i++) {
      world.clock.pass(NETWORK.params.spacing * 1000);
      await world.mine([], { header: { time: world.clock.now() } });
    }
    expect(observed(world)).toBe(0);
    await mineNow(world, 1);
    expect(observed(world)).toBe(1);
  });

  test('are at most a hundred', async () => {
    const world = await openBusy();
    await mineNow(world, 105);
    expect(observed(world)).toBe(100);
  });

  test('stay over a restart', async () => {
    const world = await openBusy({ file: join(newDirectory(), 'mempool.dat') });
    await mineNow(world, ENOUGH + 1);
    const before = world.mempool.odds(100);
    expect(before.chances).not.toEqual([]);
    await world.restart();
    expect(world.mempool.odds(100)).toEqual(before);
    await mineNow(world, 2);
    expect(observed(world)).toBe(ENOUGH + 1);
  });

  test('are forgotten when they are disconnected', async () => {
    const world = await openBusy();
    await mineNow(world, ENOUGH + 1);
    // Later, so that the blocks of the branch are not near the tip.
    world.clock.pass(3_600_000);
    await world.branch(world.chain.tip().height - 3, [[], [], [], []]);
    expect(observed(world)).toBe(ENOUGH - 3);
  });

  test('do not let a payment before a backlog of its own rate', async () => {
    const world = await openBusy();
    await mineNow(world, ENOUGH + 1);
    const share = (feerate: number) => world.mempool.odds(feerate).chances[0]!.share;
    const [coin] = await world.mature(1);
    for (let funds = coin!, i = 0; i < 11; i++) {
      const waiting = world.payment([funds], { fee: 10 * MAX_TRANSACTION_BYTES, padding: 95_000 });
      expect(await world.submit(waiting)).toBe('in');
      funds = coinsOf(waiting)[0]!;
    }
    expect(share(10)).toBe(0);
    expect(share(20)).toBeGreaterThan(0.5);
  });

  test('that leave out a payment with room for it would not have taken one of its rate', async () => {
    const world = await openBusy();
    const [coin] = await world.mature(1);
    await mineNow(world, 1);
    const waiting = world.payment([coin!], { fee: 100_000 });
    expect(await world.submit(waiting)).toBe('in');
    world.clock.pass(60_000);
    await mineNow(world, ENOUGH + 1);
    const feerate = 100_000 / waiting.bytes.length;
    const [same, more] = [feerate, feerate + 1].map((rate) => world.mempool.odds(rate).chances[0]!.share);
    expect(same).toBeLessThan(0.1);
    expect(more).toBeGreaterThan(0.95);
  });
});

describe('the fee rates at which transactions entered', () => {
  const fees = (transactions: readonly Transaction[], coins: readonly Funds[]) => {
    const spent = new Map<CoinKey, Coin>(coins.map(({ outpoint, coin }) => [coinKey(outpoint), coin]));
    return effectiveRates(transactions, spent);
  };

  test('are those of a child and its parent together where the child pays for both', async () => {
    const world = await createWorld();
    const coins = await world.funds(2);
    const parent = world.payment([coins[0]!], { fee: 1_000 });
    const child = world.payment(coinsOf(parent), { fee: 99_000 });
    const other = world.payment([coins[1]!], { fee: 20_000 });
    const size = parent.bytes.length + child.bytes.length;
    expect(fees([parent, other, child], coins)).toEqual([
      { fee: 100_000, size },
      { fee: 20_000, size: other.bytes.length },
    ]);
    expect(lowestRate(fees([parent, other, child], coins))).toBeCloseTo(20_000 / other.bytes.length);
  });

  test('are their own where the parent pays more', async () => {
    const world = await createWorld();
    const coins = await world.funds(1);
    const parent = world.payment([coins[0]!], { fee: 99_000 });
    const child = world.payment(coinsOf(parent), { fee: 1_000 });
    expect(fees([parent, child], coins).map(({ fee }) => fee)).toEqual([99_000, 1_000]);
  });
});

test('the lowest rate leaves out the fiftieth part of the bytes that paid least', () => {
  const cheap = { fee: 0, size: 19 };
  const usual = { fee: 98_100, size: 981 };
  expect(lowestRate([usual, cheap])).toBe(100);
  expect(
    lowestRate([
      { fee: 97_900, size: 979 },
      { fee: 0, size: 21 },
    ]),
  ).toBe(0);
  expect(lowestRate([])).toBe(0);
});

describe('the highest rate that a block left out', () => {
  const entry = {
    fee: 3_000,
    size: 100,
    time: 1_000,
    validFrom: 5,
    outputs: 2,
    ancestors: { fee: 3_000, size: 100, count: 1 },
  };
  const at = { room: { bytes: 100, outputs: 50 }, height: 5, now: 1_060 };

  test.each([
    ['of a payment that fits', entry, 30],
    [
      'of a payment that its parent holds back',
      { ...entry, ancestors: { fee: 4_000, size: 200, count: 2 } },
      0,
    ],
    ['of a payment that arrived a moment ago', { ...entry, time: 1_001 }, 0],
    ['of a payment that was not valid yet', { ...entry, validFrom: 6 }, 0],
    ['of a payment with more outputs than there was room for', { ...entry, outputs: 51 }, 0],
  ])('%s', (_, left, rate) => expect(highestRate([left], at)).toBe(rate));

  test('is the package rate where the parent pays less', () => {
    const child = { ...entry, ancestors: { fee: 4_000, size: 200, count: 2 } };
    expect(highestRate([child], { ...at, room: { bytes: 200, outputs: 50 } })).toBe(20);
  });
});

test('a parent whose outputs may not have fit is not left out with its child', () => {
  const batch = { fee: 1, size: 4_300 };
  const child = { fee: 3_000, size: 100, time: 1_000, validFrom: 5, outputs: 2 };
  const ancestors = { fee: child.fee + batch.fee, size: child.size + batch.size, count: 2 };
  const rate = (outputs: number) =>
    highestRate([{ ...child, ancestors }], { room: { bytes: 5_000, outputs }, height: 5, now: 1_060 });
  expect(rate(103)).toBe(0);
  expect(rate(104)).toBeGreaterThan(0);
});

test('a block without payments says nothing, unless it left some out', () => {
  const room = { bytes: 999_000, outputs: 9_999 };
  const at = { height: 5, now: 1_060 };
  const empty = { room, payments: 0, rates: () => [] };
  const waiting = { fee: 3_000, size: 100, time: 1_000, validFrom: 0, outputs: 2 };
  const left = { ...waiting, ancestors: { fee: 3_000, size: 100, count: 1 } };
  expect(askedBy(empty, [], at)).toBeNull();
  expect(askedBy(empty, [{ ...left, time: 1_059 }], at)).toBeNull();
  expect(askedBy(empty, [left], at)).toBe(30);
  expect(askedBy({ ...empty, payments: 1 }, [], at)).toBe(0);
});

test('a full block asked for the lowest rate that entered it', () => {
  const spent = new Map<CoinKey, Coin>();
  const transaction = (name: number, fee: number, outputs: number): Transaction => {
    const txid = new Uint8Array(32).fill(name);
    const input = { txid, index: 0 };
    spent.set(coinKey(input), {
      amount: fee,
      lockType: 0,
      lock: new Uint8Array(32),
      height: 1,
      coinbase: false,
    } as Coin);
    return {
      bytes: new Uint8Array(1_000),
      txidBinary: String.fromCharCode(name + 128).repeat(32),
      inputs: [input],
      outputs: Array.from({ length: outputs }, () => ({ amount: 0 })),
    } as unknown as Transaction;
  };
  const clock = { now: () => 10_000 };
  const pool = { graph: { entries: () => [].values() }, histogram: { rateBehind: () => 10 } };
  const chain = { network: NETWORK, tip: () => ({ id: '', height: 2 }) };
  const rates = createBlockRates({ chain, pool, clock } as unknown as Parameters<typeof createBlockRates>[0]);
  const block = (height: number, transactions: Transaction[]) =>
    ({ header: { height, time: 10_000 }, bytes: new Uint8Array(5_000), transactions }) as unknown as Block;
  rates.connected({ block: block(1, []), delta: { spent } });
  // Full of outputs, not of bytes.
  const full = [transaction(0, 0, 1), transaction(1, 90_000, 9_990), transaction(2, 40_000, 1)];
  rates.connected({ block: block(2, full), delta: { spent } });
  expect(rates.recent()).toEqual([{ height: 2, asked: 40, reach: 10 }]);
});
