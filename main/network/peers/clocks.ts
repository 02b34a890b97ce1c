import type { UnixSeconds } from '../../../shared/units.ts';

/** How far our clock is from the clocks of others; they are only compared, never followed. */
export interface Clocks {
  heard(peerId: string, theirs: UnixSeconds): void;
  forget(peerId: string): void;
  /** Ours minus the median of theirs, in seconds; null with fewer than 3 peers. */
  offset(): number | null;
}

const LEAST = 3;

export function createClocks(now: () => UnixSeconds): Clocks {
  const offsets = new Map<string, number>();
  return {
    heard: (peerId, theirs) => void offsets.set(peerId, now() - theirs),
    forget: (peerId) => void offsets.delete(peerId),
    offset() {
      if (offsets.size < LEAST) return null;
      const sorted = [...offsets.values()].sort((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)]!;
    },
  };
}
