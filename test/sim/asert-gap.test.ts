import { describe, expect, test } from 'vitest';
import { blocksPerDay, CLOCKS, costOfShownBlocks } from './asert-scenarios.ts';

/** The figures that docs/adr/0001-asert-gap-rule.md decides by; the whole table: `node test/sim/asert-gap.ts`. */
describe('a gap rule for the difficulty', () => {
  test.each(['true', 'ahead', 'early', 'held'] as const)(
    'is not needed: without it no way to set block times gains blocks (%s)',
    (clock) => {
      expect(blocksPerDay('none', CLOCKS[clock], 1)).toBeLessThan(1445);
    },
  );

  test('as written lets a lone miner mine at least 70 % more blocks by holding block times back', () => {
    expect(blocksPerDay('as written', CLOCKS.held, 1)).toBeGreaterThan(1.7 * 1440);
  });

  test('makes it nearly free in both forms to mine a chain for a node that was cut off', () => {
    expect(costOfShownBlocks('none', 48, 6)).toBeGreaterThan(1);
    expect(costOfShownBlocks('as written', 48, 6)).toBeLessThan(0.01);
    expect(costOfShownBlocks('on schedule', 48, 6)).toBeLessThan(0.01);
  });
});
