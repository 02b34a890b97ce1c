import { expect, test } from 'vitest';
import type { Peer } from '../../../../main/net/peers/peer.ts';
import { createBrokenClaims } from '../../../../main/net/sync/broken-claims.ts';
import type { HeaderEntry } from '../../../../main/chain/header-entry.ts';
import { silent } from '../../../support/chain/test-chain.ts';
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
    log: silent,
  });
  broken.noted(peer, { id: '00' } as HeaderEntry);
  return { broken, clock, world, blamed };
}

test('a claim that is not withdrawn within ten seconds is reported once', () => {
  const { clock, blamed } = claims();
  clock.pass(9999);
  expect(blamed).toEqual([]);
  clock.pass(1);
  expect(blamed).toEqual(['a:block-withheld']);
  clock.pass(60_000);
  expect(blamed).toHaveLength(1);
});

test('no claim is reported once the download has stopped', () => {
  const { broken, clock, blamed } = claims();
  broken.stop();
  clock.pass(60_000);
  expect(blamed).toEqual([]);
});

test.each([
  ['takes it back: it has pruned the block, or left the chain', { claimed: false }],
  ['is gone', { peer: undefined }],
  ['has connected again', { peer: { id: 'a' } as Peer }],
])('no claim is reported of a peer that %s', (_what, change) => {
  const { clock, world, blamed } = claims();
  Object.assign(world, change);
  clock.pass(11_000);
  expect(blamed).toEqual([]);
});
