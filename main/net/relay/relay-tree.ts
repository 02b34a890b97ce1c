import type { Clock, Timer } from '../../lib/clock.ts';
import { createGroupedPool, type PoolLimits, type PoolSource } from '../../lib/grouped-pool.ts';

export interface PushLinksDeps {
  /** Requests that a peer pushes, or no longer pushes, compact blocks to this node. */
  sendWant(peerId: string, wanted: boolean): void;
  /** The host and network group of a peer's connection. */
  sourceOf(peerId: string): PoolSource;
  readonly clock: Clock;
}

/**
 * The links along which compact blocks are pushed as soon as they arrive. Each node chooses as its push source the peer
 * that announced the last block first. These links, used in both directions, form a tree over all nodes, so that each
 * node receives a block once, wherever it was mined. Announcements reach the nodes that the tree misses (Plumtree:
 * Leitão, Pereira, Rodrigues, 2007).
 */
export interface PushLinks {
  /** All peers that compact blocks are pushed to. */
  all(): ReadonlySet<string>;
  /** The peer that this node has chosen as its push source, or null. */
  source(): string | null;
  /** A peer requested pushes from this node, or requested none any more. */
  asked(peerId: string, wanted: boolean): void;
  /** This peer announced a block first. It becomes the push source after a short delay. */
  follow(peerId: string): void;
  /** This push source announced a block and did not push it. It is not chosen again for 10 min. */
  shun(peerId: string): void;
  forget(peerId: string): void;
  stop(): void;
}

/** Delay before the source changes, so that the tree changes between blocks and not while one is being relayed. */
const SETTLE_MS = 1000;
const SHUNNED_MS = 10 * 60_000;
/**
 * Peers to which blocks are pushed. A peer that loses its slot requests compact blocks when it receives an
 * announcement.
 */
export const PUSHED_TO: PoolLimits = { total: 32, perHost: 2, perGroup: 8 };

export function createPushLinks({ sendWant, sourceOf, clock }: PushLinksDeps): PushLinks {
  const asking = createGroupedPool<string>(PUSHED_TO, () => undefined);
  const shunned = new Map<string, number>();
  let source: string | null = null;
  let later: Timer | undefined;
  let next: string | null = null;

  function change(to: string | null): void {
    if (to === source) return;
    const before = source;
    source = to;
    if (before !== null) sendWant(before, false);
    if (to !== null) sendWant(to, true);
  }

  return {
    all: () => new Set(source === null ? asking.entries() : [source, ...asking.entries()]),
    source: () => source,
    asked(peerId, wanted) {
      if (!wanted) asking.delete(peerId);
      else asking.add(peerId, sourceOf(peerId));
    },
    follow(peerId) {
      if ((shunned.get(peerId) ?? 0) > clock.monotonic()) return;
      later?.cancel();
      next = peerId;
      if (source === null) change(peerId);
      else later = clock.after(SETTLE_MS, () => change(peerId));
    },
    shun(peerId) {
      for (const [id, until] of shunned) if (until <= clock.monotonic()) shunned.delete(id);
      shunned.set(peerId, clock.monotonic() + SHUNNED_MS);
      later?.cancel();
      if (source === peerId) change(null);
    },
    forget(peerId) {
      asking.delete(peerId);
      // The peer stays excluded even if it reconnects.
      if (next === peerId) later?.cancel();
      if (source === peerId) source = null;
    },
    stop: () => later?.cancel(),
  };
}
