import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_ASN_MAP_BYTES, openAsnMap } from '../../../../main/net/geo/asn-map.ts';
import { createNetworkGroups } from '../../../../main/net/geo/network-groups.ts';
import { parseIp } from '../../../../main/net/transport/ip.ts';
import { mutate } from '../../../fuzz/mutate.ts';
import { type Assignment, encodeAsnMap, packed, stepBits } from '../../../support/asn-map.ts';
import { createRandom } from '../../../support/random.ts';

const SEED = Number(process.env['KITH_FUZZ_SEED'] ?? 20_261_130);
const ASSIGNMENTS: readonly Assignment[] = [
  ['192.0.2.0/24', 64_496],
  ['198.51.100.0/25', 64_497],
  ['198.51.100.128/25', 4_200_000],
  ['2001:db8::/32', 64_498],
  ['2001:db9:8000::/33', 1],
];
const encoded = encodeAsnMap(ASSIGNMENTS);
const lookup = (bytes: Uint8Array, address: string) => openAsnMap(bytes)!.asnOf(parseIp(address)!);

describe('the autonomous system of an address', () => {
  test.each([
    ['192.0.2.0', 64_496],
    ['192.0.2.255', 64_496],
    ['192.0.3.0', null],
    ['198.51.100.127', 64_497],
    ['198.51.100.128', 4_200_000],
    ['2001:db8::', 64_498],
    ['2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 64_498],
    ['2001:db9::', null],
    ['2001:db9:8000::1', 1],
    ['::ffff:192.0.2.7', 64_496],
  ])('of %s is %s', (address, asn) => {
    expect(lookup(encoded, address)).toBe(asn);
  });

  test('of a 6to4 address is that of the IPv4 address in it', () => {
    const map = encodeAsnMap([['8.8.8.0/24', 15_169]]);
    expect(lookup(map, '2002:808:808::1')).toBe(15_169);
  });

  test('is the last one named before a pattern that does not match', () => {
    const bits = [...stepBits.fallback(7), ...stepBits.match(0b10), ...stepBits.return(8)];
    expect(lookup(packed(bits), '::1')).toBe(8);
    expect(lookup(packed(bits), 'f000::1')).toBe(7);
  });

  test('is found for every address of random maps, as in a list of the prefixes', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const prefix = fc.tuple(octet, octet, fc.integer({ min: 1, max: 2 ** 24 }));
    fc.assert(
      fc.property(
        fc.array(prefix, { minLength: 1, maxLength: 40 }),
        fc.tuple(octet, octet),
        (list, other) => {
          const assigned = new Map(list.map(([a, b, asn]) => [`${a}.${b}`, asn]));
          const map = openAsnMap(encodeAsnMap([...assigned].map(([half, asn]) => [`${half}.0.0/16`, asn])))!;
          for (const half of [...assigned.keys(), other.join('.')])
            expect(map.asnOf(parseIp(`${half}.1.2`)!)).toBe(assigned.get(half) ?? null);
        },
      ),
      { seed: SEED },
    );
  });
});

describe('an ASN map', () => {
  test.each([
    ['nothing', []],
    ['no end', stepBits.fallback(7)],
    ['a number that ends in the middle', stepBits.return(7).slice(0, -3)],
    ['a jump out of the map', [...stepBits.jump(500), ...stepBits.return(7), ...stepBits.return(8)]],
    ['steps that cannot be reached', [...stepBits.return(7), ...stepBits.return(8)]],
    ['a fallback that says the same as the return', [...stepBits.fallback(7), ...stepBits.return(8)]],
    ['two fallbacks in a row', [...stepBits.fallback(7), ...stepBits.fallback(8), ...stepBits.match(2)]],
    ['two short patterns in a row', [...stepBits.match(2), ...stepBits.match(2), ...stepBits.return(7)]],
    [
      'more bits than an address has',
      [...Array.from({ length: 17 }, () => stepBits.match(0x1ff)).flat(), ...stepBits.return(7)],
    ],
    ['bits of one after the end', [...stepBits.return(7), 1]],
    ['a byte after the end', [...stepBits.return(7), ...Array.from({ length: 15 }, () => 0)]],
  ])('with %s is refused', (_what, bits) => {
    expect(openAsnMap(packed(bits))).toBeNull();
  });

  test('that is too large is refused', () => {
    expect(openAsnMap(new Uint8Array(MOST_ASN_MAP_BYTES + 1))).toBeNull();
  });

  test('that is cut off anywhere is refused', () => {
    for (let length = 0; length < encoded.length; length++)
      expect(openAsnMap(encoded.subarray(0, length))).toBeNull();
  });

  test('with random changes is refused, or answers within its range', () => {
    const random = createRandom(SEED);
    let refused = 0;
    for (let i = 0; i < 5000; i++) {
      const map = openAsnMap(mutate(encoded, random));
      if (map === null) refused++;
      for (const address of ['192.0.2.1', '198.51.100.200', '2001:db8::1', '::', 'ffff::'])
        expect(map?.asnOf(parseIp(address)!) ?? 1).toBeGreaterThan(0);
    }
    expect(refused).toBeGreaterThan(2500);
  });
});

describe('the network group of an address', () => {
  const everything = openAsnMap(
    encodeAsnMap([
      ['20.0.2.0/24', 64_496],
      ['2a00:db8::/32', 64_498],
      ['10.0.0.0/8', 64_499],
      ['127.0.0.0/8', 64_499],
      ['192.168.0.0/16', 64_499],
      ['fc00::/7', 64_499],
    ]),
  )!;
  const groups = createNetworkGroups(everything);
  test.each([
    ['/ip4/20.0.2.1/tcp/1', 'AS64496'],
    ['/ip4/20.0.3.1/tcp/1', '20.0'],
    ['/ip6/::ffff:20.0.2.1/tcp/1', 'AS64496'],
    ['/ip6/64:ff9b::1400:201/tcp/1', 'AS64496'],
    ['/ip6/2a00:db8::1/tcp/1', 'AS64498'],
    ['/ip6/2a00:db9::1/tcp/1', '2a00:db9'],
    ['/dns4/example.org/tcp/1', null],
    ['rubbish', null],
    // Whatever a map says, these belong to no operator.
    ['/ip4/10.1.2.3/tcp/1', '10.1'],
    ['/ip4/192.168.1.5/tcp/1', '192.168'],
    ['/ip6/fd00::1/tcp/1', 'fd00:0'],
    ['/ip4/127.0.0.1/tcp/1', '127.0.0.1'],
  ])('of %s is %s', (address, group) => {
    expect(groups.of(address)).toBe(group);
  });

  test('is an operator on loopback for a node that talks only to its own machine', () => {
    const local = createNetworkGroups(everything, true);
    expect(local.of('/ip4/127.0.0.1/tcp/1')).toBe('AS64499');
    expect(local.asnOf('/ip4/192.168.1.5/tcp/1')).toBeNull();
  });

  test('is the prefix without a map', () => {
    expect(createNetworkGroups(undefined).of('/ip4/192.0.2.1/tcp/1')).toBe('192.0');
  });

  test('of a relayed address is no autonomous system, because its IP is that of the relay', () => {
    const relayed = '/ip4/20.0.2.1/tcp/1/p2p/12D3KooWRelay/p2p-circuit/p2p/12D3KooWPeer';
    expect([groups.asnOf('/ip4/20.0.2.1/tcp/1'), groups.asnOf(relayed)]).toEqual([64_496, null]);
  });
});
