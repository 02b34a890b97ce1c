import type { Feerates } from '../../shared/contract/mempool.ts';
import type { Feerate } from '../core/policy/feerate.ts';
import { MIN_FEERATE } from '../core/policy/policy-limits.ts';
import { MAX_BLOCK_BYTES } from '../core/primitives/limits.ts';

/** Bytes of the pool per fee rate, in buckets of 5 %. Updates are O(1); a query scans the buckets. */
export interface FeerateHistogram {
  add(feerate: Feerate): void;
  remove(feerate: Feerate): void;
  /** The lowest whole number of motes per byte at which at most `bytes` of the pool pay more. */
  rateBehind(bytes: number): number;
  /** The lowest fee rate, in motes per byte, among the best-paying `bytes` of the pool; 0 when the pool has fewer bytes. */
  rateOfBest(bytes: number): number;
  /** The bytes of the pool that pay more, within the 5 % of a bucket. */
  bytesAbove(perByte: number): number;
}

const BUCKET_RATIO = 1.05;
// The highest bucket begins at 10 × 1.05^480, which is above 10^11 motes (1000 KITH) per byte.
const BUCKETS = 481;

const bucketOf = ({ fee, size }: Feerate): number => {
  const steps = Math.floor(Math.log(fee / size / MIN_FEERATE) / Math.log(BUCKET_RATIO));
  return Math.min(BUCKETS - 1, Math.max(0, steps));
};

const lowerEdge = (bucket: number): number => MIN_FEERATE * BUCKET_RATIO ** bucket;

export function createFeerateHistogram(): FeerateHistogram {
  const bytes = new Float64Array(BUCKETS);

  /**
   * The first bucket, counted from the best-paying one, at which the sum of the bytes exceeds `most`; -1 when there is
   * none.
   */
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
      // The lowest bucket also contains what pays less than its lower edge.
      return bucket <= 0 ? 0 : Math.floor(lowerEdge(bucket));
    },
    bytesAbove: (perByte) =>
      bytes.subarray(bucketOf({ fee: perByte, size: 1 }) + 1).reduce((sum, some) => sum + some, 0),
  };
}

const TEN_MINUTES = 600;
const SECONDS_PER_DAY = 86_400;
// The rest of each block is reserved for transactions that arrive after the estimate and pay more. Over several blocks
// more of them arrive; the shares are those with which a replayed mempool has no bias (feerates.test.ts).
const USABLE_OF_NEXT = 0.75;
const USABLE_OF_MORE = 0.45;

/**
 * Estimates fee rates from the current pool: the lowest rate at which the bytes that pay more fit into the blocks until
 * then. That is the floor while blocks have room. `spacing` is in seconds, `floor` in motes per byte.
 */
export function estimateFeerates(histogram: FeerateHistogram, spacing: number, floor: number): Feerates {
  const within = (seconds: number): number => {
    const blocks = Math.max(1, Math.floor(seconds / spacing));
    const usable = blocks === 1 ? USABLE_OF_NEXT : USABLE_OF_MORE;
    return Math.max(floor, histogram.rateBehind(blocks * MAX_BLOCK_BYTES * usable));
  };
  return { next: within(spacing), soon: within(TEN_MINUTES), today: within(SECONDS_PER_DAY) };
}
