import type { Direction } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Time } from '../../lib/clock.ts';
import type { ClockWatch } from '../../lib/clock-watch.ts';

/** How far our clock is from those of peers. */
export interface ClockOffset {
  /** Our time minus the median of theirs: positive when our clock is ahead. */
  readonly seconds: number;
  /** Number of peers in the median. */
  readonly peers: number;
}

/** Clock times that peers send in their hello. They are only compared; our clock never follows them. */
export interface Clocks {
  heard(peer: { readonly id: string; readonly direction: Direction }, theirs: UnixSeconds): void;
  /**
   * A peer has accepted a block with this time. No node accepts a block more than `futureLimit` ahead of its clock,
   * so a peer clock that would have been further behind was set since its hello, and is no longer counted.
   */
  accepted(peerId: string, blockTime: UnixSeconds): void;
  forget(peerId: string): void;
  /** Null when no peer has sent its time. */
  offset(): ClockOffset | null;
}

export interface ClocksDeps {
  readonly clock: Pick<Time, 'now'>;
  readonly clockWatch: Pick<ClockWatch, 'elapsedMs'>;
  /** Seconds that a block may be ahead of a node's clock. */
  readonly futureLimit: number;
}

/** Sum of: the error of two correct clocks, rounding to seconds, the latency of the hello. */
const TOLERANCE_SECONDS = 10;

interface Said {
  readonly theirs: UnixSeconds;
  /**
   * Milliseconds of a clock that continues while the computer sleeps and that setting the wall clock does not change.
   */
  readonly at: number;
  readonly direction: Direction;
}

export function createClocks({ clock, clockWatch, futureLimit }: ClocksDeps): Clocks {
  const said = new Map<string, Said>();
  const theirNow = ({ theirs, at }: Said): number =>
    theirs + Math.floor((clockWatch.elapsedMs() - at) / 1000);

  return {
    heard: ({ id, direction }, theirs) =>
      void said.set(id, { theirs, at: clockWatch.elapsedMs(), direction }),
    accepted(peerId, blockTime) {
      const known = said.get(peerId);
      if (known !== undefined && blockTime > theirNow(known) + futureLimit + TOLERANCE_SECONDS)
        said.delete(peerId);
    },
    forget: (peerId) => void said.delete(peerId),
    offset() {
      const all = [...said.values()];
      // An attacker can open any number of inbound connections to us, but cannot choose our outbound peers.
      const outbound = all.filter(({ direction }) => direction === 'outbound');
      const asked = outbound.length > 0 ? outbound : all;
      const sorted = asked.map((each) => clock.now() - theirNow(each)).sort((a, b) => a - b);
      const seconds = medianOf(sorted);
      return seconds === null ? null : { seconds, peers: sorted.length };
    },
  };
}

/** For an even number the middle value nearer to 0: of two peers that disagree, one is probably wrong. */
function medianOf(sorted: readonly number[]): number | null {
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  if (low === undefined || high === undefined) return null;
  return Math.abs(low) < Math.abs(high) ? low : high;
}
