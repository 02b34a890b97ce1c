import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsToTarget, targetToBits, workOf } from '../../../../main/core/consensus/compact.ts';

describe('compact targets', () => {
  // Values of Bitcoin Core's arith_uint256 tests, where they stand for a positive number in its shortest form.
  test.each([
    [0x01120000, 0x12n],
    [0x02123400, 0x1234n],
    [0x03123456, 0x123456n],
    [0x04123456, 0x12345600n],
    [0x05009234, 0x92340000n],
    [0x20123456, 0x123456n << 232n],
    [0x1d00ffff, 0xffffn << 208n],
    [0x2100ffff, 0xffffn << 240n],
    [0x01010000, 1n],
    [0x02008000, 0x80n],
  ])('%i is its target and back', (bits, target) => {
    expect(bitsToTarget(bits)).toBe(target);
    expect(targetToBits(target)).toBe(bits);
  });

  test.each([
    ['zero', 0],
    ['zero with a size', 0x04000000],
    ['negative', 0x04923456],
    ['negative and short', 0x01fedcba],
    ['minus nothing', 0x04800000],
    ['over 256 bits', 0xff123456],
    ['just over 256 bits', 0x21010000],
    ['bits that fall off the end', 0x01123456],
    ['all bits fall off', 0x01003456],
    ['leading zero byte', 0x04001234],
    ['shorter form exists', 0x1e0000ff],
  ])('%s is not a target', (_name, bits) => expect(bitsToTarget(bits)).toBe(0n));

  test('rounds down, never up, and by less than one part in 2^15', () => {
    fc.assert(
      fc.property(fc.bigInt(1n, (1n << 256n) - 1n), fc.integer({ min: 0, max: 255 }), (wide, cut) => {
        const target = wide >> BigInt(cut) || 1n;
        const back = bitsToTarget(targetToBits(target));
        expect(back).toBeLessThanOrEqual(target);
        expect((target - back) << 15n).toBeLessThan(target);
      }),
    );
  });

  test('any u32 is either a target in its only form or refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (bits) => {
        const target = bitsToTarget(bits);
        if (target !== 0n) expect(targetToBits(target)).toBe(bits);
      }),
      { numRuns: 2000 },
    );
  });

  test('a target out of range throws', () => {
    expect(targetToBits(0n)).toBe(0);
    expect(() => targetToBits(-1n)).toThrow(RangeError);
    expect(() => targetToBits(1n << 256n)).toThrow(RangeError);
  });
});

test('work is the expected number of hashes', () => {
  expect(workOf((1n << 256n) - 1n)).toBe(1n);
  expect(workOf((1n << 255n) - 1n)).toBe(2n);
  expect(workOf(1n)).toBe(1n << 255n);
  expect(workOf(bitsToTarget(0x1d00ffff))).toBe(0x100010001n);
  expect(workOf(0n)).toBe(0n);
});
