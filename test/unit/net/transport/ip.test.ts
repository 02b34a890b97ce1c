import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import {
  netgroupOf,
  hostKeyOf,
  ipOf,
  isLocal,
  isPublic,
  isUsefulFrom,
  classOfAnnounced,
} from '../../../../main/net/transport/multiaddrs.ts';
import { ipClassOf } from '../../../../main/net/transport/ip.ts';

/**
 * The IANA Special-Purpose Address Registries for IPv4 and IPv6 as of 2025-10-09, every block, those that are globally
 * reachable, too: each serves one protocol, and none is the address of a node. Besides: multicast, IPv4-compatible
 * IPv6 (RFC 4291), site-local (RFC 3879), and the parts of IPv6 that nobody has been given.
 */
const SPECIAL_PURPOSE = [
  '0.0.0.0/8',
  '0.0.0.0/32',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.0.0/29',
  '192.0.0.8/32',
  '192.0.0.9/32',
  '192.0.0.10/32',
  '192.0.0.170/32',
  '192.0.0.171/32',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.88.99.2/32',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '255.255.255.255/32',
  '::1/128',
  '::/128',
  '::/96',
  '::ffff:0:0/96',
  '::ffff:0:0:0/96',
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '100::/64',
  '100:0:0:1::/64',
  '2001::/23',
  '2001::/32',
  '2001:1::1/128',
  '2001:1::2/128',
  '2001:1::3/128',
  '2001:2::/48',
  '2001:3::/32',
  '2001:4:112::/48',
  '2001:10::/28',
  '2001:20::/28',
  '2001:30::/28',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
  '5f00::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  '::/3',
  '4000::/2',
  '8000::/1',
];

/** The first, the last and one in the middle of a block. */
function addressesOf(block: string): string[] {
  const [first, bits] = ipaddr.parseCIDR(block);
  const bytes = first.toByteArray();
  const last = bytes.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, bits - 8 * i))));
  const middle = last.map((byte, i) => ((byte ^ bytes[i]!) & 0x5a) | bytes[i]!);
  return [bytes, middle, last].map((each) => ipaddr.fromByteArray(each).toString());
}

const written = (ip: string): string => `/${ip.includes(':') ? 'ip6' : 'ip4'}/${ip}/tcp/21474`;
const ID = '12D3KooWAuBk9Nx5CpGPq7WCrNaxoF367nicnQz5UTE2pNQ2ZHuX';
const PUBLIC_ANNOUNCER = '/ip4/44.1.0.2/tcp/1';

test.each(SPECIAL_PURPOSE)('no address in %s can be dialled', (block) => {
  for (const ip of addressesOf(block)) {
    expect([ip, ipClassOf(ip)]).not.toEqual([ip, 'public']);
    expect([ip, isPublic(written(ip))]).toEqual([ip, false]);
    expect([ip, isUsefulFrom(PUBLIC_ANNOUNCER, written(ip), false)]).toEqual([ip, false]);
    const relayed = `${written(ip)}/p2p/${ID}/p2p-circuit/p2p/${ID}`;
    expect([ip, isUsefulFrom(PUBLIC_ANNOUNCER, relayed, false)]).toEqual([ip, false]);
  }
});

test.each(['8.8.8.8', '44.1.0.2', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '192.0.1.1'])(
  '%s is public',
  (ip) => expect([ipClassOf(ip), isPublic(written(ip))]).toEqual(['public', true]),
);

test.each(['2a00:1450::1', '2001:200::1', '2003::1', '2620:0:2d0:200::7', '3ffe::1', '2606:4700::1111'])(
  '%s is public',
  (ip) => expect([ipClassOf(ip), isPublic(written(ip))]).toEqual(['public', true]),
);

describe('loopback and private addresses in other forms', () => {
  test.each([
    '/ip6/::ffff:127.0.0.1/tcp/22',
    '/ip6/::ffff:192.168.1.1/tcp/80',
    '/ip6/::127.0.0.1/tcp/22',
    '/ip6/64:ff9b::127.0.0.1/tcp/22',
    '/ip6/64:ff9b::10.0.0.1/tcp/22',
    '/ip6/64:ff9b:1::10.0.0.1/tcp/22',
    '/ip6/2002:7f00:1::/tcp/22',
    '/ip6/2002:c0a8:101::1/tcp/22',
    '/ip6/2001:0:1:2:3:4:80ff:fffe/tcp/22',
    '/ip6zone/eth0/ip6/fe80::1/tcp/22',
    '/ip6zone/lo/ip6/2a00:1450::1/tcp/22',
    '/ip4/10.0.0.1/ipcidr/8/tcp/22',
    '/ip4/44.1.0.2/tcp/0',
    '/dns/localhost/tcp/22',
    '/dns4/localhost/tcp/22',
    '/dns6/ip6-localhost/tcp/22',
    '/dnsaddr/localhost.example/tcp/22',
    `/dns4/relay.example/tcp/22/p2p/${ID}/p2p-circuit/p2p/${ID}`,
  ])('%s is refused from any peer', (address) => {
    expect(isPublic(address)).toBe(false);
    for (const announcer of [PUBLIC_ANNOUNCER, '/ip4/192.168.1.7/tcp/1', '/ip4/127.0.0.1/tcp/1'])
      for (const local of [true, false]) expect(isUsefulFrom(announcer, address, local)).toBe(false);
  });

  test.each(['fe80::1%eth0', '127.1', '0x7f.1', '2130706433', '0177.0.0.1', '', 'localhost'])(
    '%j, another form of an address, is of the class `special`',
    (text) => expect(ipClassOf(text)).toBe('special'),
  );

  test('an address without a TCP port has no class', () =>
    expect(classOfAnnounced('/ip4/44.1.0.2/udp/1')).toBeNull());
});

describe('IPv4 inside IPv6 counts as the IPv4 that owns it', () => {
  test.each([
    // A listener for both families sees every IPv4 peer so.
    ['/ip6/::ffff:44.1.0.2/tcp/1', '/ip4/44.1.0.2', '44.1'],
    ['/ip6/64:ff9b::44.1.0.2/tcp/1', '/ip4/44.1.0.2', '44.1'],
    ['/ip6/2002:2c01:2:77::9/tcp/1', '/ip4/44.1.0.2', '44.1'],
    ['/ip6/2001:0:4136:e378:8000:63bf:d3fe:fffd/tcp/1', '/ip4/44.1.0.2', '44.1'],
    // What it hides must not be taken for this computer, which no ban and no limit applies to.
    ['/ip6/2002:7f00:1::1/tcp/1', '/ip6/2002:7f00:1::/ipcidr/64', '2002:7f00'],
    ['/ip6/64:ff9b::7f00:1/tcp/1', '/ip6/64:ff9b::/ipcidr/64', '64:ff9b'],
  ])('%s is of host %s and group %s', (address, host, group) => {
    expect([hostKeyOf(address), netgroupOf(address)]).toEqual([host, group]);
  });

  test('the class of a connection', () => {
    expect(ipOf('/ip6/::ffff:44.1.0.2/tcp/1')).toBe('44.1.0.2');
    expect(isLocal(['/ip6/::ffff:127.0.0.1/tcp/1', '/ip6/::1/tcp/1'])).toBe(true);
    expect(isLocal(['/ip6/64:ff9b::127.0.0.1/tcp/1'])).toBe(false);
  });
});
