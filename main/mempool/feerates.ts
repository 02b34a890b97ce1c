import type { Feerate } from '../core/policy/feerate.ts';
import { MIN_FEERATE } from '../core/policy/policy-limits.ts';
import { MAX_BLOCK_BYTES } from '../core/primitives/limits.ts';

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

/** Recommended fee rates in whole motes per byte, by confirmation time. */
export interface Feerates {
  /** In the next block. */
  readonly next: number;
  /** In about ten minutes. */
  readonly soon: number;
  /** Within a day. */
  readonly today: number;
}

const TEN_MINUTES = 600;
const DAY = 86_400;
// The rest of each block is reserved for transactions that arrive after the estimate and pay more.
const USABLE = 0.75;

/**
 * Estimates from the current pool: the lowest rate at which few enough bytes pay more. While blocks have room this is the
 * floor. `spacing` in seconds, `floor` in motes per byte.
 */
export function estimateFeerates(histogram: FeerateHistogram, spacing: number, floor: number): Feerates {
  const within = (seconds: number): number => {
    const blocks = Math.max(1, Math.floor(seconds / spacing));
    return Math.max(floor, histogram.rateBehind(blocks * MAX_BLOCK_BYTES * USABLE));
  };
  return { next: within(spacing), soon: within(TEN_MINUTES), today: within(DAY) };
}
