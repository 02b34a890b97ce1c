import type { Feerate } from '../../core/policy/feerate.ts';
import { MIN_FEERATE } from '../../core/policy/limits.ts';

/** How many bytes of the pool pay how much, to the nearest 5 %. Each change and each question costs next to nothing. */
export interface FeerateHistogram {
  add(feerate: Feerate): void;
  remove(feerate: Feerate): void;
  /** The least whole motes per byte that leave at most `bytes` of the pool ahead. */
  rateBehind(bytes: number): number;
}

const STEP = 1.05;
// 10 × 1.05^480 is above 10^11 motes a byte: nobody pays a thousand KITH for one byte.
const BUCKETS = 481;

const bucketOf = ({ fee, size }: Feerate): number => {
  const steps = Math.floor(Math.log(fee / size / MIN_FEERATE) / Math.log(STEP));
  return Math.min(BUCKETS - 1, Math.max(0, steps));
};

/** Above everything in the bucket. */
const upperEdge = (bucket: number): number => Math.ceil(MIN_FEERATE * STEP ** (bucket + 1));

export function createFeerateHistogram(): FeerateHistogram {
  const bytes = new Float64Array(BUCKETS);
  return {
    add(feerate) {
      bytes[bucketOf(feerate)]! += feerate.size;
    },
    remove(feerate) {
      bytes[bucketOf(feerate)]! -= feerate.size;
    },
    rateBehind(most) {
      let ahead = 0;
      for (let bucket = BUCKETS - 1; bucket >= 0; bucket--) {
        ahead += bytes[bucket]!;
        if (ahead > most) return upperEdge(bucket);
      }
      return MIN_FEERATE;
    },
  };
}
