import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatJoinLink, type JoinLink, parseJoinLink } from '../../../../main/core/params/join-link.ts';

const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
const link: fc.Arbitrary<JoinLink> = fc.record({
  id: bytes,
  file: fc.option(bytes),
  block: fc.record({
    height: fc.integer({ min: 0, max: 0xffff_ffff }),
    id: bytes,
    work: fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }),
  }),
  addresses: fc.uniqueArray(
    fc.stringMatching(/^[!-~]{1,80}$/).map((rest) => `/${rest}`),
    { minLength: 1, maxLength: 8 },
  ),
});

describe('join links', () => {
  test('are decoded as they were encoded', () => {
    fc.assert(fc.property(link, (one) => void expect(parseJoinLink(formatJoinLink(one))).toEqual(one)));
  });

  test('any text gives a link or a problem', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        parseJoinLink(text);
        parseJoinLink(`kith:join?${text}`);
      }),
    );
  });

  const [good] = fc.sample(link, { numRuns: 1, seed: 4 });
  const text = formatJoinLink(good!);
  test.each([
    ['another kind of link', text.replace('join', 'pay')],
    ['no network', text.replace(/id=[^&]*&/, '')],
    ['two networks', `${text}&id=${'00'.repeat(32)}`],
    ['no address', text.replace(/&at=[^&]*/g, '')],
    [
      'nine addresses',
      text + [1, 2, 3, 4, 5, 6, 7, 8, 9].map((port) => `&at=/ip4/192.0.2.1/tcp/${port}`).join(''),
    ],
    ['an address with a line break', `${text.replace(/&at=[^&]*/g, '')}&at=/ip4%0a/x`],
    ['a height above the last one', text.replace(/block=\d+/, 'block=4294967296')],
    ['half an escape', `${text}&at=/ip4%4`],
    ['4 096 characters and more', text + '&x=' + 'y'.repeat(4096)],
  ])('%s is refused', (_what, broken) => expect(parseJoinLink(broken)).toBeNull());

  test('an address that a link has twice counts once', () => {
    const address = good!.addresses[0]!;
    expect(parseJoinLink(formatJoinLink({ ...good!, addresses: [address, address] }))?.addresses).toEqual([
      address,
    ]);
  });

  test('spaces around it, capitals and fields of later versions are accepted', () => {
    expect(parseJoinLink(`  KITH:join?${text.slice('kith:join?'.length)}&later=1\n`)).toEqual(good);
  });
});
