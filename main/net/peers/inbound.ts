import { createHash } from 'node:crypto';
import type { Time } from '../../lib/clock.ts';
import { overflow, type PoolLimits } from '../../lib/grouped-pool.ts';
import type { PeerViolationCode } from '../protocol/wire-violation.ts';
import type { Random } from '../../lib/random.ts';
import { candidateOf, chooseEviction } from './eviction.ts';
import { sourceOf } from '../transport/pool-source.ts';
import { type GroupOf, hostKeyOf } from '../transport/multiaddrs.ts';
import type { Bans } from './ban-list.ts';
import type { Peer } from './peer.ts';

export interface InboundDeps {
  readonly peers: { list(): readonly Peer[]; part(id: string, code: PeerViolationCode): void };
  readonly bans: Pick<Bans, 'discourages'>;
  readonly clock: Pick<Time, 'monotonic'>;
  readonly random: Pick<Random, 'bytes'>;
  readonly groupOf: GroupOf;
  readonly limits?: PoolLimits | undefined;
}

/** Limits the number of inbound peers and keeps the useful ones. */
export interface Inbound {
  /** A peer connected and sent its hello. */
  arrived(peer: Peer): void;
  /** The peer sent a transaction or a block that was new to this node. */
  useful(peerId: string, kind: 'payment' | 'block'): void;
  forget(peerId: string): void;
  /** Whether no slot is free, so that a peer from a discouraged host would be disconnected immediately. */
  isFull(): boolean;
}

export const INBOUND: PoolLimits = { total: 117, perHost: 8, perGroup: 64 };

export function createInbound({
  peers,
  bans,
  clock,
  random,
  groupOf,
  limits = INBOUND,
}: InboundDeps): Inbound {
  const key = random.bytes(16);
  const since = new Map<string, number>();
  const uses = new Map<string, { payment: number; block: number }>();
  // Peers whose host was discouraged when they connected. A host that is discouraged later does not lose its existing
  // connections.
  const discouraged = new Set<string>();
  const rank = (group: string) => createHash('sha256').update(key).update(group).digest().readUInt32LE(0);

  return {
    arrived(peer) {
      since.set(peer.id, clock.monotonic());
      const isBad = bans.discourages(hostKeyOf(peer.address) ?? '');
      if (isBad) discouraged.add(peer.id);
      // A connection also counts as inbound if this node dialled back to a peer behind a relay.
      const all = peers.list().filter(({ kind }) => kind === 'inbound');
      const among = overflow(all, peer, ({ address }) => sourceOf(address), limits);
      if (among === null) return;
      const candidates = among
        .filter((each) => each !== peer)
        .map((each) => {
          const use = uses.get(each.id) ?? { payment: 0, block: 0 };
          const known = { since: since.get(each.id) ?? 0, discouraged: discouraged.has(each.id) };
          return candidateOf(each, { ...known, group: groupOf(each.address) ?? '' }, use);
        });
      // The newest peer always gets a slot, unless its host is discouraged and only peers from other hosts could be
      // evicted.
      const stays = !isBad || candidates.some((candidate) => candidate.discouraged);
      peers.part(stays ? chooseEviction(candidates, rank) : peer.id, 'peer-crowded');
    },
    useful(peerId, kind) {
      if (!since.has(peerId)) return;
      const use = uses.get(peerId) ?? { payment: 0, block: 0 };
      use[kind] = clock.monotonic();
      uses.set(peerId, use);
    },
    forget(peerId) {
      since.delete(peerId);
      discouraged.delete(peerId);
      uses.delete(peerId);
    },
    isFull: () => peers.list().filter(({ kind }) => kind === 'inbound').length >= limits.total,
  };
}
