import { type Peer, relays } from './peer.ts';
import { oldestOfLargest, type PoolSource } from '../../lib/grouped-pool.ts';
import { sourceOf } from '../transport/pool-source.ts';

/** What an inbound peer has to show for itself. Times in milliseconds of the clock, 0 = never. */
export interface Candidate {
  readonly id: string;
  readonly source: PoolSource;
  readonly latencyMs: number | null;
  readonly since: number;
  readonly lastPayment: number;
  readonly lastBlock: number;
  /** It takes no payments, so that these can't be what it is kept for. */
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
 * Which inbound peer is disconnected when there is no room for another. Those from discouraged hosts are the first, the
 * oldest of the largest group. Else protected are, as in Bitcoin Core, those who are
 * good at something that an attacker can't be good at with many connections at once (groups that a secret `rank` prefers,
 * short ways, fresh payments, fresh blocks), then the older half. Of the rest the oldest of the largest group is
 * disconnected; of all, if nobody is left. The peer that has just arrived is not among `all`: it always gets in.
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
  // Connections for blocks alone hold a network together that somebody tries to split by its payments.
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
