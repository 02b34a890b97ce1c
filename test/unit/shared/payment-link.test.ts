import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodePaymentLink,
  isLinkProblem,
  parsePaymentLink,
  parseTarget,
} from '../../../shared/payment-link.ts';
import { MAX_MOTES, toMotes } from '../../../shared/units.ts';

const ADDRESS = 'rkith1qqqqqqq';

test.each([
  [`kith:${ADDRESS}`, { address: ADDRESS }],
  [`KITH:${ADDRESS.toUpperCase()}`, { address: ADDRESS }],
  [`kith:${ADDRESS.toUpperCase()}q`, { address: `${ADDRESS.toUpperCase()}q` }],
  [`kith:${ADDRESS}?amount=1`, { address: ADDRESS, amount: 1 }],
  [`kith:${ADDRESS}?amount=${MAX_MOTES}&label=Rent`, { address: ADDRESS, amount: MAX_MOTES, label: 'Rent' }],
  [`kith:${ADDRESS}?label=a%26b%20%C3%A4&else=ignored`, { address: ADDRESS, label: 'a&b ä' }],
  [`kith:${ADDRESS}?label=%E2%80%AEevil%0Atwin`, { address: ADDRESS, label: 'evil twin' }],
  [`kith:${ADDRESS}?label=%20%E2%80%8B`, { address: ADDRESS }],
  [
    ` \u202akith:${ADDRESS}?amount=5&lab\r\n  el=Two words\u202c\n`,
    { address: ADDRESS, amount: 5, label: 'Two words' },
  ],
  [`kith:${ADDRESS.slice(0, 6)}\u200b ${ADDRESS.slice(6)}\u00ad`, { address: ADDRESS }],
])('reads %s', (text, link) => expect(parsePaymentLink(text)).toEqual(link));

test.each([
  ['', 'link-malformed'],
  [ADDRESS, 'link-malformed'],
  ['bitcoin:xyz', 'link-malformed'],
  ['kith:', 'link-malformed'],
  ['kith:join?id=1', 'link-other'],
  [`kith:${ADDRESS}?amount=0`, 'link-amount'],
  [`kith:${ADDRESS}?amount=01`, 'link-amount'],
  [`kith:${ADDRESS}?amount=1.5`, 'link-amount'],
  [`kith:${ADDRESS}?amount=-1`, 'link-amount'],
  [`kith:${ADDRESS}?amount=1 000`, 'link-amount'],
  [`kith:${ADDRESS}?amount=${MAX_MOTES + 1}`, 'link-amount'],
  [`kith:${ADDRESS}?amount=1&amount=2`, 'link-malformed'],
  [`kith:${ADDRESS}?label=%zz`, 'link-malformed'],
  [`kith:${ADDRESS}?label=${'x'.repeat(201)}`, 'link-label'],
  [`kith:${ADDRESS}?req-future=1`, 'link-requires'],
  [`kith:${ADDRESS}?x=${'x'.repeat(3000)}`, 'link-malformed'],
])('refuses %s', (text, problem) => expect(parsePaymentLink(text)).toEqual({ problem }));

test('an address alone is a link without amount and label, with any spaces around it', () => {
  expect(parseTarget(`\u200b${ADDRESS.slice(0, 7)} \n${ADDRESS.slice(7)}\u00a0`)).toEqual({
    address: ADDRESS,
  });
  expect(parseTarget(` kith:${ADDRESS}?amount=7`)).toEqual({ address: ADDRESS, amount: 7 });
  expect(parseTarget('kith:')).toEqual({ problem: 'link-malformed' });
});

describe('any input', () => {
  const seed = 20_261_122;
  test('gives a link or a problem, never an exception', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        parsePaymentLink(text);
        parsePaymentLink(`kith:${text}`);
        parsePaymentLink(`kith:${ADDRESS}?${text}`);
        parseTarget(text);
      }),
      { seed, numRuns: 2000 },
    );
  });
  test('an encoded link is decoded to the same values', () => {
    const link = fc.record({
      address: fc.constant(ADDRESS),
      amount: fc.integer({ min: 1, max: MAX_MOTES }).map(toMotes),
      label: fc.stringMatching(/^[!-~äöü€](?:[ -~äöü€]{0,58}[!-~äöü€])?$/u),
    });
    fc.assert(
      fc.property(link, (value) => {
        const read = parsePaymentLink(encodePaymentLink(value));
        expect(isLinkProblem(read) ? read.problem : read).toEqual({
          ...value,
          label: value.label.replace(/ +/g, ' '),
        });
      }),
      { seed, numRuns: 500 },
    );
  });
});
