import { afterEach, describe, expect, test } from 'vitest';
import { decimalMark } from '../../../../renderer/format/decimal-mark.svelte.ts';
import { addressGroups, shortId } from '../../../../renderer/format/id.ts';
import { bytes, decimals, figures, group, percent, plural } from '../../../../renderer/format/number.ts';
import { age, duration, shortAge, shortDuration } from '../../../../renderer/format/time.ts';

const THIN = '\u202f';
const NBSP = '\u00a0';

afterEach(() => {
  decimalMark.value = '.';
});

describe('numbers', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [1000, `1${THIN}000`],
    [1_234_567, `1${THIN}234${THIN}567`],
  ])('groups %i', (value, text) => expect(group(value)).toBe(text));

  test('a noun is plural unless the number is 1', () => {
    expect(plural(1, 'peer')).toBe('1 peer');
    expect(plural(0, 'peer')).toBe('0 peers');
    expect(plural(2, 'address', 'addresses')).toBe('2 addresses');
  });

  test.each([
    [0, '0'],
    [0.25, '0.25'],
    [3.14159, '3.14'],
    [31.41, '31.4'],
    [3141.5, `3${THIN}142`],
  ])('figures of %d', (value, text) => expect(figures(value)).toBe(text));

  test.each([
    [0, `0${NBSP}B`],
    [812, `812${NBSP}B`],
    [1234, `1.2${NBSP}kB`],
    [999_999, `1.0${NBSP}MB`],
    [34_000_000, `34${NBSP}MB`],
  ])('bytes of %i', (value, text) => expect(bytes(value)).toBe(text));

  test('decimals have the mark of the page, in figures and in bytes alike', () => {
    decimalMark.value = ',';
    expect([figures(31.41), figures(0.25), bytes(1234)]).toEqual(['31,4', '0,25', `1,2${NBSP}kB`]);
    expect(decimals(1234.5, 2)).toBe(`1${THIN}234,50`);
  });

  test.each([
    [0.999, 2, '1.00'],
    [-2.5, 1, '−2.5'],
    [-0.01, 1, '0.0'],
    [1_000_000, 0, `1${THIN}000${THIN}000`],
  ])('%d with %i decimals', (value, count, text) => expect(decimals(value, count)).toBe(text));

  test('a share is never shown as 100 % before the end', () => {
    expect(percent(0.9999)).toBe(`99${NBSP}%`);
    expect(percent(1)).toBe(`100${NBSP}%`);
  });
});

describe('times', () => {
  test.each([
    [1, '1 second'],
    [89, '89 seconds'],
    [90, '2 minutes'],
    [3600, '60 minutes'],
    [2 * 3600, '2 hours'],
    [3 * 86_400, '3 days'],
    [90 * 86_400, '3 months'],
    [1000 * 86_400, '3 years'],
  ])('%i seconds last', (seconds, text) => expect(duration(seconds)).toBe(text));

  test('an age has one unit', () => {
    expect(age(100, 101)).toBe('just now');
    expect(age(100, 140)).toBe('40 seconds ago');
    expect(age(220, 40)).toBe('in 3 minutes');
    expect(shortAge(100, 140)).toBe(`40${NBSP}s ago`);
    expect(shortDuration(7200)).toBe(`2${NBSP}h`);
  });
});

describe('ids', () => {
  test('a short id has both ends', () => {
    expect(shortId('3f9a2c5511aa0081d0e7')).toBe('3f9a2c … 81d0e7');
    expect(shortId('3f9a2c81d0e7')).toBe('3f9a2c81d0e7');
  });
  test('an address is divided into its prefix and groups of four, without a loss', () => {
    const address = 'kith1qqqqwwwweeeerr';
    expect(addressGroups(address)).toEqual(['kith1', 'qqqq', 'wwww', 'eeee', 'rr']);
    expect(addressGroups(address).join('')).toBe(address);
  });
});
