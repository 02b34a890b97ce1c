import type { PeerId } from '@libp2p/interface';
import type { Libp2p } from 'libp2p';
import type { Clock } from '../../lib/clock.ts';

export type Remembering = Pick<Libp2p, 'addEventListener' | 'peerStore' | 'getConnections'>;

/** libp2p may write facts about a peer until this long after its connection closed. */
const LINGER_MS = 3000;

/**
 * The tag of libp2p for a peer with a reservation here. The reservation ends with the connection, even if the tag
 * stays.
 */
const RESERVATION_TAG = 'circuit-relay-source';

/**
 * Makes libp2p forget a peer some time after its last connection closed, unless a component has tagged the peer. libp2p
 * itself keeps up to 8 KB about each peer as long as it runs. An attacker who reconnects with new peer ids would
 * exhaust the memory.
 */
export function forgetUnknownPeers(node: Remembering, clock: Pick<Clock, 'after'>): void {
  async function forget(peer: PeerId): Promise<void> {
    if (node.getConnections(peer).length > 0 || !(await node.peerStore.has(peer))) return;
    const { tags } = await node.peerStore.get(peer);
    if ([...tags.keys()].every((tag) => tag === RESERVATION_TAG)) await node.peerStore.delete(peer);
  }

  node.addEventListener('connection:close', ({ detail: { remotePeer } }) => {
    clock.after(LINGER_MS, () => {
      // The store is in memory. An error only means that the entry does not exist any more.
      forget(remotePeer).catch(() => undefined);
    });
  });
}
