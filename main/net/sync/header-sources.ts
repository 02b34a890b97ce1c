import type { UnixSeconds } from '../../../shared/units.ts';
import { toHex } from '../../core/codec/hex.ts';
import type { Chain } from '../../chain/chain.ts';
import type { Peer } from '../peers/peer.ts';

export interface HeaderSourcesDeps {
  readonly chain: Pick<Chain, 'tip' | 'bestHeader' | 'entry'>;
  readonly peers: { list(): readonly Peer[] };
}

/** Chooses the peer to request headers from next, by what the peers claim and how they answered before. */
export interface HeaderSources {
  /** Peers that headers may be requested from: they claim a better chain, or `ask` named them. */
  usable(): Peer[];
  /** The best of these peers; null when there is none. */
  choose(): Peer | null;
  /** Allows requests to this peer whatever it claims. `begin` ends that. */
  ask(peerId: string): void;
  begin(peerId: string): void;
  /** This peer was too slow: other peers are preferred from now on. */
  slower(peerId: string): void;
  /**
   * Requests nothing more from the peer until its claim is another than `claim`. `early`: the time of its first header
   * that is ahead of our clock.
   */
  settle(peerId: string, claim: string, early: UnixSeconds | null): void;
  /** Allows requests again to peers whose first early header is not later than `latest`. */
  early: {
    due(latest: UnixSeconds): void;
    /** The time of the first early header of each peer with a better chain. */
    times(): UnixSeconds[];
  };
  forget(peerId: string): void;
}

export function createHeaderSources({ chain, peers }: HeaderSourcesDeps): HeaderSources {
  // Claims that a peer could not prove, or that are useless here.
  const settled = new Map<string, string>();
  const asked = new Set<string>();
  // How often a source was replaced because other peers may be faster, by peer id.
  const slow = new Map<string, number>();
  const early = new Map<string, UnixSeconds>();

  // A chain with the same work as our best headers counts too, because the bodies of our best headers may never arrive.
  function isBetter(peer: Peer): boolean {
    const { work } = peer.tip;
    if (work > chain.bestHeader().work) return true;
    return work > chain.tip().work && chain.entry(claimOf(peer)) === undefined;
  }

  const usable = (): Peer[] =>
    peers
      .list()
      .filter((peer) => asked.has(peer.id) || (isBetter(peer) && settled.get(peer.id) !== claimOf(peer)));

  return {
    usable,
    choose() {
      const slowness = (peer: Peer) => slow.get(peer.id) ?? 0;
      // Outbound peers first: they are less likely to be attackers.
      const [first] = usable().sort(
        (a, b) =>
          slowness(a) - slowness(b) || rank(a) - rank(b) || (a.latencyMs ?? 1000) - (b.latencyMs ?? 1000),
      );
      return first ?? null;
    },
    ask: (peerId) => void asked.add(peerId),
    begin: (peerId) => void asked.delete(peerId),
    slower: (peerId) => void slow.set(peerId, (slow.get(peerId) ?? 0) + 1),
    settle(peerId, claim, time) {
      settled.set(peerId, claim);
      if (time === null) early.delete(peerId);
      else early.set(peerId, time);
    },
    early: {
      due(latest) {
        for (const [id, time] of early) {
          if (time > latest) continue;
          early.delete(id);
          settled.delete(id);
        }
      },
      times: () =>
        peers.list().flatMap((peer) => {
          const time = early.get(peer.id);
          return time !== undefined && isBetter(peer) ? [time] : [];
        }),
    },
    forget(peerId) {
      for (const each of [settled, asked, slow, early]) each.delete(peerId);
    },
  };
}

/** The id of the block that a peer claims as its tip. */
export const claimOf = (peer: Peer): string => toHex(peer.tip.id);
const rank = (peer: Peer): number => (peer.direction === 'outbound' ? 0 : 1);
