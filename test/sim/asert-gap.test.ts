import { describe, expect, test } from 'vitest';
import { blocksPerDay, CLOCKS, costOfShownBlocks } from './asert-scenarios.ts';

/** The figures that docs/adr/0001-asert-gap-rule.md decides by; the whole table: `node test/sim/asert-gap.ts`. */
describe('why there is no gap rule', () => {
  test.each(['true', 'ahead', 'early', 'held'] as const)('without it no clock gains: %s', (clock) => {
    expect(blocksPerDay('none', CLOCKS[clock], 1)).toBeLessThan(1445);
  });

  test('as written, a miner alone on his chain makes four fifths more blocks by holding times back', () => {
    expect(blocksPerDay('as written', CLOCKS.held, 1)).toBeGreaterThan(1.7 * 1440);
  });

  test('in any form it makes a chain for a node that was cut off nearly free', () => {
    expect(costOfShownBlocks('none', 48, 6)).toBeGreaterThan(1);
    expect(costOfShownBlocks('as written', 48, 6)).toBeLessThan(0.01);
    expect(costOfShownBlocks('on schedule', 48, 6)).toBeLessThan(0.01);
  });
});
