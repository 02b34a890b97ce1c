import { describe, expect, test } from 'vitest';
import { amountParts, amountProblem, amountWords } from '../../../../renderer/format/amount.ts';

const THIN = '\u202f';

describe('amounts as they are drawn', () => {
  test.each([
    [0, 'short', '', '0', ''],
    [1_250_000_000, 'short', '', '12', '50'],
    [1_250_000_000, 'full', '', '12', `50${THIN}000${THIN}000`],
    [1, 'short', '', '0', '00000001'],
    [-330_002_500, 'short', '−', '3', '300025'],
    [8_400_000_000_000_000, 'short', '', `84${THIN}000${THIN}000`, ''],
  ] as const)('%i motes, %s', (motes, style, sign, whole, fraction) => {
    expect(amountParts(motes, style)).toEqual({ sign, whole, fraction });
  });

  test('a plus stands only before what came in', () => {
    expect(amountParts(5, 'short', true).sign).toBe('+');
    expect(amountParts(0, 'short', true).sign).toBe('');
  });

  test('inside a sentence', () => expect(amountWords(-250_000_000)).toBe('−2.5\u00a0KITH'));
});

test.each([
  ['', /Enter/],
  ['1,5', /point/],
  ['-1', /more than nothing/],
  ['0.123456789', /eight/],
  ['12 kith', /plain number/],
  ['1e8', /plain number/],
])('says what is wrong with “%s”', (text, words) => expect(amountProblem(text)).toMatch(words));

test('says nothing about an amount that can be read', () => expect(amountProblem('12.5')).toBeNull());
