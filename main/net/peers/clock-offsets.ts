import type { Direction } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Time } from '../../lib/clock.ts';
import type { ClockWatch } from '../../lib/clock-watch.ts';

/** The offset between our clock and those of peers. */
export interface ClockOffset {
  /** Our time minus the median of theirs. Positive when our clock is ahead. */
  readonly seconds: number;
  /** Number of peers in the median. */
  readonly peers: number;
}

/** Compares the clock times in the hellos of peers with ours. Our clock is never set by them. */
export interface Clocks {
  record(peer: { readonly id: string; readonly direction: Direction }, theirs: UnixSeconds): void;
  /**
   * A peer accepted a block with this time. No node accepts a block more than `futureLimit` ahead of its clock. If the
   * clock of the peer was further behind in its hello, it was set since, and is not counted any more.
   */
  accepted(peerId: string, blockTime: UnixSeconds): void;
  forget(peerId: string): void;
  /** Null when no peer has sent its time. */
  offset(): ClockOffset | null;
}

export interface ClocksDeps {
  readonly clock: Pick<Time, 'now'>;
  readonly clockWatch: Pick<ClockWatch, 'elapsedMs'>;
  /** Seconds that a block may be ahead of the clock of a node. */
  readonly futureLimit: number;
}

/** Allows for the error of two correct clocks, rounding to seconds, and the latency of the hello. */
const TOLERANCE_SECONDS = 10;

interface Said {
  readonly theirs: UnixSeconds;
  /**
   * When the hello arrived, by a clock that continues while the computer sleeps and does not follow the wall clock.
   * Milliseconds.
   */
  readonly at: number;
  readonly direction: Direction;
}

export function createClocks({ clock, clockWatch, futureLimit }: ClocksDeps): Clocks {
  const said = new Map<string, Said>();
  const theirNow = ({ theirs, at }: Said): number =>
    theirs + Math.floor((clockWatch.elapsedMs() - at) / 1000);

  return {
    record: ({ id, direction }, theirs) =>
      void said.set(id, { theirs, at: clockWatch.elapsedMs(), direction }),
    accepted(peerId, blockTime) {
      const known = said.get(peerId);
      if (known !== undefined && blockTime > theirNow(known) + futureLimit + TOLERANCE_SECONDS)
        said.delete(peerId);
    },
    forget: (peerId) => void said.delete(peerId),
    offset() {
      const all = [...said.values()];
      // Only outbound peers if there are enough: an attacker can open any number of inbound connections, but cannot
      // choose our outbound peers.
      const outbound = all.filter(({ direction }) => direction === 'outbound');
      const asked = outbound.length > 0 ? outbound : all;
      const sorted = asked.map((each) => clock.now() - theirNow(each)).sort((a, b) => a - b);
      const seconds = medianOf(sorted);
      return seconds === null ? null : { seconds, peers: sorted.length };
    },
  };
}

/**
 * The median. For an even number the one of the two middle values that is nearer to 0: of two peers that disagree, one
 * is probably wrong.
 */
function medianOf(sorted: readonly number[]): number | null {
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  if (low === undefined || high === undefined) return null;
  return Math.abs(low) < Math.abs(high) ? low : high;
}
