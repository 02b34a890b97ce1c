import type { Clock } from '../../main/lib/clock.ts';

/** A clock that only the test turns. */
export interface TurnedClock extends Clock {
  pass(ms: number): void;
}

export function turnedClock(unixSeconds = 1_800_000_000): TurnedClock {
  let ms = 0;
  return {
    now: () => unixSeconds + Math.floor(ms / 1000),
    ms: () => ms,
    pass(more) {
      ms += more;
    },
  };
}
