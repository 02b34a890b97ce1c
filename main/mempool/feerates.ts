import { MAX_BLOCK_BYTES } from '../core/primitives/limits.ts';
import type { FeerateHistogram } from './feerate-histogram.ts';

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
