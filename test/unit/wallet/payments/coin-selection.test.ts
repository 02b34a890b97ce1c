import { describe, expect, test } from 'vitest';
import { DUST } from '../../../../main/core/policy/policy-limits.ts';
import { LOCK_KEY } from '../../../../main/core/primitives/coin.ts';
import { MAX_TRANSACTION_BYTES } from '../../../../main/core/primitives/limits.ts';
import { type OutpointKey, outpointKeyOf } from '../../../../main/core/primitives/outpoint.ts';
import type { Candidate } from '../../../../main/wallet/payments/candidate.ts';
import {
  type Goal,
  isSelectionProblem,
  selectAll,
  selectCoins,
  type Selection,
  wasteOf,
} from '../../../../main/wallet/payments/coin-selection.ts';
import { baseBytes, feeFor } from '../../../../main/wallet/payments/payment-size.ts';
import { createUnsigned } from '../../../../main/wallet/payments/unsigned-payment.ts';
import { type Motes, toMotes } from '../../../../shared/units.ts';
import { seededRandom } from '../../../../main/lib/random.ts';
import { createRandom } from '../../../support/random.ts';

const lock = { lockType: LOCK_KEY, lock: new Uint8Array(32).fill(7) };
const shape = { validFrom: 1234, expires: 5678 };

const coin = (n: number, amount: number, fields: Partial<Candidate> = {}): Candidate => ({
  key: outpointKeyOf(n.toString(16).padStart(64, '0'), n % 300),
  index: n % 300,
  amount: toMotes(amount),
  ...fields,
});

const goalFor = (target: number, feerate = 10, laterFeerate = feerate): Goal => ({
  target,
  feerate,
  baseBytes: baseBytes({ ...shape, outputs: [lock] }),
  baseBytesWithChange: baseBytes({ ...shape, outputs: [lock, lock] }),
  laterFeerate,
  witnessBytes: 64,
});

const seeded = (seed: number) => seededRandom(String(seed));
const random = () => seeded(7);

const select = (coins: readonly Candidate[], goal: Goal): Selection => {
  const selection = selectCoins(coins, goal, random());
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
  return createUnsigned({ ...shape, inputs, outputs, witnessBytes: 64 }).bytes.length;
}

const total = (coins: readonly Candidate[]) => coins.reduce((sum, { amount }) => sum + amount, 0);

/** The amounts of the selected coins, in whole KITH. */
const amounts = ({ coins }: Selection) => coins.map(({ amount }) => amount / 1e8).sort((a, b) => a - b);
const kith = (n: number, amount: number, fields: Partial<Candidate> = {}) =>
  coin(n, Math.round(amount * 1e8), fields);

describe('the choice', () => {
  test('of a set that needs no change is best', () => {
    const goal = goalFor(3_000_000);
    const exact = 3_000_000 + feeFor(goal.baseBytes + 2 + 2 * 98, 10);
    const coins = [coin(1, 9_000_000), coin(2, exact - 1_000_000), coin(3, 1_000_000)];
    const selection = select(coins, goal);
    expect(selection).toMatchObject({ change: 0, method: 'branch-and-bound' });
    expect(new Set(selection.coins)).toEqual(new Set([coins[1], coins[2]]));
  });

  test('of the smallest single coin that is enough links no coins', () => {
    const selection = select([kith(1, 50), kith(2, 4), kith(3, 9)], goalFor(3e8));
    expect(amounts(selection)).toEqual([4]);
  });

  test('is a random draw where no single coin is enough, and contains no coin that is not needed', () => {
    const coins = [kith(1, 2), kith(2, 2.1), kith(3, 2.2), kith(4, 2.3), kith(5, 2.4)];
    const selection = select(coins, goalFor(5e8));
    expect(selection.method).toBe('single-random-draw');
    expect(selection.coins).toHaveLength(3);
    const others = Array.from({ length: 40 }, (_, seed) => {
      const drawn = selectCoins(coins, goalFor(5e8), seeded(seed));
      return isSelectionProblem(drawn) ? '' : amounts(drawn).join();
    });
    expect(new Set(others).size).toBeGreaterThan(3);
  });

  test('is the same for the same payment, coins and seed', () => {
    const coins = Array.from({ length: 50 }, (_, i) => kith(i + 1, 1 + i / 100));
    expect(select(coins, goalFor(20e8))).toEqual(select(coins, goalFor(20e8)));
  });

  test('keeps the coins of two contacts apart where that costs little', () => {
    const coins = [
      kith(1, 3, { origin: 'mira' }),
      kith(2, 3, { origin: 'jon' }),
      kith(3, 3, { origin: 'jon' }),
      kith(4, 3, { origin: 'mira' }),
      kith(5, 3, { origin: 'tess' }),
    ];
    for (let seed = 0; seed < 20; seed++) {
      const selection = selectCoins(coins, goalFor(5e8), seeded(seed));
      if (isSelectionProblem(selection)) throw new Error(selection.problem);
      expect(new Set(selection.coins.map(({ origin }) => origin)).size).toBe(1);
    }
    // One coin of a contact is better than two of different contacts, though each pair would need less change.
    const single = select([...coins, kith(6, 40, { origin: 'mira' })], goalFor(5e8));
    expect(amounts(single)).toEqual([40]);
  });

  test('spends few coins while fees are high', () => {
    const small = Array.from({ length: 30 }, (_, i) => kith(i + 1, 1));
    const selection = select([...small, kith(50, 30)], goalFor(10.4e8, 500, 10));
    expect(amounts(selection)).toEqual([30]);
  });

  test('spends required coins whatever they are worth', () => {
    const coins = [coin(1, 300, { required: true }), coin(2, 50_000_000), coin(3, 60_000_000)];
    expect(select(coins, goalFor(30_000_000)).coins).toContainEqual(coins[0]);
  });

  test('is of the largest coins where a draw does not fit into one transaction', () => {
    const small = Array.from({ length: 3000 }, (_, i) => coin(i + 1, 100_000));
    const large = Array.from({ length: 5 }, (_, i) => coin(i + 5000, 30_000_000));
    const selection = select([...small, ...large], goalFor(145_000_000));
    expect(selection.bytes).toBeLessThanOrEqual(MAX_TRANSACTION_BYTES);
  });
});

describe('the waste of a selection', () => {
  const goal = goalFor(1e8, 100, 40);
  const two = [kith(1, 1), kith(2, 1)];
  const base = { coins: two, change: 0 as Motes, fee: feeFor(1000, 100), bytes: 1000 };

  test('counts what spending each coin now costs more than later', () => {
    // An input with an index below 128 takes 98 bytes.
    expect(wasteOf(base, goal)).toBe(2 * 98 * 60);
  });

  test('counts what is left over for the fee when there is no change', () => {
    expect(wasteOf({ ...base, fee: toMotes(base.fee + 777) }, goal)).toBe(2 * 98 * 60 + 777);
  });

  test('counts the change output now and its input later', () => {
    const output = goal.baseBytesWithChange - goal.baseBytes;
    expect(wasteOf({ ...base, change: toMotes(5) }, goal)).toBe(2 * 98 * 60 + output * 100 + 98 * 40);
  });

  test('counts every further origin as five inputs', () => {
    const coins = [kith(1, 1, { origin: 'mira' }), kith(2, 1, { origin: 'jon' }), kith(3, 1)];
    expect(wasteOf({ ...base, coins }, goal)).toBe(3 * 98 * 60 + 5 * 98 * 100);
  });
});

describe('problems', () => {
  test('an empty wallet cannot pay', () => {
    expect(selectCoins([], goalFor(1_000_000), random())).toMatchObject({
      problem: 'insufficient',
      available: 0,
    });
  });
  test('a payment needs at least its amount and fee', () => {
    const goal = goalFor(1_000_000);
    const fee = feeFor(goal.baseBytes + 2 + 98, 10);
    const coins = (amount: number) => [coin(1, amount)];
    expect(selectCoins(coins(1_000_000 + fee - 1), goal, random())).toMatchObject({
      problem: 'insufficient',
      needed: expect.any(Number) as number,
    });
    expect(select(coins(1_000_000 + fee), goal)).toMatchObject({ change: 0, fee });
  });
  test('a payment that needs too many coins is refused', () => {
    const coins = Array.from({ length: 5000 }, (_, i) => coin(i + 1, 100_000));
    const selection = selectCoins(coins, goalFor(300_000_000), random());
    expect(selection).toMatchObject({ problem: 'too-many-coins' });
    const { maxAmount } = selection as { maxAmount: number };
    // Whatever the refusal promises can be paid, to the last mote.
    for (const target of [maxAmount, maxAmount - 1, maxAmount - DUST, maxAmount - 100_000]) {
      const { coins: spent, fee, change, bytes } = select(coins, goalFor(target));
      expect(bytes).toBeLessThanOrEqual(MAX_TRANSACTION_BYTES);
      expect(total(spent)).toBe(target + fee + change);
    }
    expect(selectCoins(coins, goalFor(maxAmount + 100_000), random())).toEqual({
      problem: 'too-many-coins',
      maxAmount,
    });
    const everything = selectAll(coins, goalFor(0));
    if (isSelectionProblem(everything)) throw new Error(everything.problem);
    expect(total(everything.coins) - everything.fee).toBe(maxAmount);
    expect(everything.coins.length + everything.aboveSizeLimit.length).toBe(5000);
  });
  test('selected coins are all spent or none', () => {
    const selected = (n: number) =>
      Array.from({ length: n }, (_, i) => coin(i + 1, 100_000_000, { required: true }));
    const goal = goalFor(300_000_000);
    const refused = selectCoins([...selected(5000), coin(9000, 5e8)], goal, random());
    expect(refused).toEqual({ problem: 'too-many-required', most: expect.any(Number) as number });
    const { most: fit } = refused as { most: number };
    expect(selectAll(selected(5000), goal)).toEqual(refused);
    // As many as the refusal says fit, and not one more.
    expect(select(selected(fit), goal).coins).toHaveLength(fit);
    expect(selectAll(selected(fit), goal)).toMatchObject({ aboveSizeLimit: [] });
    expect(selectCoins(selected(fit + 1), goal, random())).toEqual(refused);
  });
  test('coins that cost more than their amount are not spent', () => {
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
  const draws = seeded(1);
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
    const selection = selectCoins(coins, goalFor(target, feerate), draws);
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
