import { generateKeyPair } from '@libp2p/crypto/keys';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, test } from 'vitest';
import { openRecord, signRecord } from '../../../../main/net/transport/peer-records.ts';

const RELAY = '12D3KooWKnBFvLxXnSsohghTA2hN9PkUYVyYe2bqadLnaxDz8C7q';

test('a record lists first the addresses that most peers can use, and those through relays', async () => {
  const key = await generateKeyPair('Ed25519');
  const id = peerIdFromPrivateKey(key).toString();
  const own = [
    '/ip4/127.0.0.1/tcp/1',
    '/ip6/::1/tcp/1',
    '/ip4/192.168.1.2/tcp/1',
    '/ip4/10.0.0.2/tcp/1',
    `/ip4/44.1.0.2/tcp/1/p2p/${RELAY}/p2p-circuit`,
    '/ip4/44.2.0.2/tcp/1',
  ].map((address) => multiaddr(`${address}/p2p/${id}`));
  const record = await openRecord(await signRecord(key, own));
  expect(record).toEqual({
    peerId: id,
    addresses: [own[5], own[4], own[2], own[3]].map(String),
  });
  // An address with another peer id does not belong to the peer.
  const stolen = [multiaddr(`/ip4/44.2.0.2/tcp/1/p2p/${id}/p2p-circuit/p2p/${RELAY}`)];
  expect((await openRecord(await signRecord(key, stolen)))?.addresses).toEqual([]);
});
