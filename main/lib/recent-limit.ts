/** Limits how often something happens: at most a number of times within any window of time. */
export interface RecentLimit {
  /** Whether it may happen now. */
  allows(): boolean;
  /** It has happened. */
  add(): void;
}

/** `now` returns monotonic milliseconds. */
export function createRecentLimit(maximum: number, windowMs: number, now: () => number): RecentLimit {
  let times: number[] = [];
  return {
    allows() {
      times = times.filter((at) => now() - at < windowMs);
      return times.length < maximum;
    },
    add: () => void times.push(now()),
  };
}
