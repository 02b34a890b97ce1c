import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MinedRecord } from '../../../../main/wallet/ledger/wallet-records.ts';
import {
  MOST_BYTES,
  MOST_READ,
  readBalanceOverTime,
} from '../../../../main/wallet/lists/balance-over-time.ts';
import { encodeAddress } from '../../../../main/core/primitives/address.ts';
import { testKey } from '../../../support/chain/test-chain.ts';
import { network, openWorld, send, SUBSIDY, walletWithCoins, type World } from '../world.ts';

/** Payments of the newest to the oldest, as the database returns them: when, and what the wallet got and gave. */
type Payment = readonly [time: number, received: number, spent: number];
const recordOf = ([time, received, spent]: Payment, size: number) =>
  ({
    time,
    tx: { bytes: new Uint8Array(size), outputs: [{ amount: 999 }, { amount: received }] },
    outputs: [{ index: 1 }],
    inputs: [{ coin: { amount: spent } }],
  }) as unknown as MinedRecord;

let read = 0;
const lineOf = (
  total: number,
  payments: readonly Payment[],
  range: { from: number; to: number; futureLimit?: number } = { from: 0, to: 1200 },
  size = 300,
) =>
  readBalanceOverTime(
    { total },
    {
      async *newest() {
        for (const payment of payments) {
          read++;
          yield recordOf(payment, size);
        }
      },
    },
    'w',
    { futureLimit: 600, ...range },
  );
beforeEach(() => void (read = 0));

describe('the balance over time', () => {
  test('is what it is now, less what was added since', async () => {
    const payments: Payment[] = [
      [605, 10, 40],
      [595, 100, 0],
    ];
    const { from, to, balances, complete } = await lineOf(100, payments);
    expect([from, to, complete]).toEqual([0, 1200, true]);
    // Points are 10 s apart: the payments are in the steps that end at 600 and 610.
    expect(balances).toHaveLength(121);
    expect([balances[0], balances[59], balances[60], balances[61], balances[120]]).toEqual([
      30, 30, 130, 100, 100,
    ]);
  });

  test('is the same line without payments', async () => {
    expect(new Set((await lineOf(7, [])).balances)).toEqual(new Set([7]));
  });

  test('counts a block with a time in the future as now, and one of before the range not at all', async () => {
    const { balances } = await lineOf(100, [
      [5000, 60, 0],
      [0, 40, 0],
    ]);
    expect([balances[0], balances[119], balances[120]]).toEqual([40, 40, 100]);
  });

  test('finds a payment of the range behind one that has an earlier time', async () => {
    const { balances } = await lineOf(
      100,
      [
        [9_990, 1, 0],
        [10_700, 60, 0],
      ],
      { from: 10_000, to: 11_200 },
    );
    expect([balances[0], balances[120]]).toEqual([40, 100]);
  });

  test('is never below 0, also while a search has not found all coins', async () => {
    expect(Math.min(...(await lineOf(0, [[600, 50, 0]])).balances)).toBe(0);
  });

  test('begins later for a wallet with very many payments, and says so', async () => {
    const payments = Array.from({ length: MOST_READ + 50 }, (_, i): Payment => [1_000_000 - i, 1, 0]);
    const { from, balances, complete } = await lineOf(MOST_READ + 50, payments, { from: 0, to: 1_000_000 });
    expect([from, complete]).toEqual([1_000_000 - MOST_READ + 1, false]);
    expect(balances[0]).toBe(51);
    expect(read).toBe(MOST_READ + 1);
  });

  test('finds a payment behind one with a time as early as the network allows', async () => {
    const payments: Payment[] = [
      [20_000, 1, 0],
      [100_700, 60, 0],
    ];
    const range = { from: 100_000, to: 101_200, futureLimit: 86_400 };
    expect((await lineOf(100, payments, range)).balances[0]).toBe(40);
  });

  test('reads no more than a few megabytes of large payments', async () => {
    const payments = Array.from({ length: 200 }, (_, i): Payment => [1_000_000 - i, 1, 0]);
    const { complete } = await lineOf(200, payments, { from: 0, to: 1_000_000 }, 100_000);
    expect([complete, read]).toEqual([false, MOST_BYTES / 100_000 + 1]);
  });

  test('does not begin after its end where the times of blocks are ahead of the clock', async () => {
    const payments = Array.from({ length: MOST_READ + 1 }, (_, i): Payment => [1_010_000 - i, 1, 0]);
    const { from, to } = await lineOf(MOST_READ + 1, payments, { from: 0, to: 1_000_000 });
    expect([from, to]).toEqual([1_000_000, 1_000_000]);
  });
});

describe('of a real wallet', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
    await walletWithCoins(world, 'a', 3);
  });
  afterEach(() => world.stop());

  test('the last value is its coins in blocks, and a day before its first block there were none', async () => {
    await send(world, 'a', encodeAddress(network.hrp, testKey(7).lock), 1_000_000);
    const before = await world.wallets.balanceOverTime('a', 366);
    const { available, immature } = await world.wallets.balance('a');
    // The payment waits, so it is not in the line yet.
    expect(before.balances.at(-1)).toBeGreaterThan(available + immature);
    expect(before.balances.at(-1)! % SUBSIDY).toBe(0);
    await world.mine(1);
    const after = await world.wallets.balanceOverTime('a', 366);
    const balance = await world.wallets.balance('a');
    expect(after.balances.at(-1)).toBe(balance.available + balance.immature);
  });
});
