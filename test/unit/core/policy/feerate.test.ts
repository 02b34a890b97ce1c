import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareFeerates,
  higherFeerate,
  lowerFeerate,
  meetsFeerate,
  perByteCeil,
} from '../../../../main/core/policy/feerate.ts';

const MAX_FEE = 8_400_000_000_000_000;
const feerate = fc.record({
  fee: fc.oneof(fc.integer({ min: 0, max: MAX_FEE }), fc.integer({ min: 0, max: 1_000_000 })),
  size: fc.integer({ min: 1, max: 2_500_000 }),
});
const sign = (value: number | bigint): number => (value < 0 ? -1 : value > 0 ? 1 : 0);

test('feerates are compared exactly, whatever their size', () => {
  fc.assert(
    fc.property(feerate, feerate, (a, b) => {
      const exact = BigInt(a.fee) * BigInt(b.size) - BigInt(b.fee) * BigInt(a.size);
      expect(sign(compareFeerates(a, b))).toBe(sign(exact));
      expect(compareFeerates(higherFeerate(a, b), lowerFeerate(a, b))).toBeGreaterThanOrEqual(0);
    }),
    { seed: 1, numRuns: 5_000 },
  );
});

test('two feerates that differ by one mote are different', () => {
  const a = { fee: MAX_FEE - 1, size: 2_500_000 };
  const b = { fee: MAX_FEE, size: 2_500_000 };
  expect(compareFeerates(a, b)).toBeLessThan(0);
  expect(compareFeerates({ fee: MAX_FEE, size: 3 }, { fee: MAX_FEE, size: 3 })).toBe(0);
});

test('the rounded feerate is the least whole number that is not below the exact one', () => {
  fc.assert(
    fc.property(feerate, ({ fee, size }) => {
      const rate = BigInt(perByteCeil({ fee, size }));
      expect(rate * BigInt(size) >= BigInt(fee)).toBe(true);
      expect(rate === 0n || (rate - 1n) * BigInt(size) < BigInt(fee)).toBe(true);
    }),
    { seed: 2, numRuns: 5_000 },
  );
});

test('a fee meets a fee rate if it is at least rate times size', () => {
  expect(meetsFeerate({ fee: 2_000, size: 200 }, 10)).toBe(true);
  expect(meetsFeerate({ fee: 1_999, size: 200 }, 10)).toBe(false);
  expect(meetsFeerate({ fee: MAX_FEE, size: 100_000 }, MAX_FEE)).toBe(false);
});
