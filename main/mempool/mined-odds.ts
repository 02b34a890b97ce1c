import type { MinedOdds } from '../../shared/contract/mempool.ts';
import type { Height } from '../../shared/units.ts';
import type { Feerate } from '../core/policy/feerate.ts';
import { MAX_BLOCK_BYTES } from '../core/primitives/limits.ts';

/** What is known of a block of the active chain. Fee rates in motes per byte. */
export interface ObservedBlock {
  readonly height: Height;
  /** What paid more would have entered it. */
  readonly asked: number;
  /** When the block before it had been found: the lowest rate at which less than one block of the mempool paid as much or more. */
  readonly reach: number;
}

export interface OddsFacts {
  /** The last observed blocks, in order of height. */
  readonly blocks: readonly ObservedBlock[];
  /** Bytes of the mempool that are mined before the transaction. */
  readonly ahead: number;
}

/** Fewer observed blocks say nothing. */
export const ENOUGH_BLOCKS = 20;
/** The numbers of blocks for which there are odds. */
const HORIZONS = [1, 6] as const;

/**
 * The estimated odds that a transaction of this fee rate is mined in the next block and within six. Assumes that the next
 * blocks are like the last ones: the odds are the share of them, or of the runs of six of them, that it would have entered.
 * If the transaction fits into the next block now, only those count that began like this. Otherwise what comes before it fills
 * as many blocks first as it needs. How good the odds are: docs/wallet.md.
 */
export function minedOdds(feerate: number, { blocks, ahead }: OddsFacts): MinedOdds {
  const observed = blocks.length;
  if (observed < ENOUGH_BLOCKS) return { observed, chances: [] };
  const fullFirst = Math.floor(ahead / MAX_BLOCK_BYTES);
  const starts = fullFirst === 0 ? blocks.filter(({ reach }) => reach <= feerate) : blocks;
  const unobserved = fullFirst === 0 ? Math.min(MOST_IN_REACH, 1 - ahead / MAX_BLOCK_BYTES) : OUT_OF_REACH;
  const within = (length: number): number => shareOfRuns(feerate, blocks, { length, starts, unobserved });
  const next = within(HORIZONS[0] - fullFirst);
  const soon = Math.max(next, within(HORIZONS[1] - fullFirst));
  return {
    observed,
    chances: [
      { blocks: HORIZONS[0], share: next },
      { blocks: HORIZONS[1], share: soon },
    ],
  };
}

/** The bytes of transactions that come before a new one of this fee rate: those that pay as much are older. */
export function bytesAhead(waiting: Iterable<Feerate>, feerate: number): number {
  let bytes = 0;
  for (const { fee, size } of waiting) if (fee >= feerate * size) bytes += size;
  return bytes;
}

// A hundred blocks of a hundred are no certainty, so the counts begin with two runs that were not observed. Of the payments of
// the replayed mempool that fit into the next block, more than three of four entered it, also where no observed block began
// like this. The less room there still is, the fewer.
const UNOBSERVED = 2;
const MOST_IN_REACH = 0.75;
const OUT_OF_REACH = 0.5;

interface Runs {
  /** In blocks. */
  readonly length: number;
  /** The blocks with which the runs begin. */
  readonly starts: readonly ObservedBlock[];
  /** The share of the unobserved runs that it would have entered. */
  readonly unobserved: number;
}

/**
 * The share of the runs that the fee rate would have entered. A run is so many blocks of the chain in a row. Those of them
 * that were not observed count as ones that it would not have entered, and a run that ends after the last observed block not at all.
 */
function shareOfRuns(
  feerate: number,
  blocks: readonly ObservedBlock[],
  { length, starts, unobserved }: Runs,
): number {
  if (length <= 0) return 0;
  let [entered, runs] = [UNOBSERVED * unobserved, UNOBSERVED];
  const takers = blocks.filter(({ asked }) => feerate > asked).map(({ height }) => height);
  const last = blocks.at(-1)!.height;
  for (const { height } of starts) {
    const end = height + length - 1;
    if (end > last) continue;
    runs++;
    if (takers.some((taker) => taker >= height && taker <= end)) entered++;
  }
  return entered / runs;
}
