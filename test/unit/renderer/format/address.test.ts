import { bech32m } from '@scure/base';
import { describe, expect, test } from 'vitest';
import { judgeAddress } from '../../../../renderer/format/address.ts';
import { makeLink, readLink } from '../../../../renderer/format/link.ts';
import { toMotes } from '../../../../shared/units.ts';

const make = (hrp: string): string =>
  bech32m.encode(hrp, bech32m.toWords(Uint8Array.of(0, ...new Uint8Array(32).fill(7))), 160);

describe('the verdict on an address', () => {
  test('takes one of this network, in either case', () => {
    expect(judgeAddress(make('kith'), 'kith')).toEqual({ ok: true });
    expect(judgeAddress(make('kith').toUpperCase(), 'kith')).toEqual({ ok: true });
  });

  test.each([
    ['another network by name', make('tkith'), /test network/],
    ['a founded network', make('kqqqqqq'), /another network/],
    ['one wrong character', make('kith').replace(/.$/, (c) => (c === 'q' ? 'p' : 'q')), /wrong or missing/],
    ['cut short', make('kith').slice(0, -5), /wrong or missing/],
    ['mixed case', `${make('kith').slice(0, -1)}Q`, /mixes/],
    ['something else', 'hello', /begins with kith1/],
    ['too long', `kith1${'q'.repeat(400)}`, /wrong or missing/],
  ])('refuses %s', (_, address, words) => {
    const verdict = judgeAddress(address, 'kith');
    expect(verdict.ok ? '' : verdict.sentence).toMatch(words);
  });
});

describe('payment links', () => {
  test('a link reads back as it was made', () => {
    const link = { address: make('kith'), amount: toMotes(250_000_000), label: 'Mira’s shop & café +1' };
    expect(readLink(makeLink(link))).toEqual(link);
  });

  test('a bare address is a link without wishes', () => {
    expect(readLink(` ${make('kith')} `)).toEqual({ address: make('kith'), amount: null, label: null });
    expect(makeLink({ address: 'kith1qqqqqqqq', amount: null, label: null })).toBe('kith:kith1qqqqqqqq');
  });

  test.each([
    '',
    'https://kith',
    'kith:',
    'kith:kith1qqqqqqqq?amount=1.5',
    'kith:kith1qqqqqqqq?amount=-1',
    'kith:kith1qqqqqqqq?amount=0',
    'kith:kith1qqqqqqqq?amount=5&amount=6',
    'kith:kith1qqqqqqqq?req-until=5',
    'kith:kith1qqqqqqqq?label=%E0%A4%A',
    'kith:kith1qqqqqqqq?label=a%E2%80%AEb',
    'kith:kith1qqqqqqqq?amount=99999999999999999',
  ])('will not guess at “%s”', (text) => expect(readLink(text)).toBeNull());
});
