import { type Peer, relays } from '../peer.ts';
import { groupOf } from '../../host/naming/addresses.ts';

/** What an inbound peer has to show for itself. Times in milliseconds of the clock, 0 = never. */
export interface Candidate {
  readonly id: string;
  readonly group: string;
  readonly latencyMs: number | null;
  readonly since: number;
  readonly lastPayment: number;
  readonly lastBlock: number;
  /** It takes no payments, so that these can't be what it is kept for. */
  readonly blockOnly: boolean;
}

export function candidateOf(
  peer: Peer,
  since: number,
  useful: { payment: number; block: number },
): Candidate {
  const group = groupOf(peer.address) ?? peer.address;
  const { id, latencyMs } = peer;
  const blockOnly = !relays(peer);
  return { id, group, latencyMs, since, lastPayment: useful.payment, lastBlock: useful.block, blockOnly };
}

/**
 * Which inbound peer goes when there is no room for another, or null when all are worth keeping (Bitcoin Core's way):
 * those are kept who are good at something that an attacker can't be good at with many connections at once (groups that
 * a secret `rank` prefers, short ways, fresh payments, fresh blocks), then the older half; of the rest the youngest of
 * the largest group goes.
 */
export function chooseEviction(all: readonly Candidate[], rank: (group: string) => number): string | null {
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
  const sizes = new Map<string, number>();
  for (const { group } of left) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  left.sort((a, b) => sizes.get(b.group)! - sizes.get(a.group)! || b.since - a.since);
  return left[0]?.id ?? null;
}
