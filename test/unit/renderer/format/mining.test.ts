import { describe, expect, test } from 'vitest';
import {
  blocksPerDay,
  energyPerDay,
  MINING_PRESETS,
  networkRate,
  presetLoad,
  presetOf,
  typedFigure,
} from '../../../../renderer/format/mining.ts';

describe('the load of mining', () => {
  test.each([1, 2, 3, 8, 64])('of every preset fits a computer with %i cores', (cores) => {
    for (const preset of MINING_PRESETS) {
      const { threads, share } = presetLoad(preset, cores);
      expect(threads).toBeGreaterThanOrEqual(1);
      expect(threads).toBeLessThanOrEqual(cores);
      expect(share).toBeGreaterThan(0);
    }
  });

  test('is recognised as a preset, or as none', () => {
    expect(MINING_PRESETS.map((preset) => presetOf(presetLoad(preset, 8), 8))).toEqual([...MINING_PRESETS]);
    expect(presetOf({ threads: 3, share: 0.7 }, 8)).toBe(null);
  });
});

describe('the estimate of mining', () => {
  const outlook = { rate: 100, hashesPerBlock: 600_000, spacing: 600 };

  test('is the share of this computer of the blocks of a day', () => {
    expect(networkRate(outlook)).toBe(1000);
    expect(blocksPerDay(outlook)).toBeCloseTo(144 / 10, 9);
  });

  test.each([
    ['without a hash rate', 0],
    ['with a hash rate beyond that of the network', 1000],
  ])('is none %s', (_when, rate) => expect(blocksPerDay({ ...outlook, rate })).toBe(null));

  test('of energy is the power over 24 hours', () => expect(energyPerDay(50)).toBeCloseTo(1.2, 9));

  test.each([
    ['65', 65],
    [' 0,30 ', 0.3],
    ['0.30', 0.3],
    ['0', null],
    ['-4', null],
    ['1e9', null],
    ['65 W', null],
    ['', null],
    ['1,234.5', null],
  ])('takes the typed figure “%s” as %s', (text, value) => expect(typedFigure(text)).toBe(value));
});
