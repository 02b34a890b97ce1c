import type { UnixSeconds } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';

/** How a peer showed that it has a payment: it fetched it from this node, or announced it to this node. */
export type SpreadSign = 'fetched' | 'announced';

/** After how many milliseconds this many different peers had the payment. */
export interface SpreadPoint {
  readonly afterMs: number;
  readonly peers: number;
}

/** Over time, which peers of this node have a payment of this node. Other nodes cannot be seen. */
export interface Spread {
  /** When this node began to send it, since its start. */
  readonly startedAt: UnixSeconds;
  /** Whether no peer had it before, and one was connected when this node began to send it: only then do the times say how it spread. */
  readonly measured: boolean;
  /** Different peers since then, also those that left, by their first sign. */
  readonly fetched: number;
  readonly announced: number;
  /** Null while no peer has it. */
  readonly firstAfterMs: number | null;
  /** When half of the peers that were connected then had it; null before. */
  readonly halfAfterMs: number | null;
  /** Ascending, at most 32. */
  readonly points: readonly SpreadPoint[];
}

export interface PaymentSpread {
  /** `have` connected peers have it now, this one included. False for a peer that is counted already. */
  seen(peerId: string, sign: SpreadSign, have: number): boolean;
  read(): Spread;
}

const MAX_POINTS = 32;
/** Different peers that are counted for a payment; a node has fewer connections at a time. */
const MAX_PEERS = 512;

export function createPaymentSpread(
  clock: Pick<Clock, 'monotonic' | 'now'>,
  connected: () => number,
  isNew: boolean,
): PaymentSpread {
  const measured = isNew && connected() > 0;
  const startedAt = clock.now();
  const start = clock.monotonic();
  const known = new Set<string>();
  const counts = { fetched: 0, announced: 0 };
  let points: SpreadPoint[] = [];
  let halfAfterMs: number | null = null;

  return {
    seen(peerId, sign, have) {
      const afterMs = Math.max(0, clock.monotonic() - start);
      // A peer that left has it too, but is not one of those that are connected.
      if (have * 2 >= connected()) halfAfterMs ??= afterMs;
      if (known.has(peerId) || known.size >= MAX_PEERS) return false;
      known.add(peerId);
      counts[sign]++;
      points = thinned([...points, { afterMs, peers: known.size }]);
      return true;
    },
    read: () => ({
      startedAt,
      measured,
      ...counts,
      firstAfterMs: points[0]?.afterMs ?? null,
      halfAfterMs,
      points,
    }),
  };
}

/** Leaves out every second point between the first and the last when there are too many. */
function thinned(points: SpreadPoint[]): SpreadPoint[] {
  if (points.length <= MAX_POINTS) return points;
  return points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
}
