import type { Connection, PeerId, Stream } from '@libp2p/interface';
import {
  createGroupedPool,
  type GroupedPool,
  oldestOfLargest,
  overflow,
  type PoolLimits,
} from '../../lib/grouped-pool.ts';
import { sourceOf } from './pool-source.ts';

/** Limit on reservations that this node grants as a relay. */
export const RESERVATIONS: PoolLimits = { total: 16, perHost: 2, perGroup: 4 };
/** Limit on connections through this relay to one peer, by their origin. */
export const RELAYED: PoolLimits = { total: 4, perHost: 2, perGroup: 3 };

const HOP_PROTOCOL = '/libp2p/circuit/relay/0.2.0/hop';

/** The store of reservations in libp2p, oldest first. */
export interface ReservationStore {
  [Symbol.iterator](): IterableIterator<
    [PeerId, { readonly addr: { toString(): string }; readonly signal?: object }]
  >;
  has(peer: PeerId): boolean;
  delete(peer: PeerId): void;
}

export interface RelayPoolsDeps {
  readonly reservations: () => ReservationStore | undefined;
  readonly connections: (peer: PeerId) => readonly Connection[];
}

/**
 * Limits for the relay service. libp2p grants slots by peer id, which costs nothing to create, and refuses the newest
 * peer.
 */
export interface RelayPools {
  /** This peer is about to get a reservation. To make room, another peer may lose its own. */
  reserve(peer: PeerId): void;
  /**
   * This peer is about to be connected to `target` through this relay. To make room, another such connection may be
   * closed.
   */
  relay(peer: PeerId, target: PeerId): void;
  /** The last connection of a peer was closed, and its reservation ends with it (circuit v2). */
  left(peer: PeerId): void;
}

export function createRelayPools({ reservations, connections }: RelayPoolsDeps): RelayPools {
  const relayed = new Map<string, GroupedPool<Stream>>();

  const addressOf = (peer: PeerId): string =>
    (connections(peer).find(({ limits }) => limits === undefined)?.remoteAddr ?? '').toString();

  function end(peer: PeerId): void {
    const store = reservations();
    for (const [holder, { signal }] of store ?? []) {
      // Otherwise the timer of this reservation would end a later one of the same peer.
      if (holder.equals(peer)) (signal as { clear?(): void } | undefined)?.clear?.();
    }
    store?.delete(peer);
  }

  function poolOf(target: PeerId): GroupedPool<Stream> {
    const id = target.toString();
    const pool =
      relayed.get(id) ??
      createGroupedPool<Stream>(RELAYED, (stream) => stream.abort(new Error('too many relayed connections')));
    relayed.set(id, pool);
    return pool;
  }

  return {
    reserve(peer) {
      const store = reservations();
      if (store === undefined || store.has(peer)) return;
      const sources = new Map([...store].map(([holder, { addr }]) => [holder, sourceOf(addr.toString())]));
      sources.set(peer, sourceOf(addressOf(peer)));
      const of = (holder: PeerId) => sources.get(holder)!;
      const among = overflow([...sources.keys()], peer, of, RESERVATIONS);
      if (among !== null) end(oldestOfLargest(among, of, peer));
    },
    relay(peer, target) {
      const pool = poolOf(target);
      const streams = connections(peer).flatMap((connection) => connection.streams);
      // The requested one is the newest stream that is not in the pool.
      const stream = streams.findLast((each) => each.protocol === HOP_PROTOCOL && !pool.has(each));
      if (stream === undefined) return;
      stream.addEventListener('close', () => {
        pool.delete(stream);
        if (pool.size === 0) relayed.delete(target.toString());
      });
      pool.add(stream, sourceOf(addressOf(peer)));
    },
    left: end,
  };
}
