import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAnonymiser } from '../../../main/lib/anonymise.ts';

const anonymise = createAnonymiser([
  'Mira’s savings',
  'miras-laptop',
  'mira',
  'a+b',
  '/data/kith (Anna, 2020)',
]);

describe('the anonymiser removes', () => {
  test.each([
    ['an IPv4 address', 'dial to 198.51.100.7 failed', '198.51'],
    ['an IPv4 address with its port', 'connect ECONNREFUSED 198.51.100.7:21474', '198.51'],
    ['an IPv6 address', 'dial to 2001:db8::7 failed', 'db8'],
    ['an IPv6 address in brackets', 'dial to [2001:db8::7]:21474 failed', 'db8'],
    ['an IPv6 address with an IPv4 address', 'from ::ffff:198.51.100.7', '198.51'],
    ['an IPv6 address with a zone', 'from fe80::1%eth0', 'fe80'],
    [
      'a multiaddr',
      'at /ip4/198.51.100.7/tcp/1/p2p/12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo',
      '12D3',
    ],
    ['a multiaddr with a host name', 'at /dns4/node.example.org/tcp/1', 'example'],
    ['a peer id', 'peer 12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo left', '12D3'],
    ['an address of the network', 'paid kith1qw508d6qejxtdg4y5r3zarvary0c5xw7k', 'qw508'],
    ['a txid', `mined ${'0a'.repeat(32)}`, '0a0a'],
    ['an amount with its unit', 'sent 12.5 KITH', '12.5'],
    ['an amount in groups', 'sent 12.50 000 000 KITH', '12.50'],
    ['an amount in motes', 'fee of 17 motes', '17'],
    ['a large amount without a unit', 'sum 250000000', '250000000'],
    ['a home folder', 'open /home/lena/kith/chain failed', 'lena'],
    ['a home folder with a space', 'open /home/lena maier/kith/chain', 'maier'],
    ['a folder of Windows', 'open C:\\Users\\lena\\Kith failed', 'lena'],
    ['a network folder', 'open \\\\server\\lena', 'server'],
    ['a folder below ~', 'open ~/lena/kith', 'lena'],
    ['a folder with marks', "copy of /home/u/Dad's money (Anna Meier, 2020)/kith, which", 'Anna'],
    ['a folder of Windows with marks', 'open D:\\Backup, Anna Meier\\Kith failed', 'Anna'],
    ['a known folder with marks at its end', 'open /data/kith (Anna, 2020): it is locked', 'Anna'],
    ['a host name', 'getaddrinfo ENOTFOUND node.example.org', 'example'],
    ['a host name with its port', 'connect node.example.org:443', 'example'],
    ['an e-mail address', 'from lena@example.org', 'lena'],
    ['a URL', 'got https://example.org/lena?x=1', 'lena'],
    ['quoted text', 'there is no wallet “holiday fund”', 'holiday'],
    [
      'a recovery phrase',
      'legal winner thank year wave sausage worth useful legal winner thank yellow',
      'sausage',
    ],
    ['a known name', 'wallet Mira’s savings is locked', 'savings'],
    ['a known host name without a dot', 'ENOTFOUND miras-laptop', 'laptop'],
    ['a known name with marks', 'wallet a+b is locked', 'a+b'],
  ])('%s', (_what, text, secret) => {
    expect(anonymise(text)).not.toContain(secret);
  });
});

test.each([
  ['with joiners', '👩\u200d🚀 Anna', 'to 👩\u200d🚀 Anna failed'],
  ['composed differently', 'Zoe\u0308', 'to Zo\u00eb failed'],
  ['in a text that is composed differently', 'Zo\u00eb', 'to Zoe\u0308 failed'],
])('a known name %s is removed', (_what, name, text) => {
  expect(createAnonymiser([name])(text)).toBe('to [name] failed');
});

test('of a thousand names the longest that fits is removed', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `Anna ${'x'.repeat(i % 7)}${i}`);
  expect(createAnonymiser(['Anna', ...names])('to Anna xxx3 and Anna failed')).toBe(
    'to [name] and [name] failed',
  );
});

test('what a developer needs stays', () => {
  const text = 'block 123456 arrived after 250 ms with code chain-missing: ECONNRESET (3 of 8)';
  expect(anonymise(text)).toBe(text);
});

test('the words around a secret stay', () => {
  expect(anonymise('connect ECONNREFUSED 198.51.100.7:21474')).toBe('connect ECONNREFUSED [address]');
});

test('no control or direction character stays', () => {
  expect(anonymise('a\u0000b\u202ec\nd')).toBe('a b c d');
});

test('text is shortened before it costs time', () => {
  expect(anonymise('x y '.repeat(100_000)).length).toBeLessThanOrEqual(401);
});

const BASE58 = Array.from('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz');
const BECH32 = Array.from('qpzry9x8gf2tvdw0s3jn54khce6mua7l');
const drawn = (from: readonly string[], length: number) =>
  fc.array(fc.constantFrom(...from), { minLength: length, maxLength: length }).map((all) => all.join(''));
const word = drawn(Array.from('abcdefghijklmnopqrstuvwxyz'), 9);

const SECRETS: Readonly<Record<string, fc.Arbitrary<readonly [secret: string, written: string]>>> = {
  'an IPv4 address': fc.ipV4().map((ip) => [ip, ip] as const),
  'an IPv6 address': fc.ipV6().map((ip) => [ip, ip] as const),
  'an IPv6 address in brackets': fc.ipV6().map((ip) => [ip, `[${ip}]:21474`] as const),
  'a multiaddr': fc
    .tuple(fc.ipV4(), drawn(BASE58, 44))
    .map(([ip, id]) => [ip, `/ip4/${ip}/tcp/21474/p2p/12D3KooW${id}`] as const),
  'a peer id': drawn(BASE58, 44).map((id) => [id, `12D3KooW${id}`] as const),
  'an address': fc
    .tuple(fc.constantFrom('kith', 'rkith', 'tkith', 'mira'), drawn(BECH32, 58))
    .map(([hrp, data]) => [data, `${hrp}1${data}`] as const),
  'a txid': drawn(Array.from('0123456789abcdef'), 64).map((id) => [id, id] as const),
  'an amount': fc
    .tuple(
      fc.integer({ min: 100, max: 84_000_000 }),
      fc.integer({ min: 0, max: 99_999_999 }),
      fc.constantFrom(' ', '\u202f', '\u00a0', ''),
    )
    .map(
      ([whole, rest, gap]) => [String(whole), `${whole}.${String(rest).padStart(8, '0')}${gap}KITH`] as const,
    ),
  'a path': fc
    .tuple(word, fc.constantFrom('/home/', '/Users/', 'C:\\Users\\', '~/', '\\\\'))
    .map(([user, before]) => [user, `${before}${user}/kith/chain`] as const),
  'a path with marks': fc
    .tuple(word, fc.constantFrom('/home/u, ', '/home/u (', 'C:\\x; ', "/home/u's ", '~/a [', '/home/a: '))
    .map(([user, before]) => [user, `${before}${user})/kith/chain`] as const),
  'a host name': fc
    .tuple(word, fc.constantFrom('.example.org', '.local', '.fritz.box'))
    .map(([host, rest]) => [host, host + rest] as const),
};
const AROUND = fc.constantFrom(
  ['', ''],
  ['dial ', ' failed'],
  ['open (', ')'],
  ['cause=', ', again'],
  ['peer: ', ': refused'],
  ['“', '”'],
);

describe('whatever is generated, the anonymiser removes', () => {
  test.each(Object.entries(SECRETS))('%s', (_name, secrets) => {
    fc.assert(
      fc.property(secrets, AROUND, ([secret, written], [before, after]) => {
        expect(anonymise(`${before}${written}${after}`)).not.toContain(secret);
      }),
      { numRuns: 500 },
    );
  });
});
