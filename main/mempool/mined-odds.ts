import type { MinedOdds } from '../../shared/contract/mempool.ts';
import { MAX_BLOCK_BYTES } from '../core/primitives/limits.ts';

/** What is known of a block of the active chain. Fee rates in motes per byte. */
export interface ObservedBlock {
  /** What paid more would have entered it. */
  readonly asked: number;
  /** When the block before it was found, less than a whole block of transactions in the mempool paid more than this. */
  readonly reach: number;
}

export interface OddsFacts {
  /** The last observed blocks, in order of height. */
  readonly blocks: readonly ObservedBlock[];
  /** Bytes of the mempool that pay more than the transaction. */
  readonly ahead: number;
}

/** Fewer observed blocks say nothing. */
export const ENOUGH_BLOCKS = 20;
/** The numbers of blocks for which there are odds. */
const HORIZONS = [1, 6] as const;

/**
 * The estimated odds that a transaction of this fee rate is mined in the next block and within six. Assumes that the next
 * blocks are like the last ones: the odds are the share of them, or of the runs of six of them, that it would have entered.
 * If the transaction fits into the next block now, only those count that began like this. Otherwise what pays more fills as many blocks
 * first as it needs. How good the odds are: docs/wallet.md.
 */
export function minedOdds(feerate: number, { blocks, ahead }: OddsFacts): MinedOdds {
  const observed = blocks.length;
  if (observed < ENOUGH_BLOCKS) return { observed, chances: [] };
  const fullFirst = Math.floor(ahead / MAX_BLOCK_BYTES);
  const runsFrom = (length: number) => (fullFirst === 0 ? inReach : outOfReach)(feerate, blocks, length);
  const next = runsFrom(HORIZONS[0] - fullFirst);
  const soon = Math.max(next, runsFrom(HORIZONS[1] - fullFirst));
  return {
    observed,
    chances: [
      { blocks: HORIZONS[0], share: next },
      { blocks: HORIZONS[1], share: soon },
    ],
  };
}

// A hundred blocks of a hundred are no certainty, so the counts begin with two runs that were not observed. Of the payments of the
// replayed mempool that fit into the next block, more than three of four entered it.
const UNOBSERVED = 2;
const UNOBSERVED_IN_REACH = 1.5;
const UNOBSERVED_OUT_OF_REACH = 1;

function inReach(feerate: number, blocks: readonly ObservedBlock[], length: number): number {
  const { entered, runs } = countRuns(feerate, blocks, { length, begins: ({ reach }) => reach <= feerate });
  return (entered + UNOBSERVED_IN_REACH) / (runs + UNOBSERVED);
}

function outOfReach(feerate: number, blocks: readonly ObservedBlock[], length: number): number {
  if (length <= 0) return 0;
  const { entered, runs } = countRuns(feerate, blocks, { length, begins: () => true });
  return (entered + UNOBSERVED_OUT_OF_REACH) / (runs + UNOBSERVED);
}

/** The runs of this many blocks that begin so, and those of them that the fee rate would have entered. */
function countRuns(
  feerate: number,
  blocks: readonly ObservedBlock[],
  { length, begins }: { readonly length: number; readonly begins: (block: ObservedBlock) => boolean },
): { readonly entered: number; readonly runs: number } {
  let [entered, runs] = [0, 0];
  for (let at = 0; at + length <= blocks.length; at++) {
    if (!begins(blocks[at]!)) continue;
    runs++;
    if (blocks.slice(at, at + length).some(({ asked }) => feerate > asked)) entered++;
  }
  return { entered, runs };
}
