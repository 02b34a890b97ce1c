import type { Feerate } from '../core/policy/feerate.ts';
import { MIN_FEERATE } from '../core/policy/policy-limits.ts';

/** Bytes of the pool per fee rate, in buckets of 5 %. Updates are O(1); a query scans the buckets. */
export interface FeerateHistogram {
  add(feerate: Feerate): void;
  remove(feerate: Feerate): void;
  /** The lowest whole motes per byte with which at most `bytes` of the pool pay more. */
  rateBehind(bytes: number): number;
  /** The lowest fee rate, in motes per byte, among the best-paying `bytes` of the pool; 0 when the pool has fewer bytes. */
  rateOfBest(bytes: number): number;
}

const STEP = 1.05;
// The highest bucket begins at 10 × 1.05^480, above 10^11 motes a byte or 1000 KITH a byte.
const BUCKETS = 481;

const bucketOf = ({ fee, size }: Feerate): number => {
  const steps = Math.floor(Math.log(fee / size / MIN_FEERATE) / Math.log(STEP));
  return Math.min(BUCKETS - 1, Math.max(0, steps));
};

const lowerEdge = (bucket: number): number => MIN_FEERATE * STEP ** bucket;

export function createFeerateHistogram(): FeerateHistogram {
  const bytes = new Float64Array(BUCKETS);

  /** Counting from the best-paying bucket down, the one with which there are more than `most` bytes; -1 = none. */
  const bucketBeyond = (most: number): number => {
    let sum = 0;
    for (let bucket = BUCKETS - 1; bucket >= 0; bucket--) {
      sum += bytes[bucket]!;
      if (sum > most) return bucket;
    }
    return -1;
  };

  return {
    add(feerate) {
      bytes[bucketOf(feerate)]! += feerate.size;
    },
    remove(feerate) {
      bytes[bucketOf(feerate)]! -= feerate.size;
    },
    rateBehind(most) {
      const bucket = bucketBeyond(most);
      return bucket < 0 ? MIN_FEERATE : Math.ceil(lowerEdge(bucket + 1));
    },
    rateOfBest(most) {
      const bucket = bucketBeyond(most);
      // The lowest bucket also holds what pays less than the floor.
      return bucket <= 0 ? 0 : Math.floor(lowerEdge(bucket));
    },
  };
}
