import { describe, expect, test } from 'vitest';
import {
  netgroupOf,
  hostKeyOf,
  ipOf,
  isPublic,
  isRelayed,
  isUsefulFrom,
  parseAddress,
  peerIdOf,
  portOf,
  relayOf,
  withoutPeer,
} from '../../../../main/net/transport/multiaddrs.ts';
import { helloAmong, namesOf } from '../../../../main/net/transport/protocols.ts';

const ID = '12D3KooWAuBk9Nx5CpGPq7WCrNaxoF367nicnQz5UTE2pNQ2ZHuX';

describe('addresses', () => {
  test.each([
    ['/ip4/203.0.113.9/tcp/21474', '203.0'],
    ['/ip4/127.0.0.1/tcp/1', '127.0.0.1'],
    ['/ip4/127.5.6.7/tcp/1', '127.5.6.7'],
    ['/ip6/2001:db8:1:2::9/tcp/1', '2001:db8'],
    ['/ip6/2001::9/tcp/1', '2001:0'],
    ['/ip6/::1/tcp/1', '::1'],
    ['/dns4/node.example/tcp/1', null],
    ['nonsense', null],
  ])('%s belongs to group %s', (address, group) => expect(netgroupOf(address)).toBe(group));

  test.each([
    ['/ip6/2001:db8:1:2:3:4:5:6/tcp/1', '/ip6/2001:db8:1:2::/ipcidr/64'],
    ['/ip6/2001:db8:1:2::9/tcp/7', '/ip6/2001:db8:1:2::/ipcidr/64'],
    ['/ip6/2001:db8:1:2::/ipcidr/64', '/ip6/2001:db8:1:2::/ipcidr/64'],
    ['/ip6/2001:db8::7/tcp/1', '/ip6/2001:db8::/ipcidr/64'],
    ['/ip6/::1/tcp/1', '/ip6/::1'],
  ])('%s is banned and counted as %s', (address, host) => expect(hostKeyOf(address)).toBe(host));

  test('the parts of an address are read', () => {
    const address = `/ip4/203.0.113.9/tcp/21474/p2p/${ID}`;
    expect(peerIdOf(address)).toBe(ID);
    expect(withoutPeer(address)).toBe('/ip4/203.0.113.9/tcp/21474');
    expect(hostKeyOf(address)).toBe('/ip4/203.0.113.9');
    expect(ipOf('/ip6/::1/tcp/1')).toBe('::1');
    expect(peerIdOf('/ip4/203.0.113.9/tcp/21474')).toBeNull();
  });

  test.each(['', 'x', '/ip4/999.1.1.1/tcp/1', '/ip4/1.2.3.4/tcp/99999', `/ip4/1.2.3.4${'/'.repeat(600)}`])(
    '%j is not an address',
    (wrong) => expect(parseAddress(wrong)).toBeNull(),
  );
});

test('protocol names contain the network, and the handshake detects a node of another network', () => {
  const names = namesOf('0123456789abcdef'.repeat(4));
  expect(Object.keys(names)).not.toEqual([]);
  for (const name of Object.values(names)) expect(name).toMatch(/^\/kith\/01234567\//);
  expect(helloAmong(['/ipfs/ping/1.0.0', '/kith/deadbeef/hello/1'])).toBe('/kith/deadbeef/hello/1');
  expect(helloAmong(['/kith/DEADBEEF/hello/1', '/kith/deadbeef/hello/1/x', '/hello/1'])).toBeNull();
});

describe('addresses through a relay', () => {
  const RELAY = `/ip4/44.1.0.2/tcp/21474/p2p/${ID}`;
  const OTHER = '12D3KooWKnBFvLxXnSsohghTA2hN9PkUYVyYe2bqadLnaxDz8C7q';
  const address = `${RELAY}/p2p-circuit/p2p/${OTHER}`;

  test('lead to the peer behind it, and belong to the group of the relay', () => {
    expect(peerIdOf(address)).toBe(OTHER);
    expect(peerIdOf(`${RELAY}/p2p-circuit`)).toBeNull();
    expect([isRelayed(address), isRelayed(RELAY)]).toEqual([true, false]);
    expect([relayOf(address), relayOf(RELAY)]).toEqual([RELAY, null]);
    expect(netgroupOf(address)).toBe('44.1');
    expect([portOf(RELAY), portOf(address)]).toEqual([21474, null]);
  });

  test('are accepted where the address of the relay would be', () =>
    expect(isUsefulFrom('/ip4/44.9.0.1/tcp/1', address, false)).toBe(true));

  test.each([
    ['has two relays', `${RELAY}/p2p-circuit/p2p/${OTHER}/p2p-circuit/p2p/${ID}`],
    ['names no peer behind the relay', `${RELAY}/p2p-circuit`],
    ['has a relay at a private address', address.replace('44.1.0.2', '192.168.1.2')],
    ['has a relay at a loopback address', address.replace('44.1.0.2', '127.0.0.1')],
  ])('are refused if one %s', (_what, useless) =>
    expect(isUsefulFrom('/ip4/44.9.0.1/tcp/1', useless, false)).toBe(false),
  );
});

test.each([
  ['/ip4/44.1.0.2/tcp/1', true],
  ['/ip6/2a00:1450::1/tcp/1', true],
  ['/ip4/192.168.1.2/tcp/1', false],
  ['/ip4/127.0.0.1/tcp/1', false],
  ['/ip4/0.0.0.0/tcp/1', false],
  ['/ip4/44.1.0.2/udp/1', false],
  ['/dns4/node.example/tcp/1', false],
])('%s could be dialled from anywhere: %s', (address, is) => expect(isPublic(address)).toBe(is));
