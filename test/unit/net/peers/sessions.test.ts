import type { Connection } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { expect, test } from 'vitest';
import { AWAITING_HELLO, createSessions } from '../../../../main/net/peers/sessions.ts';

const INBOUND = { kind: 'inbound', foundBy: 'inbound' } as const;

function table() {
  const closed: string[] = [];
  const host = { peerId: 'us', traffic: { forget: () => undefined } };
  const sessions = createSessions({ host: host as never, ended: () => undefined });
  return {
    sessions,
    closed,
    /** A connection of a peer from an address, as libp2p tells of it. */
    come(id: string, ip: string): Connection {
      const connection = {
        remotePeer: { toString: () => id },
        remoteAddr: multiaddr(`/ip4/${ip}/tcp/4000`),
        direction: 'inbound',
        status: 'open',
        close: async () => void closed.push(id),
      } as unknown as Connection;
      if (!sessions.has(id)) sessions.open(connection, INBOUND);
      sessions.awaitHello(connection);
      return connection;
    },
  };
}

test('connections without a hello from one network do not displace those of other networks', () => {
  const { come, closed, sessions } = table();
  for (let i = 0; i < 20; i++) come(`honest ${i}`, `11.${i}.0.1`);
  for (let i = 0; i < 200; i++) come(`flood ${i}`, `12.1.${i}.1`);
  expect(closed).toHaveLength(200 - AWAITING_HELLO.perGroup);
  expect(closed.filter((id) => !id.startsWith('flood'))).toEqual([]);
  expect(sessions.has('honest 0')).toBe(true);
  // When all are taken, the largest network makes room until it has no more than others; the newest gets in.
  const before = closed.length;
  for (let i = 0; i < 30; i++) come(`second ${i}`, `13.${i}.0.1`);
  expect(closed.slice(before, before + 7).filter((id) => id.startsWith('flood'))).toHaveLength(7);
  expect(sessions.has('second 29')).toBe(true);
});

test('one host has a small share, and other connections of a greeted peer count as well', () => {
  const { come, closed, sessions } = table();
  sessions.stopAwaiting(come('greeted', '11.1.0.1'));
  for (let i = 0; i < AWAITING_HELLO.perHost; i++) come('greeted', '11.1.0.1');
  expect(closed).toEqual([]);
  come('neighbour', '11.1.0.1');
  expect(closed).toEqual(['greeted']);
  // The connection that it greeted on was not the one that was closed.
  expect(sessions.has('greeted')).toBe(true);
});
