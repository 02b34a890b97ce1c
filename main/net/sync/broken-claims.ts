import { createAlarm } from '../../lib/alarm.ts';
import type { Clock } from '../../lib/clock.ts';
import { guarded } from '../../lib/guarded.ts';
import type { Log } from '../../lib/log.ts';
import type { HeaderEntry } from '../../chain/header-entry.ts';
import type { Peer } from '../peers/peer.ts';
import { type PeerViolation, peerViolation } from '../protocol/wire-violation.ts';
import type { Sources } from './block-sources.ts';

export interface BrokenClaimsDeps {
  readonly peers: {
    get(id: string): Peer | undefined;
    report(peerId: string, peerViolation: PeerViolation): void;
  };
  readonly sources: Pick<Sources, 'lacksClaimed'>;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly log: Log;
}

/**
 * Peers that answered `absent` for a block that they claim to have (`block-withheld`). A peer may have pruned the
 * block, or reorganised, just before it answered, and announce that a moment later. So only a claim that is unchanged
 * 10 s later is a violation.
 */
export interface BrokenClaims {
  /** Records that this peer lacks a block that it claims to have. */
  noted(peer: Peer, entry: HeaderEntry): void;
  stop(): void;
}

/** `serves` is sent within 2 s, `tip` within 0.5 s (30 s if the peer reorganises all the time). */
const CONFIRM_MS = 10_000;
const MAX_CLAIMS = 64;

export function createBrokenClaims({ peers, sources, clock, log }: BrokenClaimsDeps): BrokenClaims {
  const alarm = createAlarm(clock, guarded(log, 'claims', reportDue));
  let waiting: { readonly peer: Peer; readonly entry: HeaderEntry; readonly dueAt: number }[] = [];

  function reportDue(): void {
    const due = waiting.filter(({ dueAt }) => dueAt <= clock.monotonic());
    waiting = waiting.filter((each) => !due.includes(each));
    alarm.scheduleBy(Math.min(...waiting.map(({ dueAt }) => dueAt)));
    for (const { peer, entry } of due) {
      // A peer that reconnected meanwhile has made new claims.
      if (peers.get(peer.id) === peer && sources.lacksClaimed(peer, entry))
        peers.report(peer.id, peerViolation('block-withheld', { id: entry.id }));
    }
  }

  return {
    noted(peer, entry) {
      if (waiting.length === MAX_CLAIMS) return;
      const dueAt = clock.monotonic() + CONFIRM_MS;
      waiting.push({ peer, entry, dueAt });
      alarm.scheduleBy(dueAt);
    },
    stop: alarm.stop,
  };
}
