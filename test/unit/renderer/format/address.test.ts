import { bech32m } from '@scure/base';
import { describe, expect, test } from 'vitest';
import { checkAddress } from '../../../../renderer/format/address.ts';

const make = (hrp: string): string =>
  bech32m.encode(hrp, bech32m.toWords(Uint8Array.of(0, ...new Uint8Array(32).fill(7))), 160);

describe('the check of an address', () => {
  test('accepts one of this network, in either case', () => {
    expect(checkAddress(make('kith'), 'kith')).toEqual({ ok: true });
    expect(checkAddress(make('kith').toUpperCase(), 'kith')).toEqual({ ok: true });
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
    const verdict = checkAddress(address, 'kith');
    expect(verdict.ok ? '' : verdict.sentence).toMatch(words);
  });
});
