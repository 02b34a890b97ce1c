import type { GossipSub } from '@libp2p/gossipsub';
import { expect, test } from 'vitest';
import { createGossip } from '../../../../main/net/transport/gossip.ts';
import { turnedClock } from '../../../support/test-clock.ts';

test('a listener of the heartbeat is called once for each, until it is removed', () => {
  const router = Object.assign(new EventTarget(), {
    handleReceivedSubscription: () => undefined,
    handleGraft: () => undefined,
    validateReceivedMessage: () => undefined,
    pipePeerReadStream: () => undefined,
  });
  const gossip = createGossip(router as unknown as GossipSub, {
    clock: turnedClock(),
    admit: async () => undefined,
    onFailure: () => undefined,
  });
  let beats = 0;
  const off = gossip.onHeartbeat(() => beats++);
  const beat = () => router.dispatchEvent(new CustomEvent('gossipsub:heartbeat'));
  beat();
  beat();
  off();
  beat();
  expect(beats).toBe(2);
});
