import { describe, expect, test } from 'vitest';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { createBlocksInFlight } from '../../../../main/net/sync/blocks-in-flight.ts';
import { createRequestTimeouts } from '../../../../main/net/sync/request-timeouts.ts';
import { createStalledBlocks } from '../../../../main/net/sync/stalled-blocks.ts';
import { silent } from '../../../support/chain/test-chain.ts';
import { turnedClock } from '../../../support/test-clock.ts';

const head = { id: 'head', height: 1 } as HeaderEntry;
const LATER = ['second', 'third'];

/** The first block of the window and two later ones, and peers that all claim to have them. */
function world(connected: readonly string[]) {
  const clock = turnedClock();
  const inFlight = createBlocksInFlight({
    chain: { submitBlock: () => Promise.reject(new Error('not used')) },
    clock,
    log: silent,
  });
  const peers = connected.map((id) => ({ id }) as Peer);
  const relayedOnly = new Set<string>();
  const reports: string[] = [];
  const failed: string[] = [];
  const forgiven: string[] = [];
  const timeouts = createRequestTimeouts();
  const stalled = createStalledBlocks({
    inFlight,
    peers: {
      list: () => peers,
      get: (id) => peers.find((peer) => peer.id === id),
      report: (id, { code }) => void reports.push(`${id}: ${code}`),
    },
    sources: {
      canServe: (peer) => !failed.includes(`head: ${peer.id}`),
      claims: (peer) => !relayedOnly.has(peer.id),
      failed: (block, peer) => void failed.push(`${block}: ${peer}`),
      forgive: (block) => void forgiven.push(block),
    },
    timeouts,
    clock,
  });
  const ask = (peer: string) => inFlight.request(peer, [head.id, ...LATER], 'best-chain');
  const inRequest = () => [head.id, ...LATER].filter((id) => inFlight.stateOf(id) === 'requested');
  const after = (ms: number) => {
    clock.pass(ms);
    stalled.check(head);
  };
  return {
    clock,
    inFlight,
    stalled,
    timeouts,
    ask,
    inRequest,
    after,
    reports,
    failed,
    forgiven,
    relayedOnly,
  };
}

describe('the block that all later ones wait for', () => {
  test('is waited for until its peer had two seconds', () => {
    const { ask, after, inRequest, reports } = world(['slow', 'other']);
    ask('slow');
    after(1999);
    expect([inRequest(), reports]).toEqual([['head', 'second', 'third'], []]);
  });

  test('is released with all other blocks of a peer that was too slow, which is reported', () => {
    const { ask, after, inRequest, reports, failed } = world(['slow', 'other']);
    ask('slow');
    after(2000);
    expect(inRequest()).toEqual([]);
    expect(reports).toEqual(['slow: sync-stalled']);
    expect(failed).toEqual(['head: slow']);
  });

  test('gets twice the time after a peer was too slow, because the connection of this node may be slow', () => {
    const { ask, after, inRequest, reports } = world(['slow', 'second', 'third']);
    ask('slow');
    after(2000);
    ask('second');
    after(3999);
    expect(inRequest()).toHaveLength(3);
    after(1);
    expect(reports).toEqual(['slow: sync-stalled', 'second: sync-stalled']);
  });

  test('is waited for while its peer sends the blocks before it', () => {
    const { ask, after, inRequest, reports } = world(['busy', 'other']);
    const request = ask('busy');
    after(1900);
    request.answered();
    after(1900);
    expect([inRequest().length, reports]).toEqual([3, []]);
  });

  test('gets 64 seconds when no other peer can serve it', () => {
    const { ask, after, inRequest, reports } = world(['only']);
    ask('only');
    after(63_999);
    expect([inRequest().length, reports]).toEqual([3, []]);
    after(1);
    expect([inRequest(), reports]).toEqual([[], ['only: sync-stalled']]);
  });

  test('gets 64 seconds while its compact form is expected from another peer', () => {
    const { ask, after, inFlight, inRequest } = world(['slow', 'other']);
    ask('slow');
    inFlight.expected.add(head.id);
    after(63_999);
    expect(inRequest()).toHaveLength(3);
    after(1);
    expect(inRequest()).toEqual([]);
  });

  test('is requested elsewhere without a report when its peer only relayed the header', () => {
    const { ask, after, inRequest, reports, relayedOnly } = world(['relay', 'other']);
    relayedOnly.add('relay');
    ask('relay');
    after(2000);
    expect([inRequest(), reports]).toEqual([[], []]);
  });

  test('is requested elsewhere without a report when its peer has disconnected', () => {
    const { ask, after, inRequest, reports } = world(['other']);
    ask('gone');
    after(2000);
    expect([inRequest(), reports]).toEqual([[], []]);
  });

  test('does not count as late once it has arrived', () => {
    const { ask, after, inFlight, reports, failed } = world(['a', 'b']);
    ask('a');
    inFlight.receive(head.id, new Uint8Array(88), 'a', 'best-chain');
    after(60_000);
    expect([reports, failed]).toEqual([[], []]);
    expect(inFlight.stateOf('second')).toBe('requested');
  });

  test('may be requested from all peers again when none could deliver it for ten seconds', () => {
    const { after, forgiven } = world(['a']);
    after(0);
    after(9999);
    expect(forgiven).toEqual([]);
    after(1);
    expect(forgiven).toEqual(['head']);
  });

  test('may be requested from all peers again every ten seconds, not at each check', () => {
    const { after, forgiven } = world(['a']);
    after(0);
    after(10_000);
    after(0);
    after(9999);
    expect(forgiven).toEqual(['head']);
    after(1);
    expect(forgiven).toEqual(['head', 'head']);
  });

  test('waits ten seconds again when a request for it was open meanwhile', () => {
    const { clock, ask, after, inFlight, forgiven } = world(['a']);
    after(0);
    clock.pass(9000);
    ask('a');
    after(0);
    inFlight.release(head.id, 'a');
    after(0);
    after(9999);
    expect(forgiven).toEqual([]);
    after(1);
    expect(forgiven).toEqual(['head']);
  });

  test('releases nothing while there is no block to wait for', () => {
    const { clock, stalled, ask, inRequest, reports } = world(['slow', 'other']);
    ask('slow');
    clock.pass(600_000);
    stalled.check(undefined);
    expect([inRequest().length, reports]).toEqual([3, []]);
  });
});
