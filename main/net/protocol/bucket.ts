import type { Clock } from '../../lib/clock.ts';

/** A token bucket: a burst of `capacity` tokens, and `perSecond` tokens in the long run. */
export interface Bucket {
  /** Takes `cost` if that many tokens are available. */
  take(cost: number): boolean;
  /** Milliseconds until `cost` is available; 0 for now. A cost above the capacity counts as the capacity. */
  waitFor(cost: number): number;
}

/** Waits until `cost` is available, and takes it. */
export async function spend(bucket: Bucket, cost: number, clock: Pick<Clock, 'sleep'>): Promise<void> {
  while (!bucket.take(cost)) await clock.sleep(bucket.waitFor(cost) + 1);
}

export function createBucket(capacity: number, perSecond: number, ms: () => number): Bucket {
  let level = capacity;
  let at = ms();
  const fill = () => {
    const now = ms();
    level = Math.min(capacity, level + ((now - at) / 1000) * perSecond);
    at = now;
  };
  return {
    take(cost) {
      fill();
      if (level < cost) return false;
      level -= cost;
      return true;
    },
    waitFor(cost) {
      fill();
      const missing = Math.min(cost, capacity) - level;
      return missing <= 0 ? 0 : (missing / perSecond) * 1000;
    },
  };
}
