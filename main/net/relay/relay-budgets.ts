import { type Bucket, createBucket } from '../protocol/bucket.ts';

/** One token bucket per peer, created on first use. */
export interface PeerBudgets {
  of(peerId: string): Bucket;
  forget(peerId: string): void;
}

/** Creates the buckets. `ms` is the monotonic time in milliseconds. */
export function createPeerBudgets(capacity: number, perSecond: number, ms: () => number): PeerBudgets {
  const buckets = new Map<string, Bucket>();
  return {
    of(peerId) {
      const bucket = buckets.get(peerId) ?? createBucket(capacity, perSecond, ms);
      buckets.set(peerId, bucket);
      return bucket;
    },
    forget: (peerId) => void buckets.delete(peerId),
  };
}
