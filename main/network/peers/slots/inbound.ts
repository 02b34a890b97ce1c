import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../../lib/clock.ts';
import { overflow, type PoolLimits } from '../../../lib/grouped-pool.ts';
import type { OffenceCode } from '../../wire/offence.ts';
import { candidateOf, chooseEviction } from './eviction.ts';
import { sourceOf } from '../../host/bounds/pool-source.ts';
import type { Peer } from '../peer.ts';

export interface InboundDeps {
  readonly peers: { list(): readonly Peer[]; part(id: string, code: OffenceCode): void };
  readonly clock: Clock;
  readonly limits?: PoolLimits | undefined;
}

/** Keeps the number of inbound peers bounded, and those who are of use. */
export interface Inbound {
  /** Somebody connected to us and introduced itself. */
  arrived(peer: Peer): void;
  /** It brought a payment or a block that was new to us. */
  useful(peerId: string, kind: 'payment' | 'block'): void;
  forget(peerId: string): void;
}

export const INBOUND: PoolLimits = { total: 117, perHost: 8, perGroup: 64 };

export function createInbound({ peers, clock, limits = INBOUND }: InboundDeps): Inbound {
  const key = randomBytes(16);
  const since = new Map<string, number>();
  const uses = new Map<string, { payment: number; block: number }>();
  const rank = (group: string) => createHash('sha256').update(key).update(group).digest().readUInt32LE(0);

  return {
    arrived(peer) {
      since.set(peer.id, clock.ms());
      // Whom we called back because it came through a relay counts as inbound, too.
      const all = peers.list().filter(({ kind }) => kind === 'inbound');
      const among = overflow(all, peer, ({ address }) => sourceOf(address), limits);
      if (among === null) return;
      const candidates = among
        .filter((each) => each !== peer)
        .map((each) =>
          candidateOf(each, since.get(each.id) ?? 0, uses.get(each.id) ?? { payment: 0, block: 0 }),
        );
      peers.part(chooseEviction(candidates, rank), 'peer-crowded');
    },
    useful(peerId, kind) {
      if (!since.has(peerId)) return;
      const use = uses.get(peerId) ?? { payment: 0, block: 0 };
      use[kind] = clock.ms();
      uses.set(peerId, use);
    },
    forget(peerId) {
      since.delete(peerId);
      uses.delete(peerId);
    },
  };
}
