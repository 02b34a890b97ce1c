import type { Direction } from '../../../shared/contract/vocabulary.ts';
import type { UnixSeconds } from '../../../shared/units.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ClockWatch } from '../../lib/clock-watch.ts';

/** How far our clock is from those of peers. */
export interface ClockOffset {
  /** Ours minus the median of theirs: positive when ours is ahead. */
  readonly seconds: number;
  /** How many peers' clocks it is the median of. */
  readonly peers: number;
}

/** What peers say of their clocks in the hello; they are only compared, never followed. */
export interface Clocks {
  heard(peer: { readonly id: string; readonly direction: Direction }, theirs: UnixSeconds): void;
  /**
   * A peer has a block of this time. No node takes one that is more than `futureLimit` ahead of its clock, so a clock
   * that would have been so far behind has been set since it was heard of, and counts no longer.
   */
  accepted(peerId: string, blockTime: UnixSeconds): void;
  forget(peerId: string): void;
  /** Null when no peer has said its time. */
  offset(): ClockOffset | null;
}

export interface ClocksDeps {
  readonly clock: Clock;
  readonly clockWatch: Pick<ClockWatch, 'elapsedMs'>;
  /** Seconds that a block may be ahead of a clock. */
  readonly futureLimit: number;
}

/** Two clocks that are right, whole seconds, and the way of the hello. */
const TOLERANCE_SECONDS = 10;

interface Said {
  readonly theirs: UnixSeconds;
  /** In milliseconds that go on while the computer sleeps, and that setting the clock does not change. */
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
      // An attacker can open any number of connections to us, and choose none of those that we open.
      const outbound = all.filter(({ direction }) => direction === 'outbound');
      const asked = outbound.length > 0 ? outbound : all;
      const sorted = asked.map((each) => clock.now() - theirNow(each)).sort((a, b) => a - b);
      const seconds = medianOf(sorted);
      return seconds === null ? null : { seconds, peers: sorted.length };
    },
  };
}

/** Of an even number the one of the middle two that is nearer to 0: of two peers that differ, one may well be wrong. */
function medianOf(sorted: readonly number[]): number | null {
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.floor(sorted.length / 2)];
  if (low === undefined || high === undefined) return null;
  return Math.abs(low) < Math.abs(high) ? low : high;
}
