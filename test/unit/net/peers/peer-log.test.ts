import { describe, expect, test } from 'vitest';
import { createEmitter } from '../../../../main/lib/events.ts';
import { createPeerLog } from '../../../../main/net/peers/peer-log.ts';
import { createNewerVersions } from '../../../../main/net/peers/newer-versions.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import type { PeersEvents } from '../../../../main/net/peers/peers.ts';
import { PROTOCOL_VERSION } from '../../../../main/net/protocol/hello.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const ADDRESS = '/ip4/192.0.2.7/tcp/5';

function peerOf(id: string, versionMax = PROTOCOL_VERSION): Peer {
  const from = { direction: 'outbound', kind: 'full-relay', foundBy: 'exchange' } as const;
  return { id, address: ADDRESS, ...from, hello: { versionMax } } as Peer;
}

function world() {
  const clock = turnedClock();
  const events = createEmitter<PeersEvents>((error) => {
    throw error;
  });
  const connected: Peer[] = [];
  const peers = { events, list: () => connected };
  const peerLog = createPeerLog({ peers, clock });
  const newer = createNewerVersions({ peers });
  peerLog.start();
  newer.start();
  return { clock, events, connected, peerLog, newer };
}

describe('the peer log', () => {
  test('has how each peer connected, its violations and why it disconnected, newest first', () => {
    const { clock, events, peerLog } = world();
    events.emit('handshakeCompleted', peerOf('a'));
    clock.pass(5000);
    events.emit('penalised', { id: 'a', address: ADDRESS, code: 'block-withheld', banned: false });
    events.emit('penalised', { id: 'a', address: ADDRESS, code: 'header-pow', banned: true });
    events.emit('disconnected', { peer: peerOf('a'), code: 'header-pow' });
    peerLog.note({ event: 'pardoned', id: 'a', code: null });
    const [pardoned, left, banned, penalty, came] = peerLog.list(100);
    expect(came).toMatchObject({
      number: 1,
      event: 'connected',
      id: 'a',
      address: ADDRESS,
      direction: 'outbound',
      kind: 'full-relay',
      foundBy: 'exchange',
      code: null,
      reason: null,
      times: 1,
    });
    expect(penalty).toMatchObject({
      event: 'penalty',
      code: 'block-withheld',
      reason: 'It did not deliver a block that it claimed to have.',
    });
    expect(banned).toMatchObject({ event: 'banned', code: 'header-pow' });
    expect(left).toMatchObject({ event: 'left', code: 'header-pow', direction: 'outbound' });
    expect(pardoned).toMatchObject({ event: 'pardoned', number: 5, reason: null });
    expect(left!.time - came!.time).toBe(5);
  });

  test('a list continues after a number', () => {
    const { events, peerLog } = world();
    for (const id of ['a', 'b', 'c']) events.emit('handshakeCompleted', peerOf(id));
    expect(peerLog.list(100, 1).map(({ id }) => id)).toEqual(['c', 'b']);
    expect(peerLog.list(1, 1).map(({ id }) => id)).toEqual(['c']);
    expect(peerLog.list(100, 3)).toEqual([]);
  });

  test('a peer that connects repeatedly is one counted entry with the newest time', () => {
    const { events, peerLog } = world();
    for (let i = 0; i < 50; i++)
      events.emit('refused', { id: 'x', address: ADDRESS, direction: 'outbound', code: 'hello-network' });
    events.emit('handshakeCompleted', peerOf('a'));
    expect(peerLog.list(100)).toHaveLength(2);
    expect(peerLog.list(100)[1]).toMatchObject({ id: 'x', times: 50, number: 50 });
    events.emit('refused', { id: 'x', address: ADDRESS, direction: 'outbound', code: 'hello-network' });
    expect(peerLog.list(100, 51)).toMatchObject([{ id: 'x', times: 51, number: 52 }]);
  });

  test('a peer that reconnects all the time has two entries, both counted', () => {
    const { events, peerLog } = world();
    events.emit('handshakeCompleted', peerOf('a'));
    for (let i = 0; i < 50; i++) {
      events.emit('handshakeCompleted', peerOf('x'));
      events.emit('disconnected', { peer: peerOf('x'), code: null });
    }
    expect(peerLog.list(100)).toMatchObject([
      { id: 'x', event: 'left', times: 50, number: 101 },
      { id: 'x', event: 'connected', times: 50, number: 100 },
      { id: 'a', event: 'connected', times: 1, number: 1 },
    ]);
  });

  test('a flood of unknown peers fills at most the last five hundred entries', () => {
    const { events, peerLog } = world();
    for (let i = 0; i < 10_000; i++)
      events.emit('refused', { id: `x${i}`, address: ADDRESS, direction: 'outbound', code: 'hello-missing' });
    expect(peerLog.list(1000)).toHaveLength(500);
    expect(peerLog.list(1)[0]!.id).toBe('x9999');
  });

  test('records no events after it is stopped', () => {
    const { events, peerLog } = world();
    peerLog.stop();
    events.emit('handshakeCompleted', peerOf('a'));
    expect(peerLog.list(10)).toEqual([]);
  });
});

describe('newer versions around this node', () => {
  const codes = ({ newer }: ReturnType<typeof world>) => newer.notices().map(({ code }) => code);

  test('are reported when most of the connected peers have one', () => {
    const here = world();
    here.connected.push(peerOf('a', PROTOCOL_VERSION + 1), peerOf('b', PROTOCOL_VERSION + 1), peerOf('c'));
    expect(codes(here)).toEqual(['version-old']);
    here.connected.push(peerOf('d'));
    expect(codes(here)).toEqual([]);
  });

  test('peers without a common version count, each once', () => {
    const here = world();
    here.connected.push(peerOf('a'));
    const refuse = (id: string) =>
      here.events.emit('refused', { id, address: ADDRESS, direction: 'outbound', code: 'hello-version' });
    refuse('x');
    refuse('x');
    expect(codes(here)).toEqual([]);
    refuse('y');
    expect(here.newer.notices()[0]!.message).toBe(
      'This version of Kith is old: 2 of 3 nodes use a newer version of the protocol. Update Kith.',
    );
  });

  test('a single peer alone causes no report', () => {
    const here = world();
    here.connected.push(peerOf('a', 1000));
    expect(codes(here)).toEqual([]);
  });
});
