import type { PeerId } from '@libp2p/interface';
import type { Libp2p } from 'libp2p';

export type Remembering = Pick<Libp2p, 'addEventListener' | 'peerStore' | 'getConnections'>;

/** What libp2p writes of a peer when its connection has just ended must be gone, too. */
const LINGER_MS = 3000;

/** What libp2p tags a peer with that has a reservation here. It ends with the connection, whatever the tag says. */
const RESERVED = 'circuit-relay-source';

/**
 * Makes libp2p forget a peer some time after its last connection closed, unless a part of it holds on to that peer with
 * a tag. By itself it keeps what each peer said about itself, up to 8 KB, for as long as it runs: whoever connects again
 * and again under new names would fill the memory.
 */
export function forgetUnknownPeers(node: Remembering): void {
  async function forget(peer: PeerId): Promise<void> {
    if (node.getConnections(peer).length > 0 || !(await node.peerStore.has(peer))) return;
    const { tags } = await node.peerStore.get(peer);
    if ([...tags.keys()].every((tag) => tag === RESERVED)) await node.peerStore.delete(peer);
  }

  node.addEventListener('connection:close', ({ detail: { remotePeer } }) => {
    setTimeout(() => {
      // The store is in memory, and an entry that is gone already is what we want.
      forget(remotePeer).catch(() => undefined);
    }, LINGER_MS).unref();
  });
}
