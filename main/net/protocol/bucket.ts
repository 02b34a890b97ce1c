import { sleep } from '../../lib/clock.ts';

/** A budget that fills with time: `capacity` at once, `perSecond` in the long run. */
export interface Bucket {
  /** Takes `cost` if that much is there. */
  take(cost: number): boolean;
  /** Milliseconds until `cost` will be there; 0 = now. A cost above the capacity counts as the capacity. */
  waitFor(cost: number): number;
}

/** Takes `cost`, as soon as it is there. */
export async function spend(bucket: Bucket, cost: number): Promise<void> {
  while (!bucket.take(cost)) await sleep(bucket.waitFor(cost) + 1);
}

export function createBucket(
  capacity: number,
  perSecond: number,
  ms: () => number = () => performance.now(),
): Bucket {
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
