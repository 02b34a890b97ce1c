import { describe, expect, test } from 'vitest';
import { balanceLine } from '../../../../renderer/format/balance-line.ts';

const KITH = 100_000_000;
const DAY = 86_400;
const line = (balances: number[], complete = true) =>
  balanceLine({ from: 0, to: 30 * DAY, balances, complete });

describe('the line of a balance', () => {
  test('is drawn from 0 to the highest balance, over the whole width', () => {
    expect(line([0, 5 * KITH, 10 * KITH])?.points).toBe('0.00,40.00 50.00,21.00 100.00,2.00');
    expect(line([KITH, KITH])?.area).toBe('0,40 0.00,2.00 100.00,2.00 100,40');
  });

  test('is missing for a wallet that had nothing, and without two points', () => {
    expect([line([0, 0, 0]), line([KITH]), line([])]).toEqual([null, null, null]);
  });

  test('is not drawn where it would begin at its end', () => {
    expect(balanceLine({ from: 5, to: 5, balances: [1, 2], complete: false })).toBeNull();
  });

  test('has its ends, its lowest and its highest balance as a sentence', () => {
    expect(line([2 * KITH, KITH, 3 * KITH])?.sentence).toBe(
      'In blocks: 2 KITH 30 days ago, 3 KITH now. Between 1 KITH and 3 KITH.'.replaceAll(
        ' KITH',
        '\u00a0KITH',
      ),
    );
  });

  test('says no range when it was between its ends, and that it begins later when it does', () => {
    expect(line([KITH, KITH])?.sentence).not.toContain('Between');
    expect(line([3 * KITH, 2 * KITH, KITH])?.sentence).not.toContain('Between');
    expect(line([KITH, KITH], false)?.sentence).toContain('too many');
  });
});
