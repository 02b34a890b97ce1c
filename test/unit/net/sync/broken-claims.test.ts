import { expect, test } from 'vitest';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { createBrokenClaims } from '../../../../main/net/sync/broken-claims.ts';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { turnedClock } from '../../../support/test-clock.ts';

function claims() {
  const clock = turnedClock();
  const peer = { id: 'a' } as Peer;
  const world = { peer: peer as Peer | undefined, claimed: true };
  const blamed: string[] = [];
  const broken = createBrokenClaims({
    peers: {
      get: () => world.peer,
      report: (id, { code }) => void blamed.push(`${id}:${code}`),
    },
    sources: { lacksClaimed: () => world.claimed },
    clock,
  });
  broken.noted(peer, { id: '00' } as HeaderEntry);
  return { broken, clock, world, blamed };
}

test('a claim that still stands later is held against the peer, once', () => {
  const { broken, clock, blamed } = claims();
  broken.look();
  clock.pass(9000);
  broken.look();
  expect(blamed).toEqual([]);
  clock.pass(2000);
  broken.look();
  broken.look();
  expect(blamed).toEqual(['a:block-withheld']);
});

test.each([
  ['takes it back: it has pruned the block, or left the chain', { claimed: false }],
  ['is gone', { peer: undefined }],
  ['has connected again', { peer: { id: 'a' } as Peer }],
])('nothing is held against a peer that %s', (_what, change) => {
  const { broken, clock, world, blamed } = claims();
  Object.assign(world, change);
  clock.pass(11_000);
  broken.look();
  expect(blamed).toEqual([]);
});
