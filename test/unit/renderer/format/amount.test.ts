import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amountParts, amountProblem, amountWords } from '../../../../renderer/format/amount.ts';
import { amountText, readTypedAmount, typedAmount } from '../../../../shared/typed-amount.ts';
import { MAX_MOTES, parseKith } from '../../../../shared/units.ts';

const THIN = '\u202f';

describe('amounts as they are drawn', () => {
  test.each([
    [0, 'short', '', '0', ''],
    [1_250_000_000, 'short', '', '12', '50'],
    [1_250_000_000, 'full', '', '12', `50${THIN}000${THIN}000`],
    [1, 'short', '', '0', '00000001'],
    [123_400_000, 'short', '', '1', '2340'],
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
  ['-1', /above zero/],
  ['0.123456789', /eight/],
  ['12 coins', /Enter a number/],
  ['1 2', /Enter a number/],
  ['10 20', /Enter a number/],
  ['−3.30 KITH', /above zero/],
  ['99999999999', /ever exist/],
  ['1e8', /Enter a number/],
])('reports the problem of “%s”', (text, words) => expect(amountProblem(text)).toMatch(words));

test.each(['12.5', '12,5', '1,234.5', '1.234,5', '1,234,567', '0.123', '0,123', '1 234,567', '1.2340'])(
  'reports no problem of “%s”, which has one reading',
  (text) => expect(amountProblem(text)).toBeNull(),
);

test.each(['1,234', '1.234', '999.999 KITH', '+12,000'])('refuses “%s”, and names both readings', (text) => {
  const number = text.replace(/[^\d.,]/g, '');
  const [whole, decimals] = number.split(/[.,]/) as [string, string];
  const [asDecimals, asThousands] = [Number(`${whole}.${decimals}`), Number(whole + decimals)];
  const said = amountProblem(text)!;
  const named = [...said.matchAll(/([\d.]+)\u00a0KITH/g)].map(([, each]) => Number(each));
  expect(named).toEqual([asDecimals, asThousands]);
  // What it proposes is accepted.
  const [, proposed] = /Write (\S+) or (\S+)\.$/.exec(said)!.map((each) => each);
  expect(typedAmount(proposed!)).toBe(Math.round(asDecimals * 100_000_000));
});

test('payment links stay in one form, whatever the setting', () => {
  expect(parseKith('1.234')).toBe(123_400_000);
  expect(parseKith('1,5')).toBeNull();
});

describe('what Kith shows, Kith reads', () => {
  /** As Amount.svelte puts the parts together. */
  const drawn = (motes: number, style: 'full' | 'short', signed: boolean, mark: ',' | '.'): string => {
    const { sign, whole, fraction } = amountParts(motes, style, signed);
    return `${sign}${whole}${fraction === '' ? '' : `${mark}${fraction}`}`;
  };
  const forms = (motes: number): string[] =>
    (['.', ','] as const)
      .flatMap((mark) => [
        drawn(motes, 'full', false, mark),
        drawn(motes, 'short', false, mark),
        drawn(motes, 'short', true, mark),
        amountText(motes, mark),
        amountWords(motes, mark),
      ])
      .flatMap((text) => [
        text,
        `${text}\u00a0KITH`,
        `${text} KITH`,
        ` \u200b${text.replaceAll(THIN, ' ')} kith\n`,
      ]);
  const amount = fc.oneof(
    fc.integer({ min: 0, max: MAX_MOTES }),
    fc.integer({ min: 0, max: 84_000_000 }).map((kith) => kith * 100_000_000),
    fc.integer({ min: 0, max: 1000 }),
    // Three decimals, which Kith never shows.
    fc.integer({ min: 0, max: 9_999_999 }).map((thousandths) => thousandths * 100_000),
  );

  test('every form of every amount is read back, with a point and with a comma', () => {
    fc.assert(
      fc.property(amount, (motes) => {
        for (const form of forms(motes)) expect(typedAmount(form), form).toBe(motes);
      }),
    );
  });
  test('a negative amount is not accepted as an amount to pay', () => {
    fc.assert(
      fc.property(
        amount.filter((motes) => motes > 0),
        (motes) => {
          for (const form of forms(-motes)) expect(readTypedAmount(form), form).toBe('negative');
        },
      ),
    );
  });
});
