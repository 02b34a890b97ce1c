import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createCountries } from '../../../../main/net/geo/countries.ts';
import {
  type CountryRange,
  encodeCountryData,
  MOST_COUNTRY_DATA_BYTES,
  openCountryData,
} from '../../../../main/net/geo/country-data.ts';
import { encodeSegments, openSegments } from '../../../../main/net/geo/segments.ts';
import { parseIp } from '../../../../main/net/transport/ip.ts';
import { readTorRanges, torOrigin } from '../../../../tools/support/tor-geoip.ts';
import { mutate } from '../../../fuzz/mutate.ts';
import { newFolder } from '../../../support/folder.ts';
import { createRandom } from '../../../support/random.ts';

const SEED = Number(process.env['KITH_FUZZ_SEED'] ?? 20_261_130);
const ORIGIN = { source: 'a test', licence: 'none', date: '2026-11-30' };
const IPV4 = `# Generated: Thu, 25 Jun 2026 04:33:59 GMT
# Vendor:    A test
# License:   None
16777216,16777471,AU
16777472,16778239,CN
16778240,16779263,??
16785408,16793599,EU
16793600,16809983,JP
`;
const IPV6 = `2001:200::,2001:200:134:ffff:ffff:ffff:ffff:ffff,JP
2001:200:135::,2001:200:135:1:ffff:ffff:ffff:ffff,DE
2001:200:135:2::,2001:200:135:ffff:ffff:ffff:ffff:ffff,FR
`;

const encoded = (): Uint8Array =>
  encodeCountryData(torOrigin(IPV4), readTorRanges(IPV4, 4), readTorRanges(IPV6, 6));
const lookup = (bytes: Uint8Array, address: string) => openCountryData(bytes)!.countryOf(parseIp(address)!);

describe('the country of an address', () => {
  test.each([
    ['1.0.0.0', 'AU'],
    ['1.0.0.255', 'AU'],
    ['1.0.1.0', 'CN'],
    ['1.0.3.255', 'CN'],
    ['1.0.4.0', null],
    ['1.0.32.0', null],
    ['1.0.64.0', 'JP'],
    ['1.0.127.255', 'JP'],
    ['1.0.128.0', null],
    ['0.0.0.0', null],
    ['255.255.255.255', null],
    ['2001:200::1', 'JP'],
    ['2001:200:134:ffff::1', 'JP'],
    ['2001:200:135::', 'DE'],
    ['2001:200:136::', null],
    ['2001:1ff:ffff::', null],
    ['ffff:ffff:ffff:ffff::', null],
  ])('%s is in %s', (address, country) => expect(lookup(encoded(), address)).toBe(country));

  test('is that of the first network of 48 bits of IPv6, which no route divides', () => {
    expect(lookup(encoded(), '2001:200:135:2::')).toBe('DE');
  });

  test('comes with source, licence and date', () => {
    expect(openCountryData(encoded())!.origin).toEqual({
      source: 'A test',
      licence: 'None',
      date: '2026-06-25',
    });
  });

  test('agrees with a search through all ranges, for random ranges and addresses', () => {
    const random = createRandom(SEED);
    const ranges: CountryRange[] = [];
    for (let start = random.int(1000); ranges.length < 1000; start += 1 + random.int(2 ** random.int(22)))
      ranges.push({ start, country: random.int(4) === 0 ? null : ['DE', 'FR', 'JP'][random.int(3)]! });
    const data = openCountryData(encodeCountryData(ORIGIN, ranges, []))!;
    const places = ranges.flatMap(({ start }) => [start - 1, start, start + 1]).filter((at) => at >= 0);
    for (const at of places) {
      const ip = parseIp([24, 16, 8, 0].map((bits) => (at >>> bits) & 255).join('.'))!;
      const expected = ranges.findLast(({ start }) => start <= at)?.country ?? null;
      expect(data.countryOf(ip), `seed ${SEED}, address ${at}`).toBe(expected);
    }
  });
});

describe('ranges', () => {
  test('that do not ascend are not written', () => {
    expect(() =>
      encodeSegments([
        { start: 5, value: 1 },
        { start: 5, value: 2 },
      ]),
    ).toThrow(RangeError);
    expect(() => encodeSegments([{ start: 2 ** 48, value: 1 }])).toThrow(RangeError);
  });

  test.each([
    ['more than there are bytes', [1, 1], 2, 1],
    ['fewer than there are bytes', [1, 1, 1, 1], 1, 1],
    ['a value that is too large', [1, 2], 1, 1],
    ['no distance', [1, 1, 0, 1], 2, 1],
    ['a number of 2^48', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40, 1], 1, 1],
    ['a distance of eight bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 1], 1, 1],
    ['a distance that is cut', [0x80], 1, 1],
  ])('with %s are refused', (_what, bytes, count, most) => {
    expect(openSegments(Uint8Array.from(bytes), count, most)).toBeNull();
  });

  test('begin with a distance of zero at most once, at the start', () => {
    expect(openSegments(Uint8Array.of(0, 1), 1, 1)!.valueAt(0)).toBe(1);
  });
});

test('data with one flipped bit is refused', () => {
  const bytes = encoded();
  for (let at = 0; at < bytes.length; at++) {
    const flipped = Uint8Array.from(bytes);
    flipped[at]! ^= 1 << (at % 8);
    expect(openCountryData(flipped), `byte ${at}`).toBeNull();
  }
});

test('rubbish under a right checksum is refused or answers without an exception', () => {
  const random = createRandom(SEED);
  let refused = 0;
  for (let run = 0; run < 2000; run++) {
    const content = mutate(encoded().subarray(0, -32), random);
    const data = openCountryData(Buffer.concat([content, createHash('sha256').update(content).digest()]));
    if (data === null) refused++;
    for (const ip of ['1.0.0.1', '2001:200::1'])
      expect(data?.countryOf(parseIp(ip)!) ?? 'AU').toMatch(/^[A-Z]{2}$/);
  }
  expect(refused, `seed ${SEED}`).toBeGreaterThan(0);
});

test.each([['not,a,range'], ['5,4,DE'], ['1,2,de'], ['1,2']])(
  'the line %s of a source is an error',
  (line) => {
    expect(() => readTorRanges(line, 4)).toThrow('not a range');
  },
);

test('a source whose last range ends with the last address is read', () => {
  expect(readTorRanges('4294967295,4294967295,DE', 4).at(-1)).toEqual({
    start: 4_294_967_295,
    country: 'DE',
  });
  expect(
    readTorRanges('ffff:ffff:ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,DE', 6).at(-1)!.country,
  ).toBe('DE');
});

test('a source without vendor, licence and date is an error', () => {
  expect(() => torOrigin('1,2,DE')).toThrow('names no vendor');
});

describe('the countries of peers', () => {
  const log = { info: () => undefined, warn: () => undefined };
  const PEER = '/p2p/12D3KooWTest';
  async function countries(bytes: Uint8Array | null) {
    const file = path.join(newFolder(), 'countries.bin');
    if (bytes !== null) writeFileSync(file, bytes);
    const found = createCountries(file, log);
    return { origin: await found.origin(), of: found.of };
  }

  test.each([
    [`/ip4/1.0.0.1/tcp/7${PEER}`, 'AU'],
    [`/ip6/2001:200::1/tcp/7`, 'JP'],
    [`/ip4/192.168.1.1/tcp/7`, null],
    [`/ip4/127.0.0.1/tcp/7`, null],
    [`/ip4/1.0.0.1/tcp/7${PEER}/p2p-circuit${PEER}`, null],
    [`/dns4/example.org/tcp/7`, null],
    ['rubbish', null],
  ])('%s is in %s', async (address, country) => {
    expect((await countries(encoded())).of(address)).toBe(country);
  });

  test('are unknown without data, and with corrupt data', async () => {
    for (const bytes of [null, Uint8Array.of(1, 2, 3)]) {
      const { origin, of } = await countries(bytes);
      expect([origin, of('/ip4/1.0.0.1/tcp/7')]).toEqual([null, null]);
    }
  });
});

const TOR = ['/usr/share/tor/geoip', '/usr/share/tor/geoip6'];
test.skipIf(!TOR.every((file) => existsSync(file)))(
  'the whole internet fits (skipped without the Debian package tor-geoipdb)',
  () => {
    const [ipv4, ipv6] = TOR.map((file) => readFileSync(file, 'utf8')) as [string, string];
    const bytes = encodeCountryData(torOrigin(ipv4), readTorRanges(ipv4, 4), readTorRanges(ipv6, 6));
    expect(bytes.length).toBeLessThanOrEqual(MOST_COUNTRY_DATA_BYTES);
    expect(lookup(bytes, '193.99.144.80')).toBe('DE');
    expect(lookup(bytes, '2001:4860:4860::8888')).toBe('US');
  },
);
