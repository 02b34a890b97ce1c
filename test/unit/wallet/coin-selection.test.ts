import { describe, expect, test } from 'vitest';
import { DUST } from '../../../main/core/policy/policy-limits.ts';
import { LOCK_KEY } from '../../../main/core/primitives/coin.ts';
import { MAX_TRANSACTION_BYTES } from '../../../main/core/primitives/limits.ts';
import { type OutpointKey, outpointKeyOf } from '../../../main/core/primitives/outpoint.ts';
import {
  type Candidate,
  type Goal,
  isSelectionProblem,
  selectAll,
  selectCoins,
  type Selection,
} from '../../../main/wallet/coin-selection.ts';
import { baseBytes, feeFor } from '../../../main/wallet/payment-size.ts';
import { createUnsigned } from '../../../main/wallet/unsigned-payment.ts';
import { type Motes, toMotes } from '../../../shared/units.ts';
import { createRandom } from '../../support/random.ts';

const lock = { lockType: LOCK_KEY, lock: new Uint8Array(32).fill(7) };
const shape = { validFrom: 1234, expires: 5678 };

const coin = (n: number, amount: number, fields: Partial<Candidate> = {}): Candidate => ({
  key: outpointKeyOf(n.toString(16).padStart(64, '0'), n % 300),
  index: n % 300,
  amount: toMotes(amount),
  height: n,
  ...fields,
});

const goalFor = (target: number, feerate = 10): Goal => ({
  target,
  feerate,
  baseBytes: baseBytes({ ...shape, outputs: [lock] }),
  baseBytesWithChange: baseBytes({ ...shape, outputs: [lock, lock] }),
});

const select = (coins: readonly Candidate[], goal: Goal): Selection => {
  const selection = selectCoins(coins, goal);
  if (isSelectionProblem(selection)) throw new Error(selection.problem);
  return selection;
};

/** The real transaction that the selection stands for. */
function sizeOf(selection: Selection, target: number): number {
  const outputs = [{ ...lock, amount: target as Motes }];
  if (selection.change > 0) outputs.push({ ...lock, amount: selection.change });
  const inputs = selection.coins.map(({ key, index }) => ({
    txid: Buffer.from(key.slice(0, 64), 'hex'),
    index,
  }));
  return createUnsigned({ ...shape, inputs, outputs }).bytes.length;
}

const total = (coins: readonly Candidate[]) => coins.reduce((sum, { amount }) => sum + amount, 0);

describe('the order of choices', () => {
  test('a set without change is best', () => {
    const goal = goalFor(3_000_000);
    const exact = 3_000_000 + feeFor(goal.baseBytes + 2 + 2 * 98, 10);
    const coins = [coin(1, 9_000_000), coin(2, exact - 1_000_000), coin(3, 1_000_000)];
    const selection = select(coins, goal);
    expect(selection.change).toBe(0);
    expect(selection.coins.map(({ height }) => height).sort()).toEqual([2, 3]);
  });
  test('then the smallest single coin that is enough', () => {
    const coins = [coin(1, 500_000_000), coin(2, 40_000_000), coin(3, 90_000_000)];
    expect(select(coins, goalFor(30_000_000)).coins).toEqual([coins[1]]);
  });
  test('then the oldest until it is enough', () => {
    const coins = [coin(5, 20_000_000), coin(1, 20_000_000), coin(3, 20_000_000), coin(9, 20_000_000)];
    const chosen = select(coins, goalFor(31_000_000)).coins.map(({ height }) => height);
    expect(chosen.sort()).toEqual([1, 3]);
  });
  test('and gives back what was not needed after all', () => {
    const coins = [coin(1, 1_000_000), coin(2, 2_000_000), coin(3, 80_000_000), coin(4, 50_000_000)];
    const chosen = select(coins, goalFor(100_000_000)).coins.map(({ height }) => height);
    expect(chosen.sort()).toEqual([3, 4]);
  });
  test('required coins are spent whatever they are worth', () => {
    const coins = [coin(1, 300, { required: true }), coin(2, 50_000_000), coin(3, 60_000_000)];
    expect(select(coins, goalFor(30_000_000)).coins).toContainEqual(coins[0]);
  });
  test('the largest where the oldest do not fit into one transaction', () => {
    const small = Array.from({ length: 3000 }, (_, i) => coin(i + 1, 100_000));
    const large = Array.from({ length: 5 }, (_, i) => coin(i + 5000, 30_000_000));
    const selection = select([...small, ...large], goalFor(145_000_000));
    expect(selection.bytes).toBeLessThanOrEqual(MAX_TRANSACTION_BYTES);
  });
});

describe('problems', () => {
  test('an empty wallet cannot pay', () => {
    expect(selectCoins([], goalFor(1_000_000))).toMatchObject({ problem: 'insufficient', available: 0 });
  });
  test('a payment needs at least its amount and fee', () => {
    const goal = goalFor(1_000_000);
    const fee = feeFor(goal.baseBytes + 2 + 98, 10);
    const coins = (amount: number) => [coin(1, amount)];
    expect(selectCoins(coins(1_000_000 + fee - 1), goal)).toMatchObject({
      problem: 'insufficient',
      needed: expect.any(Number) as number,
    });
    expect(select(coins(1_000_000 + fee), goal)).toMatchObject({ change: 0, fee });
  });
  test('a payment that needs too many coins is refused', () => {
    const coins = Array.from({ length: 5000 }, (_, i) => coin(i + 1, 100_000));
    const selection = selectCoins(coins, goalFor(300_000_000));
    expect(selection).toMatchObject({ problem: 'too-many-coins' });
    const { maxAmount } = selection as { maxAmount: number };
    // Whatever the refusal promises can be paid, to the last mote.
    for (const target of [maxAmount, maxAmount - 1, maxAmount - DUST, maxAmount - 100_000]) {
      const { coins: spent, fee, change, bytes } = select(coins, goalFor(target));
      expect(bytes).toBeLessThanOrEqual(MAX_TRANSACTION_BYTES);
      expect(total(spent)).toBe(target + fee + change);
    }
    expect(selectCoins(coins, goalFor(maxAmount + 100_000))).toEqual({
      problem: 'too-many-coins',
      maxAmount,
    });
    const everything = selectAll(coins, goalFor(0));
    if (isSelectionProblem(everything)) throw new Error(everything.problem);
    expect(total(everything.coins) - everything.fee).toBe(maxAmount);
    expect(everything.coins.length + everything.aboveSizeLimit.length).toBe(5000);
  });
  test('coins that cost more than they hold are left alone', () => {
    const coins = [coin(1, 900), coin(2, 50_000_000)];
    expect(select(coins, goalFor(1_000_000)).coins).toEqual([coins[1]]);
  });
});

test('all coins that are worth their fee can be spent at once', () => {
  const coins = [coin(1, 5_000_000), coin(2, 900), coin(3, 7_000_000)];
  const selection = selectAll(coins, goalFor(0));
  if (isSelectionProblem(selection)) throw new Error(selection.problem);
  expect(selection.coins).toHaveLength(2);
  expect(sizeOf(selection, total(selection.coins) - selection.fee)).toBe(selection.bytes);
  expect(selection.aboveSizeLimit).toEqual([]);
  expect(selection.uneconomic).toEqual([coins[1]]);
  const required = coin(4, 900, { required: true });
  expect(selectAll([...coins, required], goalFor(0))).toMatchObject({
    coins: [required, coins[2], coins[0]],
  });
  expect(selectAll([coin(1, 11_000)], goalFor(0))).toMatchObject({ problem: 'insufficient' });
});

test('over random wallets: sums hold, sizes are exact, fees suffice, change is no dust', () => {
  const random = createRandom(7);
  for (let round = 0; round < 400; round++) {
    const coins = Array.from({ length: 1 + random.int(60) }, (_, i) =>
      coin(
        i + 1,
        1000 + random.int(10 ** (4 + random.int(6))),
        random.int(10) === 0 ? { required: true } : {},
      ),
    );
    const feerate = 10 + random.int(200) / 3;
    const target = DUST + random.int(Math.max(1, total(coins)));
    const selection = selectCoins(coins, goalFor(target, feerate));
    if (isSelectionProblem(selection)) {
      if (selection.problem === 'insufficient') expect(selection.needed).toBeGreaterThan(selection.available);
      continue;
    }
    expect(total(selection.coins)).toBe(target + selection.fee + selection.change);
    expect(sizeOf(selection, target)).toBe(selection.bytes);
    expect(selection.fee).toBeGreaterThanOrEqual(feeFor(selection.bytes, feerate));
    expect(selection.change === 0 || selection.change >= DUST).toBe(true);
    expect(new Set(selection.coins.map(({ key }): OutpointKey => key)).size).toBe(selection.coins.length);
    for (const each of coins.filter(({ required }) => required)) expect(selection.coins).toContain(each);
  }
});
