import { describe, expect, test } from 'vitest';
import { outpointKeyOf } from '../../../../main/core/primitives/outpoint.ts';
import { coinIndex, firstAtMost } from '../../../../main/wallet/payments/coin-index.ts';
import type { Candidate } from '../../../../main/wallet/payments/candidate.ts';
import {
  type Goal,
  isSelectionProblem,
  selectCoins,
} from '../../../../main/wallet/payments/coin-selection.ts';
import { inputBytes } from '../../../../main/wallet/payments/payment-size.ts';
import { seededRandom } from '../../../../main/lib/random.ts';
import { toMotes } from '../../../../shared/units.ts';
import { createRandom } from '../../../support/random.ts';

const coin = (n: number, amount: number, fields: Partial<Candidate> = {}): Candidate => ({
  key: outpointKeyOf(n.toString(16).padStart(64, '0'), n),
  index: n,
  amount: toMotes(amount),
  ...fields,
});

describe('the index of a list of coins', () => {
  test('has every coin that is not required once, the largest first', () => {
    const random = createRandom(3);
    const coins = Array.from({ length: 2_000 }, (_, n) =>
      coin(n, 1_000 + random.int(500), { required: n % 50 === 0 }),
    );
    const { required, sorted, amounts } = coinIndex(coins);
    expect(required).toEqual(coins.filter((each) => each.required));
    expect(new Set(sorted)).toEqual(new Set(coins.filter((each) => !each.required)));
    expect(sorted.map(({ amount }) => amount)).toEqual(
      coins
        .filter((each) => !each.required)
        .map(({ amount }) => amount)
        .sort((a, b) => b - a),
    );
    expect([...amounts]).toEqual(sorted.map(({ amount }) => amount));
  });

  test('keeps the order of coins with the same amount', () => {
    const coins = [coin(1, 5_000), coin(2, 7_000), coin(3, 5_000), coin(4, 5_000)];
    expect(coinIndex(coins).sorted).toEqual([coins[1], coins[0], coins[2], coins[3]]);
  });

  test('has a pool for each of the eight origins with the most value', () => {
    const coins = Array.from({ length: 20 }, (_, n) => coin(n, 1_000 * (n + 1), { origin: `person ${n}` }));
    const { pools } = coinIndex(coins);
    const firsts = pools.slice(2).map((pool) => pool.at(0)?.origin);
    expect(firsts).toEqual([19, 18, 17, 16, 15, 14, 13, 12].map((n) => `person ${n}`));
  });
});

test('the first place of at most a limit is found in descending numbers', () => {
  const numbers = Float64Array.of(9, 7, 7, 4, 1);
  expect([10, 9, 8, 7, 5, 1, 0].map((limit) => firstAtMost(numbers, limit))).toEqual([0, 0, 1, 1, 3, 4, 5]);
});

test('no coin that costs more than it is worth is selected, however many there are', () => {
  const random = createRandom(5);
  for (const tiny of [10, 200, 2_000]) {
    const goal: Goal = {
      target: 400_000,
      feerate: 50,
      baseBytes: 80,
      baseBytesWithChange: 121,
      laterFeerate: 50,
      witnessBytes: 64,
    };
    const fee = inputBytes(0, 64) * goal.feerate;
    const coins = [
      ...Array.from({ length: tiny }, (_, n) => coin(n, 1 + random.int(fee - 1))),
      ...Array.from({ length: 40 }, (_, n) => coin(tiny + n, fee + 20_000 + random.int(9_000))),
    ];
    const selection = selectCoins(coins, goal, seededRandom('x'));
    if (isSelectionProblem(selection)) throw new Error(selection.problem);
    expect(selection.coins.filter(({ amount }) => amount <= fee)).toEqual([]);
  }
});
