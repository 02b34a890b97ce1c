import type { PeerId } from '@libp2p/interface';
import type { Libp2p } from 'libp2p';
import type { Clock } from '../../lib/clock.ts';

export type Remembering = Pick<Libp2p, 'addEventListener' | 'peerStore' | 'getConnections'>;

/** libp2p may still write facts about a peer for this long after its connection has closed. */
const LINGER_MS = 3000;

/**
 * libp2p's tag for a peer with a reservation here. The reservation ends with the connection, whatever the tag says.
 */
const RESERVED = 'circuit-relay-source';

/**
 * Makes libp2p forget a peer some time after its last connection closed, unless a component has tagged the peer. By
 * itself libp2p keeps up to 8 KB about each peer for as long as it runs: an attacker that reconnects with new peer
 * ids would exhaust the memory.
 */
export function forgetUnknownPeers(node: Remembering, clock: Pick<Clock, 'after'>): void {
  async function forget(peer: PeerId): Promise<void> {
    if (node.getConnections(peer).length > 0 || !(await node.peerStore.has(peer))) return;
    const { tags } = await node.peerStore.get(peer);
    if ([...tags.keys()].every((tag) => tag === RESERVED)) await node.peerStore.delete(peer);
  }

  node.addEventListener('connection:close', ({ detail: { remotePeer } }) => {
    clock.after(LINGER_MS, () => {
      // The store is in memory; an error only means that the entry does not exist any more.
      forget(remotePeer).catch(() => undefined);
    });
  });
}
