import { MAX_BLOCK_BYTES } from '../core/primitives/limits.ts';
import type { FeerateHistogram } from './feerate-histogram.ts';

/** What a payment should offer, in whole motes per byte, to be mined by then. */
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
// The rest of each block goes to what arrives after the estimate and pays more.
const USABLE = 0.75;

/**
 * From what waits in the pool now: the least that puts few enough bytes ahead of it. While blocks have room that is
 * the floor, whatever others pay. `spacing` in seconds, `floor` in motes per byte.
 */
export function estimateFeerates(histogram: FeerateHistogram, spacing: number, floor: number): Feerates {
  const within = (seconds: number): number => {
    const blocks = Math.max(1, Math.floor(seconds / spacing));
    return Math.max(floor, histogram.rateBehind(blocks * MAX_BLOCK_BYTES * USABLE));
  };
  return { next: within(spacing), soon: within(TEN_MINUTES), today: within(DAY) };
}
