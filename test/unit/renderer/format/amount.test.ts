import fc from 'fast-check';
import { ORPCError } from '@orpc/client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { amountField, amountParts, amountProblem, amountWords } from '../../../../renderer/format/amount.ts';
import { amountUnit, decimalMark } from '../../../../renderer/format/decimal-mark.svelte.ts';
import { problemOf } from '../../../../renderer/state/problem.ts';
import { PLAIN_STYLE, restyled } from '../../../../shared/amount-style.ts';
import { hideAmounts } from '../../../../shared/hidden-amounts.ts';
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

describe('amounts in motes', () => {
  beforeEach(() => void (amountUnit.value = 'mote'));
  afterEach(() => void (amountUnit.value = 'KITH'));

  test('are whole and grouped, with the unit beside them', () => {
    expect(amountParts(250_000_000)).toEqual({ sign: '', whole: `250${THIN}000${THIN}000`, fraction: '' });
    expect([amountWords(250_000_000), amountWords(-1), amountWords(0)]).toEqual([
      `250${THIN}000${THIN}000\u00a0motes`,
      '−1\u00a0mote',
      '0\u00a0motes',
    ]);
    expect(amountField(250_000_000)).toBe('250000000');
  });

  test.each([
    ['250000000', 250_000_000],
    [`250${THIN}000${THIN}000 motes`, 250_000_000],
    ['1,234', 1234],
    ['1.234.567', 1_234_567],
    ['1 mote', 1],
    // The unit that is written counts.
    ['2.5 KITH', 250_000_000],
  ])('“%s” is read', (text, motes) => {
    expect(amountProblem(text)).toBeNull();
    expect(typedAmount(text, 'mote')).toBe(motes);
  });

  test.each([
    ['1.5', /cannot be divided/],
    ['0,5', /cannot be divided/],
    ['-3', /above zero/],
    ['1.234,567', /Enter a number/],
    ['12 coins', /Enter a number/],
    ['99999999999999999', /ever exist/],
    ['', /Enter an amount/],
    ['1,234 KITH', /may be 1\.2340\u00a0KITH or 1234\u00a0KITH/],
  ])('reports the problem of “%s”', (text, words) => expect(amountProblem(text)).toMatch(words));

  test('every amount is read back as it is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_MOTES }), (motes) => {
        expect(typedAmount(amountField(motes), 'mote')).toBe(motes);
        // Its unit is written, so it is read in a field of KITH too.
        expect(typedAmount(amountWords(motes), 'KITH')).toBe(motes);
      }),
    );
  });
});

describe('a sentence of the node', () => {
  const IN_COMMAS = { mark: ',', unit: 'KITH' } as const;
  const IN_MOTES = { mark: '.', unit: 'mote' } as const;
  const sentence = 'The fee is 0.000019 KITH higher. 12 KITH of it are for others. At 10 motes per byte.';

  test('gets the decimal mark and the unit of the user', () => {
    expect(restyled(sentence, IN_COMMAS)).toBe(
      'The fee is 0,000019 KITH higher. 12 KITH of it are for others. At 10 motes per byte.',
    );
    expect(restyled(sentence, IN_MOTES)).toBe(
      `The fee is 1${THIN}900 motes higher. 1${THIN}200${THIN}000${THIN}000 motes of it are for others. At 10 motes per byte.`,
    );
    expect(restyled(sentence, PLAIN_STYLE)).toBe(sentence);
  });

  test('keeps foreign text, and what is not an amount', () => {
    for (const text of [
      'The wallet “Old 1.5 KITH” is locked.',
      '\u2068Old 1.5 KITH\u2069 is locked.',
      '1.2.3 KITH',
      '1,5 KITH',
      'block 15',
    ])
      expect(restyled(text, IN_MOTES)).toBe(text);
  });

  test.each([IN_COMMAS, IN_MOTES])('is hidden like any other: %o', (style) =>
    expect(hideAmounts(restyled(sentence, style))).toBe(
      'The fee is ••••• KITH higher. ••••• KITH of it are for others. At 10 motes per byte.'.replaceAll(
        'KITH',
        style.unit === 'KITH' ? 'KITH' : 'motes',
      ),
    ),
  );

  test('as an error of a call gets them too', () => {
    const error = new ORPCError('wallet-funds', { message: 'You need 1.5 KITH.' });
    decimalMark.value = ',';
    try {
      expect(problemOf(error).sentence).toBe('You need 1,5 KITH.');
    } finally {
      decimalMark.value = '.';
    }
  });
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
        amountWords(motes, { mark, unit: 'KITH' }),
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
