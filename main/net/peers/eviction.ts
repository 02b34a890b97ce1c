import { type Peer, relays } from './peer.ts';
import { oldestOfLargest, type PoolSource } from '../../lib/grouped-pool.ts';
import { sourceOf } from '../transport/pool-source.ts';

/** What eviction knows about an inbound peer. Times are in milliseconds of the monotonic clock; 0 for never. */
export interface Candidate {
  readonly id: string;
  /** What it counts for in the limits: its host and prefix, also where the node has an ASN map. */
  readonly source: PoolSource;
  /** Its network group, by which it may be protected. */
  readonly group: string;
  readonly latencyMs: number | null;
  readonly since: number;
  readonly lastPayment: number;
  readonly lastBlock: number;
  /** Whether it relays no transactions, so that it cannot be protected for relaying them. */
  readonly blockOnly: boolean;
  /** Whether its host was discouraged when it connected. */
  readonly discouraged: boolean;
}

export function candidateOf(
  peer: Peer,
  known: Pick<Candidate, 'since' | 'discouraged' | 'group'>,
  useful: { payment: number; block: number },
): Candidate {
  const source = sourceOf(peer.address);
  const { id, latencyMs } = peer;
  const blockOnly = !relays(peer);
  const { payment: lastPayment, block: lastBlock } = useful;
  return { ...known, id, source, latencyMs, lastPayment, lastBlock, blockOnly };
}

/**
 * Chooses the inbound peer to disconnect when no slot is free. Peers from discouraged hosts go first, the oldest of the
 * largest network group. Otherwise some peers are protected, as in Bitcoin Core: those that are good at something that
 * an attacker cannot do with many simultaneous connections (network groups that a secret `rank` prefers, low ping,
 * recent
 * transactions, recent blocks), then half of the rest, the oldest. Of the peers left, or of all if none is left, the
 * oldest of the largest group is disconnected. The peer that has just connected is not in `all`, so it always gets a
 * slot.
 * @param all at least one peer
 */
export function chooseEviction(all: readonly Candidate[], rank: (group: string) => number): string {
  const bad = all.filter(({ discouraged }) => discouraged);
  if (bad.length > 0)
    return oldestOfLargest(
      [...bad].sort((a, b) => a.since - b.since),
      ({ source }) => source,
    ).id;
  let left = [...all];
  const protect = (count: number, by: (candidate: Candidate) => number, worthy = (_: Candidate) => true) => {
    const kept = new Set(
      left
        .filter(worthy)
        .sort((a, b) => by(a) - by(b))
        .slice(0, count),
    );
    left = left.filter((candidate) => !kept.has(candidate));
  };
  protect(4, ({ group }) => rank(group));
  protect(
    8,
    ({ latencyMs }) => latencyMs ?? Infinity,
    ({ latencyMs }) => latencyMs !== null,
  );
  protect(
    4,
    ({ lastPayment }) => -lastPayment,
    ({ lastPayment }) => lastPayment > 0,
  );
  // Block-relay-only connections are protected, because they keep the network connected when an attacker uses
  // transactions to find and cut links.
  protect(
    8,
    ({ lastBlock }) => -lastBlock,
    ({ blockOnly, lastBlock }) => blockOnly && lastBlock > 0,
  );
  protect(
    4,
    ({ lastBlock }) => -lastBlock,
    ({ lastBlock }) => lastBlock > 0,
  );
  protect(Math.floor(left.length / 2), ({ since }) => since);
  const oldestFirst = (left.length > 0 ? left : [...all]).sort((a, b) => a.since - b.since);
  return oldestOfLargest(oldestFirst, ({ source }) => source).id;
}
