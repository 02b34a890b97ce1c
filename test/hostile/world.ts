import { afterEach } from 'vitest';
import { REGTEST_NETWORK } from '../../main/core/networks/built-in.ts';
import { type RawPeer, type RawPeerOptions, startRawPeer } from '../support/raw-peer.ts';
import { startNode, type TestNode } from '../support/test-node.ts';
import { until } from '../support/until.ts';
import { type Oracle, watch } from './oracle.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

export const later = (stop: () => Promise<unknown>): void => void stops.push(stop);

export interface World {
  readonly victim: TestNode;
  readonly honest: TestNode;
  readonly oracle: Oracle;
  attacker(options?: Partial<RawPeerOptions>): Promise<RawPeer>;
  /** Tries again and again until the attacker is gone for good. */
  isGone(peer: RawPeer): () => boolean;
}

/** A node with ten blocks, an honest peer of it, and attackers as many as wanted. */
export async function world(blocks = 10): Promise<World> {
  const victim = await startNode();
  later(() => victim.stop());
  await victim.mine(blocks);
  const honest = await startNode({ bootstrap: [victim.address] });
  later(() => honest.stop());
  await until(() => honest.chain.tip().id === victim.chain.tip().id, 'synced');
  return {
    victim,
    honest,
    oracle: watch(victim, honest),
    async attacker(options = {}) {
      const peer = await startRawPeer(victim.address, { network: REGTEST_NETWORK, ...options });
      later(() => peer.stop());
      await until(() => victim.net.peers.list().some(({ id }) => id === peer.id), 'greeted');
      return peer;
    },
    isGone: (peer) => () => !victim.net.peers.list().some(({ id }) => id === peer.id),
  };
}
