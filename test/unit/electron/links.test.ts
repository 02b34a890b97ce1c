import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findLink, isLink, pageUrl } from '../../../main/electron/links.ts';
import { MAX_LABEL } from '../../../shared/labels.ts';
import { encodePaymentLink } from '../../../shared/payment-link.ts';
import { PAGE_ORIGIN } from '../../../main/electron/page-headers.ts';

test('finds the one link among a program’s arguments', () => {
  expect(findLink(['/usr/bin/kith', '--flag', 'kith:kith1abc?amount=5'])).toBe('kith:kith1abc?amount=5');
  expect(findLink(['/usr/bin/kith', 'https://example.org'])).toBeNull();
});

test('finds a payment link with the longest label in a script of three bytes a letter', () => {
  const link = encodePaymentLink({ address: `kith1${'q'.repeat(60)}`, label: '金'.repeat(MAX_LABEL) });
  expect(findLink([link])).toBe(link);
});

test.each([
  ['another scheme', 'http:kith'],
  ['nothing behind it', 'kith:'],
  ['a space', 'kith:a b'],
  ['a line break', 'kith:a\nb'],
  ['other scripts', 'kith:аbc'],
  ['too long', `kith:${'a'.repeat(2000)}`],
])('refuses %s', (_what, text) => {
  expect(isLink(text)).toBe(false);
});

test('whatever a link holds, it ends up as text in our own page’s address', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const url = new URL(pageUrl(`kith:${text.toWellFormed()}`));
      expect(`${url.protocol}//${url.host}`).toBe(PAGE_ORIGIN);
      expect(url.pathname).toBe('/');
      expect(decodeURIComponent(url.hash.slice('#/send/'.length))).toBe(`kith:${text.toWellFormed()}`);
    }),
    { seed: 1, numRuns: 1000 },
  );
});
