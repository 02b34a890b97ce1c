/** Ends an endless loop of restarts: what restarts too often is broken in a way that a restart does not repair. */
export interface RestartLimit {
  /** Counts one more restart. False if it is too many; then the count begins again. */
  allows(): boolean;
}

/** At most `maximum` restarts within `windowMs`; `now` gives monotonic milliseconds. */
export function createRestartLimit(maximum: number, windowMs: number, now: () => number): RestartLimit {
  let restarts: number[] = [];
  return {
    allows() {
      const at = now();
      restarts = [...restarts.filter((earlier) => at - earlier < windowMs), at];
      if (restarts.length <= maximum) return true;
      restarts = [];
      return false;
    },
  };
}
