import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amountParts, amountProblem, amountWords } from '../../../../renderer/format/amount.ts';
import { formatKith, MAX_MOTES, parseKith, readKith } from '../../../../shared/units.ts';

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

  test('only a received amount has a plus sign', () => {
    expect(amountParts(5, 'short', true).sign).toBe('+');
    expect(amountParts(0, 'short', true).sign).toBe('');
  });

  test('an amount in a sentence has its sign and unit on one line', () =>
    expect(amountWords(-250_000_000)).toBe('−2.5\u00a0KITH'));
});

test.each([
  ['', /Enter/],
  ['1,5', /point/],
  ['-1', /above zero/],
  ['0.123456789', /eight/],
  ['12 coins', /Enter a number/],
  ['1 2', /Enter a number/],
  ['10 20', /Enter a number/],
  ['−3.30 KITH', /above zero/],
  ['99999999999', /ever exist/],
  ['1e8', /Enter a number/],
])('reports the problem of “%s”', (text, words) => expect(amountProblem(text)).toMatch(words));

test('reports no problem of an amount that can be read', () => expect(amountProblem('12.5')).toBeNull());

describe('what Kith shows, Kith reads', () => {
  /** As Amount.svelte puts the parts together. */
  const drawn = (motes: number, style: 'full' | 'short', signed: boolean): string => {
    const { sign, whole, fraction } = amountParts(motes, style, signed);
    return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
  };
  const forms = (motes: number): string[] =>
    [
      drawn(motes, 'full', false),
      drawn(motes, 'short', false),
      drawn(motes, 'short', true),
      formatKith(motes),
    ].flatMap((text) => [
      text,
      `${text}\u00a0KITH`,
      `${text} KITH`,
      ` \u200b${text.replaceAll(THIN, ' ')} kith\n`,
    ]);
  const amount = fc.oneof(
    fc.integer({ min: 0, max: MAX_MOTES }),
    fc.integer({ min: 0, max: 84_000_000 }).map((kith) => kith * 100_000_000),
    fc.integer({ min: 0, max: 1000 }),
  );

  test('every form of every amount is read back', () => {
    fc.assert(
      fc.property(amount, (motes) => {
        for (const form of [...forms(motes), amountWords(motes)]) expect(parseKith(form), form).toBe(motes);
      }),
    );
  });
  test('a negative amount is not accepted as an amount to pay', () => {
    fc.assert(
      fc.property(
        amount.filter((motes) => motes > 0),
        (motes) => {
          for (const form of [...forms(-motes), amountWords(-motes)])
            expect(readKith(form), form).toBe('negative');
        },
      ),
    );
  });
});
