import type { BlockSummary } from '../../shared/contract/chain.ts';

/** A block in the band: the time since the previous block gives its share of the width, its size gives the height. */
export interface BandBlock {
  readonly block: BlockSummary;
  /** Seconds since the previous block; determines the width. */
  readonly gap: number;
  /** Height of the block, from 0.12 to 1. It is never 0, so that a nearly empty block is visible. */
  readonly fill: number;
}

/** Smallest and largest weight of a gap, in spacings. So no block is invisible and none fills the whole band. */
const MIN_WIDTH = 0.35;
const MAX_WIDTH = 4;

/**
 * The newest blocks from left (older) to right (the tip). The oldest of the given blocks is only used to compute the
 * gap of the next one.
 */
export function bandBlocks(
  newestFirst: readonly BlockSummary[],
  count: number,
  spacing: number,
): BandBlock[] {
  const taken = newestFirst.slice(0, count + 1);
  const largest = Math.max(1000, ...taken.map((block) => block.size ?? 0));
  return taken
    .slice(0, -1)
    .map((block, i) => {
      const waited = block.time - (taken[i + 1]?.time ?? block.time);
      const gap = Math.min(MAX_WIDTH * spacing, Math.max(MIN_WIDTH * spacing, waited));
      return { block, gap, fill: 0.12 + 0.88 * Math.sqrt((block.size ?? 0) / largest) };
    })
    .reverse();
}
