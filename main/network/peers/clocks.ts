import type { Clock } from '../../lib/clock.ts';
import type { UnixSeconds } from '../../../shared/units.ts';

/** How far our clock is from the clocks of others; they are only compared, never followed. */
export interface Clocks {
  heard(peerId: string, theirs: UnixSeconds): void;
  forget(peerId: string): void;
  /** Ours minus the median of theirs, in seconds; null with fewer than 3 peers. */
  offset(): number | null;
}

const LEAST = 3;

export function createClocks(clock: Clock): Clocks {
  // What each said, and when by a clock that nobody sets: so setting ours right is seen at once, not with the next peers.
  const said = new Map<string, { readonly theirs: UnixSeconds; readonly at: number }>();
  return {
    heard: (peerId, theirs) => void said.set(peerId, { theirs, at: clock.ms() }),
    forget: (peerId) => void said.delete(peerId),
    offset() {
      if (said.size < LEAST) return null;
      const passed = (at: number) => Math.floor((clock.ms() - at) / 1000);
      const sorted = [...said.values()]
        .map(({ theirs, at }) => clock.now() - (theirs + passed(at)))
        .sort((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)]!;
    },
  };
}
