/**
 * Detects an endless loop of restarts: a program that restarts too often has a fault that a restart does not repair.
 */
export interface RestartLimit {
  /** Counts another restart. False if there were too many; then the count begins again. */
  allows(): boolean;
}

/** Allows at most `maximum` restarts within `windowMs`. `now` returns monotonic milliseconds. */
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
