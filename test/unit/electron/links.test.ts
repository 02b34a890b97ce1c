import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isLink, pageUrl } from '../../../main/electron/links.ts';
import { MAX_LABEL } from '../../../shared/labels.ts';
import { encodePaymentLink } from '../../../shared/payment-link.ts';
import { PAGE_ORIGIN } from '../../../main/electron/page-headers.ts';

test('accepts a payment link with the longest label in a script of three bytes a letter', () => {
  const link = encodePaymentLink({ address: `kith1${'q'.repeat(60)}`, label: '金'.repeat(MAX_LABEL) });
  expect(isLink(link)).toBe(true);
});

test('a join link may be longer, and opens the choice of networks', () => {
  const link = `kith:join?id=1&at=${'a'.repeat(3000)}`;
  expect(isLink(link)).toBe(true);
  expect(isLink(`kith:join?${'a'.repeat(4096)}`)).toBe(false);
  expect(pageUrl(link)).toBe(`${PAGE_ORIGIN}/#/networks/${encodeURIComponent(link)}`);
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

test('whatever a link contains, it becomes text in the address of the page', () => {
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
