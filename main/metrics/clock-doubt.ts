import type { UnixSeconds } from '../../shared/units.ts';

/** How long a clock that contradicts the history is not accepted: many computers start with a wrong one and correct it. */
const DISBELIEF_MS = 10 * 60_000;

/** What is known of the time from the history. */
export interface KnownTime {
  /** The newest time in the history; null without one. */
  newest(): UnixSeconds | null;
  /** A time this much earlier is no contradiction. */
  readonly toleranceSeconds: number;
  /** A time this much later would erase everything. */
  readonly keptSeconds: number;
}

/**
 * Whether a sample at this time may be kept. One at a wrong time would erase the history around it, and there is no other
 * copy. `ms`: monotonic milliseconds.
 */
export function createClockDoubt(known: KnownTime): (time: UnixSeconds, ms: number) => boolean {
  let doubtedMs: number | null = null;
  return (time, ms) => {
    const newest = known.newest();
    const ahead = newest === null ? 0 : time - newest;
    if (ahead >= -known.toleranceSeconds && ahead <= known.keptSeconds) doubtedMs = null;
    else doubtedMs ??= ms;
    return doubtedMs === null || ms - doubtedMs >= DISBELIEF_MS;
  };
}
