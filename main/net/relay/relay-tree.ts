import type { Clock } from '../../lib/clock.ts';
import { createGroupedPool, type PoolLimits, type PoolSource } from '../../lib/grouped-pool.ts';

export interface PushLinksDeps {
  /** Tells a peer whether we want its blocks pushed. */
  tell(peerId: string, wanted: boolean): void;
  /** Where a peer's connection comes from. */
  sourceOf(peerId: string): PoolSource;
  readonly clock: Clock;
}

/**
 * The connections that compact blocks go over as soon as they are here. Each node asks the peer that told it first of
 * the last block; these links, used both ways, make a tree over all nodes, so that a block comes to each of them once,
 * wherever it is found. What the tree misses, the announcements show (Plumtree: Leitão, Pereira, Rodrigues, 2007).
 */
export interface PushLinks {
  /** Everybody that blocks are pushed to. */
  all(): ReadonlySet<string>;
  /** Whom we have asked. */
  source(): string | null;
  /** A peer asks us, or no longer. */
  asked(peerId: string, wanted: boolean): void;
  /** This peer told us of a block first: soon blocks are to come from it. */
  follow(peerId: string): void;
  /** It told us and then left us waiting: not from this one for a while. */
  shun(peerId: string): void;
  forget(peerId: string): void;
  stop(): void;
}

/** The tree changes between blocks, not while one is on its way. */
const SETTLE_MS = 1000;
const SHUNNED_MS = 10 * 60_000;
/** Peers that blocks are pushed to. Those that lose their place ask when they hear of a block. */
export const PUSHED_TO: PoolLimits = { total: 32, perHost: 2, perGroup: 8 };

export function createPushLinks({ tell, sourceOf, clock }: PushLinksDeps): PushLinks {
  const asking = createGroupedPool<string>(PUSHED_TO, () => undefined);
  const shunned = new Map<string, number>();
  let source: string | null = null;
  let later: NodeJS.Timeout | undefined;
  let next: string | null = null;

  function change(to: string | null): void {
    if (to === source) return;
    const before = source;
    source = to;
    if (before !== null) tell(before, false);
    if (to !== null) tell(to, true);
  }

  return {
    all: () => new Set(source === null ? asking.entries() : [source, ...asking.entries()]),
    source: () => source,
    asked(peerId, wanted) {
      if (!wanted) asking.delete(peerId);
      else asking.add(peerId, sourceOf(peerId));
    },
    follow(peerId) {
      if ((shunned.get(peerId) ?? 0) > clock.ms()) return;
      clearTimeout(later);
      next = peerId;
      if (source === null) change(peerId);
      else later = setTimeout(() => change(peerId), SETTLE_MS);
    },
    shun(peerId) {
      for (const [id, until] of shunned) if (until <= clock.ms()) shunned.delete(id);
      shunned.set(peerId, clock.ms() + SHUNNED_MS);
      clearTimeout(later);
      if (source === peerId) change(null);
    },
    forget(peerId) {
      asking.delete(peerId);
      // It stays shunned: coming back is no way round that.
      if (next === peerId) clearTimeout(later);
      if (source === peerId) source = null;
    },
    stop: () => clearTimeout(later),
  };
}
