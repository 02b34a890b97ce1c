import { type Peer, relays } from './peer.ts';
import { oldestOfLargest, type PoolSource } from '../../lib/grouped-pool.ts';
import { sourceOf } from '../transport/pool-source.ts';

/** Facts about an inbound peer that eviction considers. Times in milliseconds of the clock, 0 = never. */
export interface Candidate {
  readonly id: string;
  readonly source: PoolSource;
  readonly latencyMs: number | null;
  readonly since: number;
  readonly lastPayment: number;
  readonly lastBlock: number;
  /** It relays no transactions, so it cannot be protected for them. */
  readonly blockOnly: boolean;
  /** Its host was discouraged when it connected. */
  readonly discouraged: boolean;
}

export function candidateOf(
  peer: Peer,
  since: number,
  useful: { payment: number; block: number },
  discouraged: boolean,
): Candidate {
  const source = sourceOf(peer.address);
  const { id, latencyMs } = peer;
  const blockOnly = !relays(peer);
  const { payment: lastPayment, block: lastBlock } = useful;
  return { id, source, latencyMs, since, lastPayment, lastBlock, blockOnly, discouraged };
}

/**
 * Chooses the inbound peer to disconnect when no slot is free. Peers from discouraged hosts go first, the oldest of
 * the largest network group. Otherwise, as in Bitcoin Core, peers are protected that are good at something an
 * attacker cannot be good at with many connections at once (network groups that a secret `rank` prefers, low ping,
 * recent transactions, recent blocks), then the older half. Of the rest the oldest peer of the largest group is
 * disconnected; if all are protected, of all. The peer that has just connected is not in `all`, so it always gets a
 * slot.
 * @param all at least one.
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
  protect(4, ({ source }) => rank(source.group ?? ''));
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
  // Block-relay-only connections keep the network connected when an attacker uses transactions to find and cut links.
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
