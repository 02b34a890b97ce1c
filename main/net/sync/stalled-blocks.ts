import type { Clock } from '../../lib/clock.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import type { BlocksInFlight } from './blocks-in-flight.ts';
import type { Sources } from './block-sources.ts';
import type { RequestTimeouts } from './request-timeouts.ts';

export interface StalledBlocksDeps {
  readonly inFlight: BlocksInFlight;
  readonly peers: {
    list(): readonly Peer[];
    get(id: string): Peer | undefined;
    report(peerId: string, peerViolation: PeerViolation): void;
  };
  readonly sources: Pick<Sources, 'canServe' | 'claims' | 'failed' | 'forgive'>;
  readonly timeouts: RequestTimeouts;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** Watches the block that all later ones wait for, so that one peer cannot stop the sync. */
export interface StalledBlocks {
  /** `head` is the lowest block of the window. If its peer is too slow, all requests to this peer are released. */
  check(head: HeaderEntry | undefined): void;
}

/** Timeout for the next block in order when only one peer can serve it. */
const ALONE_MS = 64_000;
/** If no peer could serve the block for this time, all peers may be asked again. */
const UNABLE_MS = 10_000;

export function createStalledBlocks(deps: StalledBlocksDeps): StalledBlocks {
  const { inFlight, peers, sources, timeouts, clock } = deps;
  let stuckSince: number | null = null;

  // Every peer failed to deliver this block. Since the reason may be gone by now, all may be asked again.
  function unstick(head: HeaderEntry): void {
    stuckSince ??= clock.monotonic();
    if (clock.monotonic() - stuckSince < UNABLE_MS) return;
    stuckSince = null;
    sources.forgive(head.id);
  }

  function isOverdue(head: HeaderEntry, peerId: string, requestedAt: number): boolean {
    const waited = clock.monotonic() - Math.max(requestedAt, inFlight.repliedAt(peerId));
    if (waited < timeouts.ms()) return false;
    const others =
      !inFlight.expected.has(head.id) &&
      peers.list().some((peer) => peer.id !== peerId && sources.canServe(peer, head));
    return others || waited >= ALONE_MS;
  }

  return {
    check(head) {
      const flight = head && inFlight.get(head.id);
      if (head !== undefined && flight === undefined) unstick(head);
      else stuckSince = null;
      if (head === undefined || flight?.state !== 'requested' || flight.peer === null) return;
      const slow = flight.peer;
      if (!isOverdue(head, slow, flight.requestedAt)) return;
      timeouts.stalled();
      sources.failed(head.id, slow);
      inFlight.releaseAll(slow, flight.purpose);
      // A peer that only relayed the header may still wait for the body itself.
      const peer = peers.get(slow);
      if (peer !== undefined && sources.claims(peer, head) === true)
        peers.report(slow, peerViolation('sync-stalled', { height: head.height }));
    },
  };
}
