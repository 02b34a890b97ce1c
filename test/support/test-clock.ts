import type { Clock } from '../../main/lib/clock.ts';

/** A clock that only the test turns. */
export interface TurnedClock extends Clock {
  /** Time passes: the wall clock and the monotonic one together. */
  pass(ms: number): void;
  /** Sets the wall clock forward by so many seconds; no time passes. */
  shift(seconds: number): void;
}

export function turnedClock(unixSeconds = 1_800_000_000): TurnedClock {
  let ms = 0;
  let shifted = 0;
  return {
    now: () => unixSeconds + shifted + Math.floor(ms / 1000),
    ms: () => ms,
    pass(more) {
      ms += more;
    },
    shift(seconds) {
      shifted += seconds;
    },
  };
}
